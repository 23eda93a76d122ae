"""Write files atomically: a reader finds the whole file or none."""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from pipeline.types import PhotoError


def refuse_taken(path: Path, sources: Sequence[Path] = (), *, overwrite: bool = False) -> None:
    """Refuse a path that exists, unless it may be overwritten; one of `sources` never may.

    Raises: PhotoError: it is one of `sources`. FileExistsError: it exists.
    """
    if not path.exists():
        return
    if any(source.exists() and path.samefile(source) for source in sources):
        raise PhotoError(
            f"{path} is one of the files that are read, and is not replaced; choose another name."
        )
    if not overwrite:
        raise _taken(path)


def write_whole(
    path: Path, save: Callable[[IO[bytes]], object], *, overwrite: bool = False
) -> None:
    """Let `save` write a file that appears at `path` only when it is complete.

    A missing folder is made.

    Raises: FileExistsError: `path` exists and `overwrite` is False.
    """
    refuse_taken(path, overwrite=overwrite)
    path.parent.mkdir(parents=True, exist_ok=True)
    # In the same folder, so that the rename is atomic.
    part = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            save(file)
        if overwrite or not _link(part, path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> bool:
    """Give `part` its final name by a hard link; False on a disk without hard links.

    Raises: FileExistsError: somebody took the name in the meantime.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:
        return False
    return True


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(
        f"{path} is there already; choose another name or allow overwriting (--overwrite)."
    )
