"""Shares in a folder: each is whole or not there, known by its name alone, gone when it expires.

A share is a folder of its own, written beside its place and renamed into it. Its name, which
whoever has the link knows, opens it; a second secret, which only the owner's browser has, tells
what became of it and takes it back. All that is kept of that secret is a hash.
"""

import hashlib
import hmac
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from math import ceil
from pathlib import Path

from PIL import Image
from pydantic import TypeAdapter

from pipeline.types import Pixels
from ui.sharing import disk
from ui.sharing.notes import Note
from ui.words import counted, say

HOUR_S = 3600
LEAST_S, MOST_S = HOUR_S, 7 * 24 * HOUR_S
MOST_BYTES = 1_000_000_000  # of all shares together
MOST_NOTES = 50  # of one share
TEXT_BYTES = 300_000  # more than one's facts and notes take, twice, as while they are rewritten
RANDOM_BYTES = 16  # of a name, and of a secret: 128 bits
NAME = re.compile(r"[A-Za-z0-9_-]{22}")  # how `token_urlsafe` writes them
PICTURES = ("photo", "painting")
Written = dict[str, bool | int | float | str]  # as `Settings.written` returns
FACTS = "share.json"
PART = ".part"  # what a folder is called before it is whole
QUALITY = {"quality": 92, "subsampling": 0}


class ShareError(ValueError):
    """Something cannot be shared; the message is a sentence for the person."""


class GoneError(ShareError):
    """There is no such share, or none any more: nobody is told which."""

    def __init__(self) -> None:
        super().__init__(say("This link has ended: its time is over, or its owner took it back."))


class FullError(ShareError):
    """The room for all shares is taken. `soonest`: seconds until the next one ends."""

    def __init__(self, soonest: float) -> None:
        hours = max(1, ceil(soonest / HOUR_S))
        super().__init__(
            counted(
                "What others share takes all the room that there is for it. Some of it ends within "
                "{n} hour: try again then, or save the painting and send it yourself.",
                "What others share takes all the room that there is for it. Some of it ends within "
                "{n} hours: try again then, or save the painting and send it yourself.",
                hours,
            )
        )


@dataclass(frozen=True)
class Share:
    """What is known of a share beside its pictures.

    `created`, `expires`: seconds since 1970. `secret`: the sha256 of the owner's secret, in hex.
    `ratio`: of its pictures' width and height. `openings`: how often it was opened.
    """

    created: float
    expires: float
    secret: str
    settings: Written
    ratio: float = 1.0
    openings: int = 0
    notes: tuple[Note, ...] = ()


FILE = TypeAdapter(Share)


@dataclass(frozen=True)
class Made:
    """A new share: its name, for the link, and its owner's secret, which is not kept."""

    name: str
    secret: str
    expires: float


