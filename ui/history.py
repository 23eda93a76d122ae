"""What a person corrected before, so that each tab can take its own corrections back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.types import Prompt

Part = Literal["outline", "faces"]
FIELDS: dict[Part, tuple[str, ...]] = {
    "outline": ("points", "box", "drawn"),
    "faces": ("faces", "kept"),
}
MOST = 100  # corrections that can be taken back


@dataclass(frozen=True)
class History:
    """The prompts before the one that holds, the oldest first, and what was taken back since."""

    past: tuple[Prompt, ...] = ()
    future: tuple[tuple[Part, Prompt], ...] = ()

    def then(self, prompt: Prompt) -> "History":
        """Note a prompt that another one replaces; what was taken back is forgotten."""
        return History((*self.past, prompt)[-MOST:])

    def moved(self, move: Callable[[Prompt], Prompt]) -> "History":
        """Move every prompt, as a frame moves on its photo."""
        future = tuple((part, move(prompt)) for part, prompt in self.future)
        return History(tuple(map(move, self.past)), future)

    def undone(self, prompt: Prompt, part: Part) -> "tuple[Prompt, History] | None":
        """Take the last correction of a part back; None where there is none.

        Return the prompt that holds then, and its history.
        """
        for number in reversed(range(len(self.past))):
            before, after = self.past[number], (*self.past, prompt)[number + 1]
            if _same(before, after, part):
                continue
            rest = tuple(_with(each, before, part) for each in self.past[number + 1 :])
            future = (*self.future, (part, prompt))
            return _with(prompt, before, part), History((*self.past[:number], *rest), future)
        return None

    def redone(self, prompt: Prompt, part: Part) -> "tuple[Prompt, History] | None":
        """Make the last correction of a part that was taken back again; None where there is none.

        Return as `undone` does.
        """
        for number in reversed(range(len(self.future))):
            of, after = self.future[number]
            if of == part:
                future = self.future[:number] + self.future[number + 1 :]
                return _with(prompt, after, part), History((*self.past, prompt), future)
        return None


def _same(one: Prompt, other: Prompt, part: Part) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS[part])


def _with(prompt: Prompt, other: Prompt, part: Part) -> Prompt:
    """Return a prompt with a part of another one."""
    return replace(prompt, **{name: getattr(other, name) for name in FIELDS[part]})
