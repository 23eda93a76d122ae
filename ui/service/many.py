"""Many photos, painted for a visitor one after the other, and all their paintings in one ZIP."""

import secrets
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
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
from ui.forecast import in_words
from ui.many import KINDS, LARGE_PX, LIES, SMALL_PX, Item, Many, pictured, reason_of
from ui.photos import styles_of
from ui.previews import write_preview
from ui.service.paint_service import PaintService
from ui.session import Session, private_folder, touch
from ui.style_box import StyleFile
from ui.view_state import path_of
from ui.words import later, say

MOST_PIXELS = 600_000_000  # of all paintings: as PNG they take two gigabytes of the disk
LOOK_S = 0.4  # between two looks at what is done
ALONE_S = 10 * 60  # what no page has asked for so long ends after what is done
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
    batch = Batch(items, settings, kind, partial(service.paint, prompt=prompt))
    before, session.batch = session.batch, batch
    service.batches.begin(batch, before)
    return batch


def followed(batch: "Batch", session: Session) -> Iterator[Many]:
    """Yield a batch as it is now, again and again, until its end."""
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

    It has a folder of its own, and goes on for a while without the page that began it, which may
    have lost its connection, or be opened anew.

    `key`: nobody can guess it. `seen`: the queue as it is now. `stop`: set to end the work after
    what is done; `over`: set at its end; `error`: what ended it, where that was a surprise. `used`:
    the clock's seconds when a page last asked for it.
    """

    def __init__(
        self, items: tuple[Item, ...], settings: Settings, kind: str,
        paint: Callable[..., Painting],
    ) -> None:  # fmt: skip
        self.key, self.folder = secrets.token_hex(16), private_folder()
        self.folder.mkdir(parents=True)
        self.stop, self.over = threading.Event(), threading.Event()
        self.error: BaseException | None = None
        self.used, self._gone = time.monotonic(), False
        self.seen = Many(tuple(self._own(n, item) for n, item in enumerate(items)))
        self._able = [n for n, item in enumerate(self.seen.items) if item.state != "failed"]
        self._settings, self._paint = settings, paint
        self._suffix = KINDS[kind]
        self._began = time.monotonic()
        self._until = float("inf")

    def use(self) -> None:
        """Count it, and its photos, as used now."""
        self.used = time.monotonic()
        touch(item.path for item in self.seen.items)

    def drop(self) -> None:
        """End the work, and delete what is made."""
        self.stop.set()
        self._gone = True
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self) -> None:
        """Paint every photo, then write the ZIP of what is done."""
        try:
            self._run()
        except Exception as error:
            self.error = error
        finally:
            if self._gone:  # what was written since
                self.drop()
            self.over.set()

    @property
    def _ends(self) -> bool:
        return self.stop.is_set() or time.monotonic() - self.used > ALONE_S

    def _own(self, number: int, item: Item) -> Item:
        """Return a photo as it is before it is painted, with a small picture in this folder.

        One that cannot be read stays failed.
        """
        if item.picture is None:
            return item
        picture = self.folder / f"photo-{number}{Path(item.picture).suffix}"
        shutil.copyfile(item.picture, picture)
        return replace(item, state="waiting", why="", picture=str(picture), large=None)

    def _run(self) -> None:
        stems = (path_of(Path(), item.name, "painted").name for item in self.seen.items)
        made: list[Path] = []
        pixels = 0
        try:
            for number, name in enumerate(number_repeats(stems)):
                if self._ends:
                    break
                if number not in self._able:
                    continue
                self.seen = self.seen.with_item(number, state="painting")
                try:
                    file = self.folder / f"{name}{self._suffix}"
                    pixels += self._paint_one(number, file, MOST_PIXELS - pixels)
                    made.append(file)
                except Cancelled:
                    self.seen = self.seen.with_item(number, state="waiting")
                except Exception as error:  # the others are painted all the same
                    self.seen = self.seen.with_item(number, state="failed", why=reason_of(error))
            self.seen = replace(self.seen, done=1.0, doing=say("Writing the ZIP") if made else "")
            self.seen = replace(self.seen, file=self._zipped(made), doing="")
        finally:
            for file in made:
                file.unlink(missing_ok=True)

    def _zipped(self, made: list[Path]) -> Path | None:
        """Put paintings into a ZIP; None where there are none, or all was deleted meanwhile."""
        try:
            return zipped(self.folder, made) if made and not self._gone else None
        except FileNotFoundError:
            if self._gone:
                return None
            raise

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
        self._tell(number, 1.0)  # where all was deleted there is no folder any more
        shown, large = (
            str(write_preview(self.folder / f"{what}-{number}.jpg", pictured(result, alpha, px)))
            for what, px in (("small", SMALL_PX), ("large", LARGE_PX))
        )
        odd = "" if painting.upright is None else str(LIES)
        done = {"state": "done", "why": odd, "picture": shown, "large": large}
        self.seen = self.seen.with_item(number, **done)
        return size

    def _tell(self, number: int, share: float) -> None:
        """Say how far all of it is.

        Raises: Cancelled: the visitor asked for it, or has left for long.
        """
        if self._ends:
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
