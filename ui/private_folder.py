"""Where the page's files are; it has to be said before Gradio is loaded."""

import atexit
import os
import shutil
import signal
import stat
import sys
import tempfile
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
    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: sys.exit(0))


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
