"""All open pages, and what goes as each of them is left."""

import hmac
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

from pipeline.steps.cache import StageCache
from ui.run import Run
from ui.session import Session
from ui.session_files import private_folder

IDLE_S = 25 * 60
PARKED_S = 15 * 60  # so long a page that was closed may be opened anew
SWEEP_S = 5 * 60
DELETED_AFTER_MIN = (IDLE_S + SWEEP_S) // 60


class Sessions:
    """All open pages, by the hash that Gradio gives to each."""

    def __init__(self, cache: StageCache) -> None:
        self._cache = cache
        self._open: dict[str, Session] = {}
        self._parked: dict[str, Session] = {}  # of pages that were closed, by their keys
        self._secret = secrets.token_bytes(32)
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
                # Kept under the folder's name: a hash may be asked for after its session has moved.
                folder, key = private_folder(), self._key_of(session_id)
                self._open[session_id] = Session(
                    self._cache.of(folder.name), folder=folder, key=key
                )
            return self._open[session_id]

    def _key_of(self, session_id: str) -> str:
        """Return a page's key: the same however often its session is opened."""
        return hmac.new(self._secret, session_id.encode(), "sha256").hexdigest()

    def before(self, run: Run) -> int:
        """Count the runs, of all visitors, that were asked for before this one."""
        with self._lock:
            every = [each for page in self._open.values() for each in page.runs]
        return sum(each.before(run) for each in every)

    def folders(self) -> list[Path]:
        """List the folders of all sessions."""
        with self._lock:
            return [each.folder for each in (*self._open.values(), *self._parked.values())]

    def park(self, session_id: str) -> None:
        """Keep what a page that was closed, or lost its connection, held, for it to be opened anew.

        Its painting stops.
        """
        with self._lock:
            session = self._open.pop(session_id, None)
            # What a closed page still asked for has opened an empty one, which is closed, too.
            held = session and self._parked.setdefault(session.key, session)
        if session is None:
            return
        if held is session:
            session.pause()
        else:
            self._end(session)

    def resume(self, key: str, session_id: str, *, left: bool) -> bool:
        """Give a page that is opened anew what it held, by its key; tell whether there is anything.

        `left`: whether its browser says that it was closed, which may not be known here yet. What
        an open page holds stays its own.
        """
        with self._lock:
            session = self._parked.pop(key, None)
            if session is None and left:
                before = next((name for name, s in self._open.items() if s.key == key), None)
                session = None if before is None else self._open.pop(before)
            if session is None:
                return False
            self._open[session_id] = session
            session.key = self._key_of(session_id)
        session.pause()
        session.resumed = True
        session.use()
        return True

    def leave(self, session_id: str) -> None:
        """Stop the session's run and forget its pictures, on disk and in memory."""
        with self._lock:
            session = self._open.pop(session_id, None)
        if session is not None:
            session.told.clear()
            self._end(session)

    def _end(self, session: Session) -> None:
        """End a session; what its browser is still to keep waits until it has, or the sweep."""
        with self._lock:
            self._waiting |= session.told
        session.left = True
        session.stop_batch()
        for stop in (session.run.stop, session.film.stop, session.looks_end):
            stop.set()
        self._cache.drop(session.cache.owner)
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
            every = (*self._open.values(), *self._parked.values())
            others = {path for each in every for path in each.uploads}
        for path in uploads - others:
            if path.resolve().is_relative_to(Path(get_upload_folder()).resolve()):
                _delete_with_folder(path)

    def sweep(self, idle_s: float = IDLE_S) -> None:
        """Leave every session that was idle for more than `idle_s` seconds.

        Those of closed pages go `PARKED_S` after these were last used, at most.
        """
        now = time.monotonic()
        with self._lock:
            over = [
                session
                for session in self._parked.values()
                if now - session.last_used > min(idle_s, PARKED_S)
            ]
            for session in over:
                del self._parked[session.key]
            idle = [
                session_id
                for session_id, session in self._open.items()
                if now - session.last_used > idle_s
            ]
            swept = [name for name, files in self._waiting.items() if not _are_here(files)]
            for name in swept:
                del self._waiting[name]
        for session in over:
            self._end(session)
        for session_id in idle:
            self.leave(session_id)


def _delete_with_folder(path: Path) -> None:
    """Delete a file, and its folder where nothing else is in it."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _are_here(files: Iterable[Path]) -> bool:
    return all(file.exists() for file in files)
