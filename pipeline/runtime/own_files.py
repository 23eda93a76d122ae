"""Read files of a person's own styles: nothing of one, whoever made it, is believed unchecked.

They are `.safetensors` in the folder `styles` of the cache folder, and say in their metadata of
which kind they are: `tps` is a portrait style, nothing a style of the fast painter.
"""

import json
import logging
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from pipeline.weights.cache import cache_folder
from pipeline.weights.catalog import WeightError

ENDING = ".safetensors"
FORMAT = "1"
FAST, PORTRAIT = "", "tps"  # kinds
MOST_FILES = 100  # that are looked at
MOST_LABEL = 40
PLAIN = "a name of a-z, 0-9, _ and -, at most 40, that no known style has"
MOST_HEADER = 100_000  # bytes of it that are read to find a kind
NO_LINK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
log = logging.getLogger(__name__)

Mark = tuple[int, int]  # what changes when a file does: its time and its size
Shapes = Mapping[str, tuple[int, ...]]


class Named(Protocol):
    """A style of a file."""

    @property
    def name(self) -> str:
        """What settings call it."""
        ...


Style = TypeVar("Style", bound=Named)


class StyleFileError(WeightError):
    """A style's file that is missing or must not be used; the message says what to do."""


@dataclass(frozen=True)
class Shelf(Generic[Style]):
    """The styles of one kind in the folder.

    `what`: how one is called. `known`: the names of those that need no file. `read`: reads and
    checks a file, or raises a `WeightError`.
    """

    kind: str
    what: str
    known: tuple[str, ...]
    read: Callable[[Path], Style]

    def found(self) -> tuple[tuple[Style, ...], tuple[str, ...]]:
        """Read the styles in the folder, by name, and say of each other file why it is left out."""
        found = [_read_once(self, file, *mark) for file, mark in listed(self.kind)]
        return (
            tuple(each for each in found if not isinstance(each, str)),
            tuple(each for each in found if isinstance(each, str)),
        )

    def styles(self) -> tuple[Style, ...]:
        """Read the styles in the folder, by name; the log names, once, each file left out."""
        good, refusals = self.found()
        for sentence in refusals:
            log_once(sentence)
        return good

    def style(self, name: str) -> Style:
        """Read one style of the folder by its name.

        Raises: StyleFileError: it is not there, or its file cannot be used.
        """
        here = {file.stem: (file, mark) for file, mark in listed(self.kind)}
        if name not in here:
            others = ", ".join([*self.known, *(style.name for style in self.styles())])
            raise StyleFileError(
                f"There is no {self.what} {short(name)}: one of {others} was wanted. Choose one, "
                "or put the style's file into the folder `styles` of the cache folder "
                "($PORTRAIT_CACHE)."
            )
        file, mark = here[name]
        found = _read_once(self, file, *mark)
        if isinstance(found, str):
            raise StyleFileError(found)
        return found


@lru_cache(maxsize=4 * MOST_FILES)
def _read_once(shelf: Shelf[Style], file: Path, changed: int, size: int) -> Style | str:
    """Read a file, once for each of its versions; return the sentence where it is refused."""
    del changed, size
    try:
        return shelf.read(file)
    except WeightError as error:
        return str(error)


def styles_folder() -> Path:
    """Locate the folder of a person's own styles; it need not exist."""
    return cache_folder() / "styles"


def check_room(file: Path) -> None:
    """Refuse a new file in a folder that holds as many as are looked at.

    Raises: StyleFileError.
    """
    names = _names()
    if file.name not in names and len(names) >= MOST_FILES:
        raise StyleFileError(
            f"The style {short(file.stem)} was not added: room for one more was wanted, and there "
            f"are {len(names)} styles, the most that are offered. Remove one from the folder "
            "`styles` of the cache folder ($PORTRAIT_CACHE), and add this one again."
        )


def _names() -> list[str]:
    try:
        with os.scandir(styles_folder()) as entries:
            return sorted(each.name for each in entries if each.name.endswith(ENDING))
    except OSError:
        return []


