"""Read, write and list styles of a person's own: files that add to what the fast painter knows.

A file holds a style's numbers and the network's late layers as they were tuned for it, fp16, and
says which network it was tuned for: `python -m training.own_style` writes it. Files in the folder
`styles` of the cache folder are offered by their names. They may come from anybody: nothing of one
is believed before it is checked.
"""

import hashlib
import json
import logging
import os
import stat
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.runtime.styles import KnownStyles, OwnStyle, Values, known_styles
from pipeline.variants import FAST_STYLES, is_own_name
from pipeline.weights.cache import cache_folder
from pipeline.weights.catalog import CATALOG, Entry, WeightError
from pipeline.weights.resolve import obtain

FORMAT = "1"
ENDING = ".safetensors"
NUMBERS = "numbers"
MOST_BYTES = 1_000_000
MOST_FILES = 100  # that are looked at
MOST_LABEL = 40
AGAIN = "Make it again: python -m training.own_style PICTURE"
NO_LINK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
log = logging.getLogger(__name__)


class StyleFileError(WeightError):
    """A style's file that is missing or must not be used; the message says what to do."""


def styles_folder() -> Path:
    """Locate the folder of a person's own styles; it need not exist."""
    return cache_folder() / "styles"


def painter_entry() -> Entry:
    """Return the network that styles are tuned for.

    Raises: StyleFileError: there is none.
    """
    entry = next((each for each in CATALOG.values() if each.role == "fast_style"), None)
    if entry is None:
        raise StyleFileError("There is no fast painter; get the project's own copy again.")
    return entry


def found_styles() -> tuple[tuple[OwnStyle, ...], tuple[str, ...]]:
    """Read the styles in the folder, by name, and say of each other file why it is left out."""
    found = [_read_once(file, *mark) for file, mark in _listed()]
    return (
        tuple(each for each in found if isinstance(each, OwnStyle)),
        tuple(each for each in found if isinstance(each, str)),
    )


def own_styles() -> tuple[OwnStyle, ...]:
    """Read the styles in the folder, by name; the log names, once, each file that is left out."""
    good, refused = found_styles()
    for sentence in refused:
        _log_once(sentence)
    return good


@lru_cache(maxsize=2 * MOST_FILES)
def _log_once(sentence: str) -> None:
    log.warning("%s", sentence)


def own_style(name: str) -> OwnStyle:
    """Read one style of the folder by its name.

    Raises: StyleFileError: it is not there, or its file cannot be used.
    """
    here = {file.stem: (file, mark) for file, mark in _listed()}
    if name not in here:
        others = ", ".join([*FAST_STYLES, *(style.name for style in own_styles())])
        raise StyleFileError(
            f"There is no style {_short(name)}: one of {others} was wanted. Choose one, or put the "
            "style's file into the folder `styles` of the cache folder ($PORTRAIT_CACHE)."
        )
    file, mark = here[name]
    found = _read_once(file, *mark)
    if isinstance(found, str):
        raise StyleFileError(found)
    return found


def _listed() -> list[tuple[Path, tuple[int, int]]]:
    """List the folder's files, with what changes when they do."""
    try:
        with os.scandir(styles_folder()) as entries:
            names = sorted(each.name for each in entries if each.name.endswith(ENDING))
    except OSError:
        return []
    if len(names) > MOST_FILES:
        _log_once(f"Of more than {MOST_FILES} styles the first {MOST_FILES} by name are offered.")
    files = []
    for name in names[:MOST_FILES]:
        file = styles_folder() / name
        try:
            state = file.lstat()
        except OSError:  # it went meanwhile
            continue
        files.append((file, (state.st_mtime_ns, state.st_size)))
    return files


@lru_cache(maxsize=2 * MOST_FILES)
def _read_once(file: Path, changed: int, size: int) -> OwnStyle | str:
    """Read a file, once for each of its versions; return the sentence where it is refused."""
    del changed, size
    try:
        return read_style(file)
    except WeightError as error:
        return str(error)


