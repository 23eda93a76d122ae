"""Write, read and remove so that what is on the disk is whole, whenever the program ends."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub.utils import WeakFileLock

LOCK = ".lock"
GONE = ".gone"  # what a folder is called once it is no more
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, and make the folder: two programs, too, may share one.

    The system lets go of it where a program is killed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with WeakFileLock(folder / LOCK):
        yield


def write(path: Path, data: bytes) -> None:
    """Write a file that only this user can read; it is on the disk when this returns."""
    found = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NO_LINK, 0o600)
    with os.fdopen(found, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> bytes:
    """Read a file that is no link."""
    with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK), "rb") as file:
        return file.read()


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk, where the system can."""
    if os.name == "posix":
        found = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(found)
        finally:
            os.close(found)


def remove(place: Path) -> None:
    """Remove a folder: first from where it is looked for, so that no half of it is ever there."""
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        return
    gone = place.with_name(f".{place.name}{GONE}")
    place.rename(gone)
    sync(place.parent)
    shutil.rmtree(gone, ignore_errors=True)
