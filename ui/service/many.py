"""Many photos, painted for a visitor one after the other, and all their paintings in one ZIP."""

import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path
from typing import IO

from pipeline.cli.jobs import number_repeats
from pipeline.io.atomic import write_whole
from pipeline.io.image_files import read_photo
from pipeline.settings import Settings
from pipeline.types import Cancelled, Painting, PhotoError, Progress, Prompt
from ui.forecast import LARGE_SIZES, in_words
from ui.many import KINDS, LARGE_PX, LIES, Item, Many, pictured, reason_of
from ui.photos import styles_of
from ui.service.paint_service import PaintService
from ui.session import Session
from ui.style_box import StyleFile
from ui.view_state import path_of
from ui.words import later, say

MOST_PIXELS = 600_000_000  # of all paintings: as PNG they take two gigabytes of the disk
LOOK_S = 0.4  # between two looks at what is done
OF_A_LARGE = 0.3  # of the work on a large one: what it takes to paint it, before it is made large
MINUTES_FROM_S = 100  # what takes longer is told in minutes
NO_ROOM = later(
    "at most {most} megapixels in one ZIP; paint it with the next ones",
    most=MOST_PIXELS // 10**6,
)


def begin(
    service: PaintService, session: Session, items: tuple[Item, ...], settings: Settings,
    styles: tuple[StyleFile, ...], kind: str,
) -> "Batch":  # fmt: skip
    """Begin to paint a visitor's many photos one by one, others' paintings in between.

    Raises: PhotoError: a style picture cannot be read.
    """
    prompt = Prompt(styles=styles_of(session, styles))
    batch = Batch(session, items, settings, kind, partial(service.paint, prompt=prompt))
    session.batch = batch
    # In the visitor's language; and the program's end does not wait for it.
    threading.Thread(target=copy_context().run, args=(batch.run,), daemon=True).start()
    return batch


def followed(batch: "Batch", session: Session) -> Iterator[Many]:
    """Yield a batch as it is now, again and again, until its end; the last one may have the ZIP.

    It goes on where nobody follows it.
    """
    shown = None
    while not batch.over.wait(LOOK_S):
        session.use()
        if batch.seen is not shown:
            yield (shown := batch.seen)
    if batch.error is not None:
        raise batch.error
    yield batch.seen


class Batch:
    """One visitor's photos while they are painted, one after the other, in a thread of its own.

    `seen` is the queue as it is now; those of it are counted that can be read. `stop` ends the
    work after what is done. `over`: set at its end; `error`: what ended it, if that was a surprise.
    """

    def __init__(
        self, session: Session, items: tuple[Item, ...], settings: Settings, kind: str,
        paint: Callable[..., Painting],
    ) -> None:  # fmt: skip
        self.seen = Many(tuple(_waiting(item) for item in items))
        self._able = [n for n, item in enumerate(self.seen.items) if item.state != "failed"]
        self.stop, self.over = threading.Event(), threading.Event()
        self.error: BaseException | None = None
        self._session, self._settings, self._paint = session, settings, paint
        self._suffix = KINDS[kind]
        self._began = time.monotonic()
        self._until = float("inf")

    def run(self) -> None:
        """Paint every photo, then write the ZIP of what is done."""
        try:
            self._run()
        except Exception as error:  # told to who follows
            self.error = error
        finally:
            self.over.set()

    def _run(self) -> None:
        folder = self._session.folder / f"many-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        stems = (path_of(Path(), item.name, "painted").name for item in self.seen.items)
        made, pixels = [], 0
        try:
            for number, name in enumerate(number_repeats(stems)):
                if self.stop.is_set():
                    break
                if number not in self._able:
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
            if not made or self._session.left:
                return None
            return self._session.keep_last("many", zipped(folder, made))
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

        first = OF_A_LARGE if self._settings.result.size in LARGE_SIZES else 1.0

        def report(progress: Progress) -> None:
            self._tell(number, first * progress.done)

        self._tell(number, 0.0)
        item = self.seen.items[number]
        if not item.path.exists():
            raise PhotoError(say("it is no longer on this machine, as promised; add it again"))
        painting = self._paint(read_photo(item.path, name=item.name), self._settings, report=report)
        result = full_size(
            painting, tell=lambda done: self._tell(number, first + (1 - first) * done)
        )
        size = prod(result.shape[:2])
        if size > room:
            raise PhotoError(NO_ROOM)
        alpha = alpha_of(painting, result.shape)
        write_picture(
            file, result, alpha=alpha, settings=painting.settings, weights=painting.weights
        )
        pictures = pictured(result, alpha), pictured(result, alpha, LARGE_PX)
        self._tell(number, 1.0)  # a visitor who left has no folder any more
        shown, large = (self._session.show(f"many-{number}", each) for each in pictures)
        odd = "" if painting.upright is None else str(LIES)
        done = {"state": "done", "why": odd, "picture": shown, "large": large}
        self.seen = self.seen.with_item(number, **done)
        return size

    def _tell(self, number: int, share: float) -> None:
        """Say how far all of it is.

        Raises: Cancelled: the visitor asked for it, or left.
        """
        if self.stop.is_set():
            raise Cancelled
        count, done = len(self._able), self._able.index(number)
        painted = self.seen.count("done")
        now, left = time.monotonic(), None
        if painted:
            pace = (now - self._began) / (painted + share)
            self._until = min(self._until, now + pace * (count - done - share))
            left = max(1, round(self._until - now))
        doing = say("Photo {n} of {all}", n=done + 1, all=count) + _left(left)
        self.seen = replace(self.seen, done=(done + share) / count, doing=doing)


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


def _waiting(item: Item) -> Item:
    """Return a photo as it is before it is painted, again; one that cannot be read stays failed."""
    return replace(item, state="waiting", why="", large=None) if item.picture else item
