"""What a person corrected before, to take it back and make it again."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.types import Prompt

MOST = 100  # corrections that can be taken back


@dataclass(frozen=True)
class History:
    """The prompts before the one that holds, the oldest first, and those taken back since."""

    past: tuple[Prompt, ...] = ()
    future: tuple[Prompt, ...] = ()

    def then(self, prompt: Prompt) -> "History":
        """Note a prompt that another one replaces; what was taken back is forgotten."""
        return History((*self.past, prompt)[-MOST:])

    def moved(self, move: Callable[[Prompt], Prompt]) -> "History":
        """Move every prompt, as a frame moves on its photo."""
        return History(tuple(map(move, self.past)), tuple(map(move, self.future)))

    def undone(self, prompt: Prompt) -> "tuple[Prompt, History] | None":
        """Take the last correction back; None where there is none.

        Return the prompt that holds then, and its history.
        """
        if not self.past:
            return None
        return self.past[-1], History(self.past[:-1], (*self.future, prompt))

    def redone(self, prompt: Prompt) -> "tuple[Prompt, History] | None":
        """Make the last correction that was taken back again; None where there is none.

        Return as `undone` does.
        """
        if not self.future:
            return None
        return self.future[-1], History((*self.past, prompt), self.future[:-1])
