"""One open page: its private files, its cache, its stop sign.

Nothing here is shared between visitors.
"""

import errno
import os
import secrets
import shutil
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

from pipeline.settings import Settings
from pipeline.steps.cache import OwnerCache
from pipeline.types import Cancelled, Photo, Pixels
from ui.camera import Camera
from ui.previews import write_preview
from ui.private_folder import delete
from ui.run import FILM, Run

MOST_PHOTOS = 2  # of one page, decoded
MOST_PREVIEWS = 24  # of one page and name; a slider dragged for a minute makes hundreds
MOST_RESULTS = 40  # of one page, that can be gone back to at once
MOST_TOLD = 2  # of one page: the painting that is being kept, and the next one


@dataclass(frozen=True)
class LookPictures:
    """The pictures of the looks, as far as they are painted.

    `of`: what they are painted of. `awaited`: the painting that stands for those still to come.
    """

    of: Hashable = None
    painted: tuple[str, ...] = ()
    awaited: str = ""


@dataclass
class Session:
    """An open page.

    `folder`: where its files are; nobody can guess it.
    `run`: the painting or comparison that was asked for last; `film`: the film, beside it.
    `looks_end`: set where the looks that are being painted are to end.
    `given`: the file of the photo that was given last, and could be read.
    `last_used`: the clock's seconds when the page last asked for something.
    `previews`: the files of the results by name, the oldest first.
    `large`: by kind, the file that takes the place of the one before.
    `photos`: by file, the folder of what was decoded of it, and that; the one used last comes last.
    `reading`: taken while one is looked up.
    `behind`: by preview in the photo field, the photo's file and name.
    `looks`: their pictures.
    `wanted`: the settings that were asked for last, of which a look may be marked.
    `results`: the paintings that were shown, by the id under which the browser keeps them.
    `copies`: of each photo, what tells it from others, and the file of its small copy.
    `told`: by id, the files of paintings that the browser was told to keep, until it has.
    `uploads`: the files that the visitor gave. `left`: whether all of it is deleted.
    `batch`: the many photos that are painted, or were last; `queue`: those that wait.
    `own_film`: the film that was given last; `filmed`: the one that was painted last, and what was
    said of it.
    `key`: by which the page, opened anew, finds it again; nobody can guess it. `shown`: the
    painting that hangs there. `styles`: the pictures that were asked for last to paint like.
    `unsaved`: whether a file that was asked for gave way to something else, until that is told.
    `interrupted`: whether a painting was stopped as the page was closed. `resumed`: whether it was
    found again, until the page shows it.
    `paper`: the paper of the painting shown last, and the photo that it was chosen for; none where
    that is as its photo is. `declined`: what was offered of a photo and put away.
    `brushed`: what was brushed over what is mended of a photo. `said`: what was said last of what
    stays, until the next painting holds it.
    `camera`: what paints the page's camera, once it was started.
    """

    cache: OwnerCache
    folder: Path
    run: Run = field(default_factory=Run)
    film: Run = field(default_factory=partial(Run, FILM))
    looks_end: threading.Event = field(default_factory=threading.Event)
    given: Path | None = None
    last_used: float = field(default_factory=time.monotonic)
    previews: defaultdict[str, deque[Path]] = field(default_factory=lambda: defaultdict(deque))
    large: dict[str, Path] = field(default_factory=dict)
    photos: dict[Path, tuple[Path, Photo]] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock)
    behind: dict[Path, tuple[Path, str]] = field(default_factory=dict)
    looks: LookPictures = LookPictures()
    wanted: Settings | None = None
    results: dict[str, Any] = field(default_factory=dict)  # of ui.view_state.ViewState
    copies: dict[Path, tuple[str, Path]] = field(default_factory=dict)
    told: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    uploads: set[Path] = field(default_factory=set)
    left: bool = False
    batch: Any = None  # a ui.service.many.Batch
    queue: tuple[Any, ...] = ()  # of ui.many.Item
    own_film: Path | None = None
    filmed: tuple[Path, tuple[str, ...]] | None = None
    key: str = ""
    shown: Any = None  # a ui.view_state.ViewState
    styles: tuple[Any, ...] = ()  # of ui.style_box.StyleFile
    unsaved: bool = False
    interrupted: bool = False
    resumed: bool = False
    paper: tuple[str, Path] | None = None
    declined: set[tuple[object, ...]] = field(default_factory=set)
    brushed: Any = None  # a ui.service.mending.Brushed
    said: Any = None  # a ui.service.said.Said
    camera: Camera | None = None

    def use(self, *given: Path) -> None:
        """Count the session, and the files that its visitor gave, as used now.

        `given`: files that are new among them.

        The page's sweep and Gradio's go by the times of such files.
        """
        self.last_used = time.monotonic()
        self.uploads.update(given)
        folder = Path(get_upload_folder())
        for path in tuple(self.uploads):
            if folder in path.parents:
                with suppress(OSError):
                    os.utime(path)

    @property
    def runs(self) -> tuple[Run, Run]:
        """What was asked for last, in each place."""
        return self.run, self.film

    def run_in(self, teller: int) -> Run:
        """Return the run that is told of in one of the page's tellers."""
        return self.film if teller == FILM else self.run

    @property
    def awaits(self) -> bool:
        """Whether the page follows a run."""
        return any(run.awaited is not None for run in self.runs)

    def begin(self, run: Run) -> threading.Event:
        """Begin a run with nothing asked of it; return the event that cancels it.

        The looks of the painting before end for it.
        """
        self.end_looks()
        return run.begin()

    def cancel(self, run: Run) -> None:
        """Stop a run, and the looks; what begins from now on is not stopped."""
        self.end_looks()
        run.cancel()

    def drop_run(self) -> None:
        """Stop what is painted of the photo, as something else takes its place."""
        awaited = self.run.awaited is not None
        dropped, self.unsaved = self.run.paints and awaited, self.unsaved or self.run.saves
        self.cancel(self.run)
        self.run.dropped = dropped

    def stop_batch(self) -> None:
        """End the painting of many photos after what is done."""
        if self.batch is not None:
            self.batch.stop.set()

    def pause(self) -> None:
        """Stop what is painted of the photo, to be begun again if its page is opened anew.

        A film that is being painted, and many photos, go on; the camera ends with its page.
        """
        self.camera = None
        if self.run.paints and self.run.awaited is not None:
            self.interrupted = True
        self.cancel(self.run)
        if self.film.doing is None:
            self.film.cancel()

    def end_looks(self) -> None:
        """End the looks that are being painted, not those that begin from now on."""
        self.looks_end.set()
        self.looks_end = threading.Event()

    def show(self, name: str, pixels: Pixels) -> str:
        """Write a preview under a new name and return its path.

        The oldest of this name beyond `MOST_PREVIEWS` are deleted; those of other names are shown
        beside it.
        """
        path = self.write(name, pixels)
        previews = self.previews[name]
        previews.append(path)
        while len(previews) > MOST_PREVIEWS:
            previews.popleft().unlink(missing_ok=True)
        return str(path)

    def remember(self, state: Any, name: str = "") -> str:  # noqa: ANN401 - a ViewState
        """Remember a painting that is shown; return its id, `name` or a new one.

        The oldest are forgotten.
        """
        name = name or secrets.token_hex(8)
        self.results[name] = state
        while len(self.results) > MOST_RESULTS:
            del self.results[next(iter(self.results))]
        return name

    def write(self, name: str, pixels: Pixels, alpha: NDArray[np.uint8] | None = None) -> Path:
        """Write a picture that stays as long as the session; return its path."""
        suffix = "jpg" if alpha is None else "webp"
        path = self.folder / f"{name}-{secrets.token_hex(4)}.{suffix}"
        return self.wrote(write_preview(path, pixels, alpha))

    def wrote(self, path: Path) -> Path:
        """Return the path of a file that was just written.

        Raises: Cancelled: the visitor left, or had all deleted, meanwhile; so is this file.
        """
        if self.left:  # set before the folder is deleted
            self.clear()
            raise Cancelled
        return path

    def clear(self) -> None:
        """Delete the session's files, but those that its browser is still to keep.

        A page that is left may be about to ask for them, and asks when it is opened again.
        """
        stays = {path for files in self.told.values() for path in files}
        with suppress(OSError):  # something stays, or all of it is gone already
            for entry in self.folder.iterdir():
                if entry not in stays:
                    delete(entry)
            self.folder.rmdir()

    def tell(self, name: str, *files: Path) -> None:
        """Remember that the browser is told to keep a painting, which is in these files."""
        self.told[name] = files
        while len(self.told) > MOST_TOLD:
            del self.told[next(iter(self.told))]

    def photo(self, file: Path, read: Callable[[], Photo]) -> Photo:
        """Return the photo in a file, which is read once while it is among the last ones used."""
        with self.reading:
            found = self.photos.pop(file, None) or self._on_disk(read())
            self.photos[file] = found
            while len(self.photos) > MOST_PHOTOS:
                folder, _ = self.photos.pop(next(iter(self.photos)))
                shutil.rmtree(folder, ignore_errors=True)
        return found[1]

    def _on_disk(self, photo: Photo) -> tuple[Path, Photo]:
        """Move a photo's pixels into files, from which they are read where they are used.

        A large one would leave no room in memory for what is made of it.
        """
        folder = self.folder / f"photo-{secrets.token_hex(4)}"
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"pixels": photo.pixels, "alpha": photo.alpha}
        files = {name: folder / f"{name}.npy" for name, part in parts.items() if part is not None}
        try:
            for name, file in files.items():
                np.save(file, parts[name])
        except OSError as error:  # NumPy's says no reason
            shutil.rmtree(folder, ignore_errors=True)
            raise OSError(errno.ENOSPC, "No room for a photo") from error
        self.wrote(folder)
        mapped = {name: np.asarray(np.load(file, mmap_mode="r")) for name, file in files.items()}
        return folder, replace(photo, **mapped)

    def keep_last(self, kind: str, file: Path) -> Path:
        """Keep a large file instead of the one of its kind before; return its path.

        Who is still downloading that one has it open, and gets all of it.
        """
        before, self.large[kind] = self.large.get(kind, file), file
        if before != file:
            with suppress(OSError):  # where an open file cannot go
                before.unlink()
                before.parent.rmdir()  # where nothing else is in it
        return file

    def stand_for(self, path: Path, name: str, pixels: Pixels) -> str:
        """Write a preview that stands for a photo in its field, and return its path.

        It stays as long as the session.
        """
        preview = self.write("field", pixels)
        self.behind[preview] = path, name
        return str(preview)

    def file_behind(self, path: Path, name: str) -> tuple[Path, str]:
        """Look up file and name of the photo behind a preview; others stand for themselves."""
        return self.behind.get(path, (path, name))

    def show_so_far(self, run: Run, pixels: Pixels) -> None:
        """Show how a run's picture is so far."""
        run.show(self.write("so-far", pixels))


def private_folder() -> Path:
    """Choose a path that nobody can guess for a new folder, among the files the page may serve."""
    return Path(get_upload_folder()) / secrets.token_urlsafe(18)
