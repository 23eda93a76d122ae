"""Many photos: what is dropped, how far each is, and what became of them."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.io.image_files import read_photo
from pipeline.runtime.memory import is_memory
from pipeline.types import PhotoError, Pixels
from pipeline.weights.resolve import WeightError
from ui.photos import file_of
from ui.previews import fit, over_checker
from ui.session import Session
from ui.words import counted, later, retold, say

log = logging.getLogger("page")

MOST = 40  # photos
MOST_BYTES = 1_000_000_000  # of all files
SMALL_PX, LARGE_PX = 240, 1600
KINDS = {"PNG": ".png", "JPEG": ".jpg"}
SURPRISE = later("something went wrong here; it is not the photo's fault")
TOO_MANY = later("at most {most} photos at once; paint it with the next ones", most=MOST)
TOO_LARGE = later(
    "at most {most} MB at once; paint it with the next ones", most=MOST_BYTES // 10**6
)

LIES = later("it seems to lie on its side; add it by itself, and turn it there")

State = Literal["waiting", "painting", "done", "failed"]


@dataclass(frozen=True)
class Item:
    """One photo of the queue.

    `name`: as its file is called, without the suffix. `why`: the reason where it failed, or what is
    odd about its painting.
    `picture`: the path of a small one, of the photo and then of its painting; `large`: of a large
    one of that.
    """

    name: str
    path: Path
    state: State = "waiting"
    why: str = ""
    picture: str | None = None
    large: str | None = None


@dataclass(frozen=True)
class Many:
    """The queue as it is now.

    `done`: the share of the work, in [0, 1]. `doing`: what is done now, in words. `file`: the ZIP.
    """

    items: tuple[Item, ...]
    done: float = 0.0
    doing: str = ""
    file: Path | None = None

    def with_item(self, number: int, **changes: Any) -> "Many":  # noqa: ANN401 - fields
        """Return the queue with another state of one photo."""
        items = list(self.items)
        items[number] = replace(items[number], **changes)
        return replace(self, items=tuple(items))

    def count(self, state: State) -> int:
        """Count the photos in a state."""
        return sum(item.state == state for item in self.items)


def queued(before: tuple[Item, ...], files: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Add uploaded files to a queue; what is beyond the limits fails there, with the reason."""
    items = list(before)
    used = sum(_bytes_of(item.path) for item in before if item.state != "failed")
    for file in files:
        path, name = file_of(dict(file))
        used += _bytes_of(path)
        why = str(TOO_MANY if len(items) >= MOST else TOO_LARGE if used > MOST_BYTES else "")
        items.append(Item(name, path, "failed" if why else "waiting", why))
    return tuple(items)


def _bytes_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def looked_at(session: Session, items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """Yield a queue with the small picture of one more photo; one that cannot be read fails."""
    seen = list(items)
    for number, item in enumerate(items):
        if item.state == "failed" or item.picture:
            continue
        try:
            photo = read_photo(item.path, name=item.name)
            picture = session.show(f"many-{number}", pictured(photo.pixels, photo.alpha))
            seen[number] = replace(item, picture=picture)
        except (PhotoError, MemoryError) as error:
            seen[number] = replace(item, state="failed", why=reason_of(error))
        yield tuple(seen)


def pictured(pixels: Pixels, alpha: NDArray[np.uint8] | None, most: int = SMALL_PX) -> Pixels:
    """Make the picture of a card, or the one that it opens, of so many px at most."""
    return over_checker(fit(pixels, most), None if alpha is None else fit(alpha, most))


def reason_of(error: BaseException) -> str:
    """Say in half a sentence why a photo failed; a surprise is logged and not shown."""
    if isinstance(error, PhotoError | ValueError | WeightError):
        return retold(str(error))
    if is_memory(error):
        return say("there is not enough memory for it; make it smaller first")
    if isinstance(error, OSError):
        return say("its file, or its painting's, could not be kept on this machine")
    log.error("a photo of many failed", exc_info=error)
    return str(SURPRISE)


def said_of(many: Many) -> list[str]:
    """Say what became of the photos, and which failed."""
    bad = [f"{item.name}: {item.why}" for item in many.items if item.state == "failed"]
    if many.file is None:
        return bad
    left, painted = many.count("waiting"), many.count("done")
    done = say("{n} of {all} photos are painted.", n=painted, all=len(many.items))
    stopped = (
        [
            counted(
                "{n} not begun: it waits for the next time.",
                "{n} not begun: they wait for the next time.",
                left,
            )
        ]
        if left
        else []
    )
    odd = [f"{item.name}: {item.why}" for item in many.items if item.state == "done" and item.why]
    return [done, *stopped, *bad, *odd]
