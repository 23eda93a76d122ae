"""Write files atomically: a reader finds the whole file or none."""

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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


def check_places(
    paths: Iterable[Path], sources: Sequence[Path] = (), *, overwrite: bool = False
) -> None:
    """Refuse, before any work, paths that are taken, and those at which no file can be written.

    Raises: PhotoError: one is among `sources`. FileExistsError: one exists, and `overwrite` is
    False. OSError: one is a folder, or lies where no file can be written.
    """
    for path in paths:
        refuse_taken(path, sources, overwrite=overwrite)
        if path.is_dir():
            raise IsADirectoryError(f"Wanted a file, found the folder {path}; choose another name.")
        _try_folder_of(path)


def refuse_shared(paths: Sequence[Path]) -> None:
    """Refuse paths that are to be different files and are not, or of which one lies in another.

    Raises: PhotoError.
    """
    places = [_place(path) for path in paths]
    count, folders = Counter(places), {folder for place in places for folder in place.parents}
    for path, place in zip(paths, places, strict=True):
        if count[place] > 1 or place in folders:
            raise PhotoError(
                f"Wanted a place of its own for each thing that is written, found two for {path}; "
                "choose another name or folder for one of them."
            )


def _place(path: Path) -> Path:
    # On some disks names that differ in case only are one. A link is replaced, not followed.
    return Path(str(path.parent.resolve() / path.name).casefold())


def _try_folder_of(path: Path) -> None:
    """Write an empty file into the folder of `path`, or the one that folder would be made in.

    Raises: OSError: it cannot be written, or is no folder.
    """
    folder = next((each for each in path.parents if each.exists()), path.parent)
    trial = folder / f".{secrets.token_hex(4)}.part"
    try:
        trial.open("xb").close()
        trial.unlink()
    except OSError as error:
        raise OSError(
            f"Wanted a folder that can be written for {path.name}, found {folder} "
            f"({error.strerror}); choose another place."
        ) from error


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
