"""All open pages, and what goes as each of them is left."""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

from pipeline.steps.cache import StageCache
from ui.run import Run
from ui.session import Session, private_folder

IDLE_S = 25 * 60
SWEEP_S = 5 * 60
DELETED_AFTER_MIN = (IDLE_S + SWEEP_S) // 60


class Sessions:
    """All open pages, by the hash that Gradio gives to each."""

    def __init__(self, cache: StageCache) -> None:
        self._cache = cache
        self._open: dict[str, Session] = {}
        self._waiting: dict[str, tuple[Path, ...]] = {}  # `told`, of pages that were left
        self._lock = threading.Lock()

    def of(self, session_id: str) -> Session:
        """Open or look up the session of a page, and count it as used now."""
        session = self.find(session_id)
        session.use()
        return session

    def find(self, session_id: str) -> Session:
        """Open or look up the session of a page that nobody may be using."""
        with self._lock:
            if session_id not in self._open:
                self._open[session_id] = Session(self._cache.of(session_id), private_folder())
            return self._open[session_id]

    def before(self, run: Run) -> int:
        """Count the runs, of all visitors, that were asked for before this one."""
        with self._lock:
            every = [each for page in self._open.values() for each in page.runs]
        return sum(each.before(run) for each in every)

    def folders(self) -> list[Path]:
        """List the folders of the open sessions."""
        with self._lock:
            return [session.folder for session in self._open.values()]

    def leave(self, session_id: str, *, keeps: bool = False) -> None:
        """Stop the session's run and forget its pictures, on disk and in memory.

        `keeps`: all but those that its browser is still to keep, until it has, or the sweep.
        """
        with self._lock:
            session = self._open.pop(session_id, None)
        if session is None:
            return
        if not keeps:
            session.told.clear()
        with self._lock:
            self._waiting |= session.told
        session.left = True
        for stop in (session.run.stop, session.film.stop, session.looks_end):
            stop.set()
        self._cache.drop(session_id)
        session.clear()

    def kept(self, session_id: str, name: str) -> None:
        """Take note that a browser has kept a painting; what only waited for that goes."""
        self.of(session_id).told.pop(name, None)
        with self._lock:
            files = self._waiting.pop(name, ())
            others = {path for each in self._waiting.values() for path in each}
        for path in {*files} - others:
            _delete_with_folder(path)

    def forget(self, session_id: str) -> None:
        """Leave a session, and delete what its visitor gave, too.

        Files that another visitor gave just so, which Gradio keeps once, stay that one's.
        """
        uploads = self.of(session_id).uploads
        self.leave(session_id)
        with self._lock:
            others = {path for each in self._open.values() for path in each.uploads}
        for path in uploads - others:
            if path.resolve().is_relative_to(Path(get_upload_folder()).resolve()):
                _delete_with_folder(path)

    def sweep(self, idle_s: float = IDLE_S) -> None:
        """Leave every session that was idle for more than `idle_s` seconds."""
        now = time.monotonic()
        with self._lock:
            idle = [
                session_id
                for session_id, session in self._open.items()
                if now - session.last_used > idle_s
            ]
            swept = [name for name, files in self._waiting.items() if not _are_here(files)]
            for name in swept:
                del self._waiting[name]
        for session_id in idle:
            self.leave(session_id)


def _delete_with_folder(path: Path) -> None:
    """Delete a file, and its folder where nothing else is in it."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _are_here(files: Iterable[Path]) -> bool:
    return all(file.exists() for file in files)
