"""Where the page's files are; it has to be said before Gradio is loaded."""

import atexit
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a folder goes at exit only
    fcntl = None

PLACE = "GRADIO_TEMP_DIR"
PREFIX, UNLOCKED = "portraits-", ".new-portraits-"
SIGNALS = ("SIGTERM", "SIGHUP")  # that end the program as its own exit does
_OPENED = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def use_private_folder() -> None:
    """Keep uploads and previews in a folder that only this process's user can read.

    It goes when the program ends; where that was killed, the next start removes it.
    """
    base = Path(os.environ.get(PLACE) or tempfile.gettempdir())
    base.mkdir(parents=True, exist_ok=True)
    remove_left_over(base)
    folder = make_folder(base)
    os.environ[PLACE] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def end(*_: object) -> None:
        shutil.rmtree(folder, ignore_errors=True)  # first: a painting may go on for a while
        sys.exit(0)

    for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` has it, to stay after a logout
            signal.signal(number, end)


def make_folder(base: Path) -> Path:
    """Make a private folder that is locked as long as this process lives.

    The kernel takes the lock away however the process ends. The folder gets its name only when it
    is locked, so that nobody takes it for a left one.
    """
    unlocked = Path(tempfile.mkdtemp(prefix=UNLOCKED, dir=base))
    if fcntl is not None:
        with suppress(OSError):  # a disk without locks
            fcntl.flock(os.open(unlocked, _OPENED), fcntl.LOCK_EX | fcntl.LOCK_NB)
    folder = base / unlocked.name.replace(UNLOCKED, PREFIX)
    unlocked.rename(folder)
    return folder


def remove_left_over(base: Path) -> list[Path]:
    """Remove this user's private folders whose process is gone; return them.

    A folder that another process has locked stays, as does one that cannot be locked.
    """
    if fcntl is None:
        return []
    return [each for each in sorted(base.glob(f"{PREFIX}*")) if _remove(each)]


def files_in(folder: Path) -> frozenset[Path]:
    """List the files in a folder, and in those in it."""
    return frozenset(each for each in folder.rglob("*") if not each.is_dir())


def sweep(folder: Path, stays: Collection[Path], idle_s: float) -> list[Path]:
    """Remove what lies in a private folder unused for `idle_s` seconds; return it.

    Gradio sweeps the files it knows of; it does not know of an upload that broke off, and leaves
    the folders. `stays`: files, and folders of open sessions, which are swept with their sessions.
    A folder in which anything is younger stays whole: somebody may be writing there.
    """
    gone, oldest = [], time.time() - idle_s
    for entry in list(folder.iterdir()) if folder.exists() else []:
        inside = files_in(entry) if entry.is_dir() and not entry.is_symlink() else frozenset()
        if entry in stays or inside & frozenset(stays):
            continue
        if max(map(_used, (entry, *inside))) < oldest:
            delete(entry)
            gone.append(entry)
    return gone


def _used(path: Path) -> float:
    try:
        found = path.lstat()
    except OSError:  # it went meanwhile
        return 0.0
    return max(found.st_mtime, found.st_ctime)


def delete(entry: Path) -> None:
    """Delete a file, or a folder with all that is in it; a link goes, what it leads to stays."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)


def _remove(folder: Path) -> bool:
    try:
        lock = os.open(folder, _OPENED)
    except OSError:  # another user's, a link, a file, or gone meanwhile
        return False
    try:
        found = os.fstat(lock)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return False
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    except OSError:  # it is in use
        return False
    finally:
        os.close(lock)