def listed(kind: str) -> list[tuple[Path, Mark]]:
    """List the folder's files of a kind; what cannot be read counts as `FAST`."""
    names = _names()
    if len(names) > MOST_FILES:
        log_once(f"Of more than {MOST_FILES} styles the first {MOST_FILES} by name are offered.")
    files = []
    for name in names[:MOST_FILES]:
        file = styles_folder() / name
        try:
            state = file.lstat()
        except OSError:  # it went meanwhile
            continue
        mark = state.st_mtime_ns, state.st_size
        if _kind_once(file, *mark) == kind:
            files.append((file, mark))
    return files


@lru_cache(maxsize=2 * MOST_FILES)
def log_once(sentence: str) -> None:
    """Warn of something, once."""
    log.warning("%s", sentence)


@lru_cache(maxsize=2 * MOST_FILES)
def _kind_once(file: Path, changed: int, size: int) -> str:
    del changed, size
    return kind_of(file)


def kind_of(file: Path) -> str:
    """Return what a file says that it is; `FAST` where it says nothing, or is none."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return FAST
        with open(os.open(file, NO_LINK), "rb") as stream:
            count = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(min(count, MOST_HEADER)))
        return str(header["__metadata__"]["kind"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return FAST


def read_bytes(file: Path, most: int, again: str) -> bytes:
    """Read a file of the right kind and size, without following a link.

    `again`: how it is made again.

    Raises: StyleFileError: it is no file, cannot be read, or has more bytes than `most`.
    """
    try:
        kind = file.lstat().st_mode
        if not stat.S_ISREG(kind):
            found = "a link" if stat.S_ISLNK(kind) else "something else"
            raise refused(file, "a file", found, "Put the file itself there")
        with open(os.open(file, NO_LINK), "rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        found = error.strerror or "none"
        raise refused(file, "a file that can be read", found, "Allow reading it") from error
    if len(data) > most:
        raise refused(file, f"at most {most:,} bytes", "more", again)
    return data


def check_name(file: Path, is_name: Callable[[str], bool]) -> None:
    """Refuse a file whose name is not plain, or a known style's.

    Raises: StyleFileError.
    """
    if file.suffix != ENDING or not is_name(file.stem):
        raise refused(file, PLAIN, short(file.stem), "Rename it")


def unpacked(
    file: Path, data: bytes, again: str
) -> tuple[dict[str, np.ndarray], Mapping[str, str]]:
    """Return the tensors and the metadata in a file's bytes.

    Raises: StyleFileError: they are no safetensors, of another format, or have no label.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        said = dict(header.get("__metadata__") or {})
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise refused(file, "safetensors", "something else, or a part of them", again) from error
    if said.get("format") != FORMAT:
        found = short(said.get("format"))
        raise refused(file, f"a style of format {FORMAT}", found, again)
    label = said.get("label", "")
    if not is_label(label):
        wanted = f"a label of 1 to {MOST_LABEL} printed characters"
        raise refused(file, wanted, short(label), again)
    return tensors, said


def is_label(text: str) -> bool:
    """Tell whether a style may be called so for people to read."""
    return 0 < len(text) <= MOST_LABEL and text.isprintable() and bool(text.strip())


def check_tensors(
    file: Path, tensors: Mapping[str, np.ndarray], wanted: Shapes, again: str
) -> None:
    """Refuse tensors that are not exactly those wanted, in fp16, all of finite numbers.

    Raises: StyleFileError.
    """
    if missing := wanted.keys() - tensors.keys():
        raise refused(file, f"a tensor {min(missing)}", "none", again)
    if strange := tensors.keys() - wanted.keys():
        raise refused(file, "a style's tensors", f"another one, {short(min(strange))}", again)
    for key, shape in wanted.items():
        found = tensors[key]
        if found.dtype != np.float16 or found.shape != shape:
            raise refused(file, f"{key} as float16 {shape}", f"{found.dtype} {found.shape}", again)
        if not np.isfinite(found).all():
            raise refused(file, f"finite numbers in {key}", "others", again)


def refused(file: Path, wanted: str, found: str, advice: str) -> StyleFileError:
    """Return the error of a file that is not what it should be."""
    where = file.name if file.name.isprintable() else repr(file.name)
    return StyleFileError(
        f"The style {where[:80]} is left out: {wanted} was wanted, {found} was found. {advice}."
    )


def short(text: object) -> str:
    """Return a text from elsewhere as it can be shown."""
    return repr(text)[:MOST_LABEL]