def read_style(file: Path) -> OwnStyle:
    """Read and check a style's file.

    Raises: StyleFileError: it is none, damaged, too large, or of another network.
    WeightError: the network itself is damaged.
    """
    entry = painter_entry()
    data = _bytes_of(file)
    tensors, said = _unpacked(file, data)
    label, network = said.get("label", ""), said.get("network", "")
    if said.get("format") != FORMAT:
        raise _refused(file, f"a style of format {FORMAT}", f"{_short(said.get('format'))}", AGAIN)
    if not 0 < len(label) <= MOST_LABEL or not label.isprintable() or not label.strip():
        wanted = f"a label of 1 to {MOST_LABEL} printed characters"
        raise _refused(file, wanted, _short(label), AGAIN)
    if network != entry.sha256:
        wanted = f"a style of the network {_hash(entry.sha256)}"
        raise _refused(file, wanted, f"one tuned for {_hash(network)}", AGAIN)
    known = known_styles(obtain(entry))
    numbers, late = _checked(file, tensors, known)
    return OwnStyle(file.stem, label, hashlib.sha256(data).hexdigest(), numbers, late)


def write_style(file: Path, label: str, numbers: Values, late: Mapping[str, Values]) -> None:
    """Write a style's file, whole or not at all; one that is there is replaced.

    `numbers`: (2, K). `late`: by the names of `late_layers`.

    Raises: OSError: it cannot be written.
    """
    from safetensors.numpy import save

    tensors = {NUMBERS: numbers, **late}
    halved = {key: np.ascontiguousarray(value, np.float16) for key, value in tensors.items()}
    said = {"format": FORMAT, "label": label, "network": str(painter_entry().sha256)}
    data = save(halved, said)
    write_whole(file, lambda out: out.write(data), overwrite=True)


def _bytes_of(file: Path) -> bytes:
    """Read a file of the right name, kind and size, without following a link."""
    wanted = "a name of a-z, 0-9, _ and -, at most 40, that no known style has"
    if file.suffix != ENDING or not is_own_name(file.stem):
        raise _refused(file, wanted, _short(file.stem), "Rename it")
    try:
        kind = file.lstat().st_mode
        if not stat.S_ISREG(kind):
            found = "a link" if stat.S_ISLNK(kind) else "something else"
            raise _refused(file, "a file", found, "Put the file itself there")
        with open(os.open(file, NO_LINK), "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        found = error.strerror or "none"
        raise _refused(file, "a file that can be read", found, "Allow reading it") from error
    if len(data) > MOST_BYTES:
        wanted = f"at most {MOST_BYTES:,} bytes"
        raise _refused(file, wanted, "more", AGAIN)
    return data


def _unpacked(file: Path, data: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the tensors and the metadata in a file's bytes."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(file, "safetensors", "something else, or a part of them", AGAIN) from error
    return tensors, dict(header.get("__metadata__") or {})


def _checked(
    file: Path, tensors: Mapping[str, np.ndarray], known: KnownStyles
) -> tuple[Values, tuple[Values, ...]]:
    """Return a style's numbers and late layers, each of the shape that the network wants."""
    wanted = {NUMBERS: known.numbers.shape[1:]} | {k: v.shape for k, v in known.late.items()}
    if missing := wanted.keys() - tensors.keys():
        raise _refused(file, f"a tensor {min(missing)}", "none", AGAIN)
    if strange := tensors.keys() - wanted.keys():
        raise _refused(file, "a style's tensors", f"another one, {_short(min(strange))}", AGAIN)
    for key, shape in wanted.items():
        found = tensors[key]
        if found.dtype != np.float16 or found.shape != shape:
            raise _refused(file, f"{key} as float16 {shape}", f"{found.dtype} {found.shape}", AGAIN)
        if not np.isfinite(found).all():
            raise _refused(file, f"finite numbers in {key}", "others", AGAIN)
    values = {key: tensors[key].astype(np.float32) for key in wanted}
    return values.pop(NUMBERS), tuple(values.values())


def _refused(file: Path, wanted: str, found: str, advice: str) -> StyleFileError:
    where = file.name if file.name.isprintable() else repr(file.name)
    return StyleFileError(
        f"The style {where[:80]} is left out: {wanted} was wanted, {found} was found. {advice}."
    )


def _short(text: object) -> str:
    return repr(text)[:MOST_LABEL]


def _hash(sha256: str | None) -> str:
    return repr(sha256[:12] if sha256 else None)
