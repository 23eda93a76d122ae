"""Many photos: what is dropped, how far each is, and all their paintings in one ZIP."""

import logging
import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.cli.jobs import number_repeats
from pipeline.io.atomic import write_whole
from pipeline.io.image_files import read_photo
from pipeline.settings import Settings
from pipeline.types import Cancelled, Painting, PhotoError, Pixels, Progress
from pipeline.weights.resolve import WeightError
from ui.forecast import in_words
from ui.photos import file_of
from ui.previews import fit, over_checker
from ui.sessions import Session
from ui.view_state import path_of
from ui.words import counted, later, retold, say

log = logging.getLogger("page")

MOST = 40  # photos
MOST_BYTES = 1_000_000_000  # of all files
MOST_PIXELS = 600_000_000  # of all paintings: as PNG they take two gigabytes of the disk
SMALL_PX = 240
KINDS = {"PNG": ".png", "JPEG": ".jpg"}
LOOK_S = 0.4  # between two looks at what is done
MINUTES_FROM_S = 100  # what takes longer is told in minutes
SURPRISE = later("something went wrong here; it is not the photo's fault")
TOO_MANY = later("at most {most} photos at once; paint it with the next ones", most=MOST)
TOO_LARGE = later(
    "at most {most} MB at once; paint it with the next ones", most=MOST_BYTES // 10**6
)
NO_ROOM = later(
    "at most {most} megapixels in one ZIP; paint it with the next ones",
    most=MOST_PIXELS // 10**6,
)

State = Literal["waiting", "painting", "done", "failed"]


@dataclass(frozen=True)
class Item:
    """One photo of the queue.

    `name`: as its file is called, without the suffix. `why`: the reason where it failed.
    `picture`: the path of a small one, of the photo and then of its painting.
    """

    name: str
    path: Path
    state: State = "waiting"
    why: str = ""
    picture: str | None = None


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


def _waiting(item: Item) -> Item:
    """Return a photo as it is before it is painted, again; one that cannot be read stays failed."""
    return replace(item, state="waiting", why="") if item.picture else item


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
            picture = session.show(f"many-{number}", _small(photo.pixels, photo.alpha))
            seen[number] = replace(item, picture=picture)
        except (PhotoError, MemoryError) as error:
            seen[number] = replace(item, state="failed", why=reason_of(error))
        yield tuple(seen)


def _small(pixels: Pixels, alpha: NDArray[np.uint8] | None) -> Pixels:
    """Make the small picture of a card."""
    return over_checker(fit(pixels, SMALL_PX), None if alpha is None else fit(alpha, SMALL_PX))


def reason_of(error: BaseException) -> str:
    """Say in half a sentence why a photo failed; a surprise is logged and not shown."""
    if isinstance(error, PhotoError | ValueError | WeightError):
        return retold(str(error))
    if isinstance(error, MemoryError):
        return say("there is not enough memory for it; make it smaller first")
    if isinstance(error, OSError):
        return say("its file, or its painting's, could not be kept on this machine")
    log.error("a photo of many failed", exc_info=error)
    return str(SURPRISE)