def keep(
    folder: Path,
    pictures: Mapping[str, Pixels],
    settings: Written,
    lasts_s: float,
    now: float,
) -> Made:
    """Keep pictures, by their names in `PICTURES`, for `lasts_s` seconds.

    They are encoded here, from pixels alone: no metadata of a photo can come along. When this
    returns they are on the disk, whole.

    Raises: ShareError: it lasts too short or too long, or the disk refused. FullError: no room.
    """
    if not LEAST_S <= lasts_s <= MOST_S:
        raise ShareError(
            say("A link lasts 1 hour to 7 days, not {found} hours.", found=lasts_s / HOUR_S)
        )
    made = Made(_random(), _random(), now + lasts_s)
    height, width = pictures["painting"].shape[:2]
    share = Share(now, made.expires, _hash(made.secret), settings, width / height)
    files = {f"{what}.jpg": _jpeg(pictures[what]) for what in PICTURES}
    with _refusing(), disk.locked(folder):
        _sweep(folder, now)
        if _taken(folder) + sum(map(len, files.values())) + TEXT_BYTES > MOST_BYTES:
            raise FullError(_soonest(folder, now))
        part = folder / f".{made.name}{PART}"
        try:
            part.mkdir(mode=0o700)
            for file, data in (files | {FACTS: FILE.dump_json(share)}).items():
                disk.write(part / file, data)
            disk.sync(part)
            part.rename(folder / made.name)
            disk.sync(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return made


def read(folder: Path, name: str, now: float) -> Share:
    """Read what is known of a share.

    Raises: GoneError: there is none of this name.
    """
    try:
        share = _read(folder, name)
    except (OSError, ValueError):
        raise GoneError from None
    if share.expires <= now:
        raise GoneError
    return share


def picture(folder: Path, name: str, what: str, now: float) -> bytes:
    """Read a picture of a share, a JPEG; `what`: one of `PICTURES`.

    Raises: GoneError: there is none.
    """
    read(folder, name, now)
    if what not in PICTURES:
        raise GoneError
    try:
        return disk.read(folder / name / f"{what}.jpg")
    except OSError:
        raise GoneError from None


def count_opening(folder: Path, name: str, now: float) -> None:
    """Count that a share was opened once more.

    Raises: GoneError: there is none. ShareError: the disk refused.
    """
    _change(folder, name, now, lambda share: replace(share, openings=share.openings + 1))


def add_note(folder: Path, name: str, note: Note, now: float) -> None:
    """Leave a note for the owner.

    Raises: GoneError: there is no such share. ShareError: it has all the notes that it may have,
    or the disk refused.
    """

    def noted(share: Share) -> Share:
        if len(share.notes) >= MOST_NOTES:
            raise ShareError(
                say("There are {n} notes already, and no room for more.", n=MOST_NOTES)
            )
        return replace(share, notes=(*share.notes, note))

    _change(folder, name, now, noted)


def told(folder: Path, name: str, secret: str, now: float) -> Share:
    """Tell a share's owner what became of it.

    Raises: GoneError: there is none, or the secret is another one's.
    """
    share = read(folder, name, now)
    if not hmac.compare_digest(_hash(secret), share.secret):
        raise GoneError
    return share


def revoke(folder: Path, name: str, secret: str, now: float) -> None:
    """Take a share back, at once.

    Raises: GoneError: as `told`. ShareError: the disk refused.
    """
    told(folder, name, secret, now)
    with _refusing(), disk.locked(folder):
        told(folder, name, secret, now)  # it may have been swept meanwhile
        disk.remove(folder / name)


def sweep(folder: Path, now: float) -> None:
    """Remove shares that expired, and what a program that was killed left half written."""
    if folder.is_dir():
        with disk.locked(folder):
            _sweep(folder, now)


def _sweep(folder: Path, now: float) -> None:
    for entry in list(folder.iterdir()):
        if entry.suffix in (PART, disk.GONE) and NAME.fullmatch(entry.stem[1:]):
            shutil.rmtree(entry, ignore_errors=True)
    for name in _names(folder):
        if _is_over(folder, name, now):
            disk.remove(folder / name)


def _is_over(folder: Path, name: str, now: float) -> bool:
    """Tell whether a share is no more; a disk that fails for a moment ends none."""
    try:
        return _read(folder, name).expires <= now
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False


def _soonest(folder: Path, now: float) -> float:
    """Return the seconds until the next share ends."""
    return min((_read(folder, name).expires for name in _names(folder)), default=now) - now


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if NAME.fullmatch(entry.name)]


def _taken(folder: Path) -> int:
    """Add up the bytes that all shares take, or may come to take."""
    names = _names(folder)
    pictures = (folder / name / f"{what}.jpg" for name in names for what in PICTURES)
    return sum(p.stat().st_size for p in pictures if p.exists()) + TEXT_BYTES * len(names)


def _change(folder: Path, name: str, now: float, act: Callable[[Share], Share]) -> None:
    read(folder, name, now)  # first: for what is not there no folder and no lock is made
    with _refusing(), disk.locked(folder):
        data = FILE.dump_json(act(read(folder, name, now)))
        part = folder / name / f"{FACTS}{PART}"
        try:
            disk.write(part, data)
            part.replace(folder / name / FACTS)
        finally:
            part.unlink(missing_ok=True)
        disk.sync(folder / name)


def _read(folder: Path, name: str) -> Share:
    """Read a share, which may be over.

    Raises: OSError: it cannot be read. ValueError: there is no share of this name.
    """
    if not NAME.fullmatch(name) or (folder / name).is_symlink():
        raise ValueError("Wanted the name of a share, found another one.")
    return FILE.validate_json(disk.read(folder / name / FACTS))


@contextmanager
def _refusing() -> Iterator[None]:
    """Say in a sentence what a disk refuses."""
    try:
        yield
    except OSError as error:
        raise ShareError(
            say(
                "It cannot be kept here ({why}); save the painting and send it yourself.",
                why=error.strerror or error,
            )
        ) from error


def _jpeg(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", **QUALITY)
    return file.getvalue()


def _random() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
