"""One open page each: its private files, its cache, its stop sign. Nothing here is shared between visitors."""

import secrets
import shutil
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from gradio.utils import get_upload_folder

from pipeline.steps.cache import OwnerCache, StageCache
from pipeline.types import Photo, Pixels
from ui.previews import write_preview

KEPT_PHOTOS = 2  # of one page, decoded
KEPT_PREVIEWS = 40  # of one page; a slider dragged for a minute makes hundreds
IDLE_S = 25 * 60
SWEEP_S = 5 * 60
DELETED_AFTER_MIN = (IDLE_S + SWEEP_S) // 60


@dataclass
class Session:
    """An open page. `folder` cannot be guessed.

    `behind`: the file and the name of the photo that a preview in the photo field stands for.
    `stop` is set to cancel the run that goes on, `enough` to go on with the picture so far; `preview` is that picture, while there is one.
    """

    cache: OwnerCache
    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    preview: str | None = None
    awaited: bool = False  # whether a run was asked for that has not ended: the page goes on asking how far it is
    seen: float = field(default_factory=time.monotonic)
    previews: deque[Path] = field(default_factory=deque)
    passing: deque[Path] = field(default_factory=deque)
    photos: deque[Path] = field(default_factory=deque)
    behind: dict[Path, tuple[Path, str]] = field(default_factory=dict)

    def begin(self) -> threading.Event:
        """Return the stop sign of a new run."""
        self.stop, self.enough, self.preview = threading.Event(), threading.Event(), None
        return self.stop

    def show(self, name: str, pixels: Pixels) -> str:
        """Write a preview under a new name, drop the oldest beyond `KEPT_PREVIEWS`, and return its path."""
        path = write_preview(self.folder / f"{name}-{secrets.token_hex(4)}.png", pixels)
        self.previews.append(path)
        while len(self.previews) > KEPT_PREVIEWS:
            self.previews.popleft().unlink(missing_ok=True)
        return str(path)

    def on_disk(self, photo: Photo) -> Photo:
        """Return the photo with its pixels in a file, from which they are read where they are used.

        A large one would leave no room in memory for what is made of it.
        """
        path = self.folder / f"photo-{secrets.token_hex(4)}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, photo.pixels)
        self.photos.append(path)
        while len(self.photos) > KEPT_PHOTOS:
            self.photos.popleft().unlink(missing_ok=True)
        return replace(photo, pixels=np.asarray(np.load(path, mmap_mode="r")))

    def stand_for(self, path: Path, name: str, pixels: Pixels) -> str:
        """Write a preview that stands for a photo in its field; return its path."""
        preview = write_preview(self.folder / f"field-{secrets.token_hex(4)}.png", pixels)
        self.behind[preview] = path, name
        return str(preview)

    def file_behind(self, path: Path, name: str) -> tuple[Path, str]:
        """Return the file and the name of the photo that `path` stands for, or just these."""
        return self.behind.get(path, (path, name))

    def show_so_far(self, pixels: Pixels) -> None:
        """Make this the `preview`; of those before it only the last stays, which a browser may be loading."""
        self.passing.append(
            write_preview(self.folder / f"so-far-{secrets.token_hex(4)}.png", pixels)
        )
        self.preview = str(self.passing[-1])
        while len(self.passing) > 2:
            self.passing.popleft().unlink(missing_ok=True)


class Sessions:
    """All open pages, by session."""

    def __init__(self, cache: StageCache) -> None:
        self._cache = cache
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def of(self, session: str) -> Session:
        """Return the visit of a session, new or known."""
        with self._lock:
            if session not in self._open:
                self._open[session] = Session(self._cache.of(session), private_folder())
            visit = self._open[session]
            visit.seen = time.monotonic()
            return visit

    def leave(self, session: str) -> None:
        """Stop the visit's run and forget its pictures, on disk and in memory."""
        with self._lock:
            visit = self._open.pop(session, None)
        if visit is None:
            return
        visit.stop.set()
        self._cache.drop(session)
        shutil.rmtree(visit.folder, ignore_errors=True)

    def sweep(self, idle_s: float = IDLE_S) -> None:
        """Leave every visit that was idle for so long."""
        now = time.monotonic()
        with self._lock:
            idle = [session for session, visit in self._open.items() if now - visit.seen > idle_s]
        for session in idle:
            self.leave(session)


def private_folder() -> Path:
    """Return a new folder's path that nobody can guess, among the files the page may serve."""
    return Path(get_upload_folder()) / secrets.token_urlsafe(18)