class Batch:
    """One visitor's photos while they are painted, one after the other, in a thread of its own.

    `seen` is the queue as it is now. `stop` ends the work after what is done.
    """

    def __init__(
        self, session: Session, items: tuple[Item, ...], settings: Settings, kind: str,
        paint: Callable[..., Painting],
    ) -> None:  # fmt: skip
        self.seen = Many(tuple(_waiting(item) for item in items))
        self.stop = session.stop_many = threading.Event()
        self._session, self._settings, self._paint = session, settings, paint
        self._suffix = KINDS[kind]
        self._began = time.monotonic()
        self._until = float("inf")

    def run(self) -> None:
        """Paint every photo, then write the ZIP of what is done."""
        folder = self._session.folder / f"many-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        stems = (path_of(Path(), item.name, "painted").name for item in self.seen.items)
        made, pixels = [], 0
        try:
            for number, name in enumerate(number_repeats(stems)):
                if self.stop.is_set():
                    break
                if self.seen.items[number].state == "failed":
                    continue
                self.seen = self.seen.with_item(number, state="painting")
                try:
                    file = folder / f"{name}{self._suffix}"
                    pixels += self._paint_one(number, file, MOST_PIXELS - pixels)
                    made.append(file)
                except Cancelled:
                    self.seen = self.seen.with_item(number, state="waiting")
                except Exception as error:  # the others are painted all the same
                    self.seen = self.seen.with_item(number, state="failed", why=reason_of(error))
            self.seen = replace(self.seen, done=1.0, doing=say("Writing the ZIP") if made else "")
            self.seen = replace(self.seen, file=self._zipped(folder, made), doing="")
        finally:
            for file in folder.glob("*"):
                if file != self.seen.file:
                    file.unlink(missing_ok=True)

    def _zipped(self, folder: Path, made: list[Path]) -> Path | None:
        """Put paintings into a ZIP; None where there are none, or their visitor left meanwhile."""
        try:
            return zipped(folder, made) if made and not self._session.left else None
        except FileNotFoundError:
            if not self._session.left:
                raise
            return None

    def _paint_one(self, number: int, file: Path, room: int) -> int:
        """Paint one photo into a file; return how many pixels it has.

        Raises: PhotoError: it cannot be used, or has more than `room` pixels. Cancelled.
        """
        from pipeline.io.encode import write_picture
        from pipeline.steps.full_size import alpha_of, full_size

        def report(progress: Progress) -> None:
            self._tell(number, progress.done)

        item = self.seen.items[number]
        if not item.path.exists():
            raise PhotoError(say("it is no longer on this machine, as promised; add it again"))
        painting = self._paint(read_photo(item.path, name=item.name), self._settings, report=report)
        result = full_size(painting, tell=lambda _: report(Progress("blend", 1.0)))
        size = prod(result.shape[:2])
        if size > room:
            raise PhotoError(NO_ROOM)
        alpha = alpha_of(painting, result.shape)
        write_picture(
            file, result, alpha=alpha, settings=painting.settings, weights=painting.weights
        )
        small = _small(result, alpha)
        self._tell(number, 1.0)  # a visitor who left has no folder any more
        picture = self._session.show(f"many-{number}", small)
        self.seen = self.seen.with_item(number, state="done", picture=picture)
        return size

    def _tell(self, number: int, share: float) -> None:
        """Say how far all of it is.

        Raises: Cancelled: the visitor asked for it, or left.
        """
        if self.stop.is_set():
            raise Cancelled
        count = len(self.seen.items)
        bad = self.seen.count("failed")
        before = self.seen.count("done")
        now, left = time.monotonic(), None
        if before:
            pace = (now - self._began) / (before + share)
            self._until = min(self._until, now + pace * (count - bad - before - share))
            left = max(1, round(self._until - now))
        doing = say("Photo {n} of {all}", n=number + 1, all=count) + _left(left)
        self.seen = replace(self.seen, done=(before + share) / max(1, count - bad), doing=doing)


def _left(seconds: int | None) -> str:
    if seconds is None or seconds < MINUTES_FROM_S:
        return in_words(seconds)
    return f", {say('about {n} min left', n=round(seconds / 60))}"


def zipped(folder: Path, files: Iterable[Path]) -> Path:
    """Move files into a ZIP in their folder, which appears there when it is whole.

    They are read and written piece by piece, and stored as they are: pictures are packed already.
    """
    files = list(files)
    path = folder / f"{len(files)}-paintings.zip"

    def pack(out: IO[bytes]) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for file in files:
                archive.write(file, file.name)
                file.unlink()

    write_whole(path, pack)
    return path


def followed(batch: Batch, session: Session) -> Iterator[Many]:
    """Run a batch; yield it as it is now, again and again, until its end."""
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(copy_context().run, batch.run)  # in the visitor's language
        try:
            shown = None
            while not wait([running], LOOK_S).done:
                session.last_used = time.monotonic()
                if batch.seen is not shown:
                    yield (shown := batch.seen)
        finally:
            batch.stop.set()  # nothing does so before its end but a page that is closed
    running.result()
    yield batch.seen


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
    return [done, *stopped, *bad]
