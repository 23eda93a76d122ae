"""The private files of one open page: what its visitor gave, what it shows, what it decoded."""

import errno
import os
import secrets
import shutil
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from gradio.utils import get_upload_folder
from numpy.typing import NDArray

from pipeline.types import Cancelled, Photo, Pixels
from ui.previews import write_preview
from ui.private_folder import delete

MOST_PHOTOS = 2  # of one page, decoded
MOST_PREVIEWS = 24  # of one page and name; a slider dragged for a minute makes hundreds
MOST_TOLD = 2  # of one page: the painting that is being kept, and the next one


@dataclass(kw_only=True)
class SessionFiles:
    """The private files of one open page.

    `folder`: where they are; nobody can guess it.
    `last_used`: the clock's seconds when the page last asked for something.
    `uploads`: the files that the visitor gave. `left`: whether all of it is deleted.
    `previews`: the files of the results by name, the oldest first.
    `large`: by kind, the file that takes the place of the one before.
    `photos`: by file, the folder of what was decoded of it, and that; the one used last comes last.
    `reading`: taken while one is looked up.
    `behind`: by preview in the photo field, the photo's file and name.
    `copies`: of each photo, what tells it from others, and the file of its small copy.
    `told`: by id, the files of paintings that the browser was told to keep, until it has.
    """

    folder: Path
    last_used: float = field(default_factory=time.monotonic)
    uploads: set[Path] = field(default_factory=set)
    left: bool = False
    previews: defaultdict[str, deque[Path]] = field(default_factory=lambda: defaultdict(deque))
    large: dict[str, Path] = field(default_factory=dict)
    photos: dict[Path, tuple[Path, Photo]] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock)
    behind: dict[Path, tuple[Path, str]] = field(default_factory=dict)
    copies: dict[Path, tuple[str, Path]] = field(default_factory=dict)
    told: dict[str, tuple[Path, ...]] = field(default_factory=dict)

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


def private_folder() -> Path:
    """Choose a path that nobody can guess for a new folder, among the files the page may serve."""
    return Path(get_upload_folder()) / secrets.token_urlsafe(18)
