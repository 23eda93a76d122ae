"""The files that a visitor gave: photos and style pictures, read once."""

import filecmp
from pathlib import Path
from typing import Any

from pipeline.io.image_files import read_photo
from pipeline.types import Photo, PhotoError, Style
from ui.session import Session
from ui.style_box import StyleFile
from ui.words import say


def uploaded_in(field: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the file in an upload's field, a film's included."""
    inner = field.get("video", field) if isinstance(field, dict) else None
    return inner if inner and inner.get("path") else None


def file_of(photo: dict[str, Any] | None) -> tuple[Path, str]:
    """Read the path and the name, without suffix, of the file in the photo field.

    Raises: PhotoError: there is none.
    """
    if not photo or not photo.get("path"):
        raise PhotoError(
            say("There is no photo yet; drop one into the photo field or choose an example.")
        )
    return Path(photo["path"]), Path(photo.get("orig_name") or "photo").stem


def read_once(session: Session, path: Path, name: str) -> Photo:
    """Read a photo once for all its paintings.

    Its pixels stay on the disk, in the session's folder.

    Raises: PhotoError: it cannot be read, or was deleted meanwhile.
    """

    def read() -> Photo:
        if not path.exists():
            raise PhotoError(
                say(
                    "Your photo is no longer on this machine: "
                    "it was deleted, as promised. Add it again."
                )
            )
        return read_photo(path, name=name)

    session.use(path)
    return session.photo(path, read)


def styles_of(session: Session, files: tuple[StyleFile, ...]) -> tuple[Style, ...]:
    """Read style pictures, or take them from the session's cache.

    Raises: PhotoError: one cannot be read, or was deleted meanwhile.
    """
    session.use(*(path for file in files for path in (file.path, file.mask) if path))
    return tuple(session.cache.get(("style", file), file.read) for file in files)


def same_file(one: Path, other: Path) -> bool:
    """Check that two files exist and hold the same bytes."""
    return one.exists() and other.exists() and filecmp.cmp(one, other, shallow=False)
