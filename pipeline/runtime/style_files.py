"""Read, write and list styles of a person's own: files that add to what the fast painter knows.

A file holds a style's numbers and the network's late layers as they were tuned for it, fp16, and
says which network it was tuned for: `python -m training.own_style` writes it. Files in the folder
`styles` of the cache folder are offered by their names. They may come from anybody: nothing of one
is believed before it is checked.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.runtime.own_files import ENDING as ENDING
from pipeline.runtime.own_files import (
    FAST,
    FORMAT,
    MOST_FILES,
    check_name,
    check_tensors,
    listed,
    log_once,
    read_bytes,
    refused,
    short,
    unpacked,
)
from pipeline.runtime.own_files import MOST_LABEL as MOST_LABEL
from pipeline.runtime.own_files import StyleFileError as StyleFileError
from pipeline.runtime.own_files import styles_folder as styles_folder
from pipeline.runtime.styles import KnownStyles, OwnStyle, Values, known_styles
from pipeline.variants import FAST_STYLES, is_own_name
from pipeline.weights.catalog import CATALOG, Entry, WeightError
from pipeline.weights.resolve import obtain

NUMBERS = "numbers"
MOST_BYTES = 1_000_000
AGAIN = "Make it again: python -m training.own_style PICTURE"


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
    found = [_read_once(file, *mark) for file, mark in listed(FAST)]
    return (
        tuple(each for each in found if isinstance(each, OwnStyle)),
        tuple(each for each in found if isinstance(each, str)),
    )


def own_styles() -> tuple[OwnStyle, ...]:
    """Read the styles in the folder, by name; the log names, once, each file that is left out."""
    good, refusals = found_styles()
    for sentence in refusals:
        log_once(sentence)
    return good


def own_style(name: str) -> OwnStyle:
    """Read one style of the folder by its name.

    Raises: StyleFileError: it is not there, or its file cannot be used.
    """
    here = {file.stem: (file, mark) for file, mark in listed(FAST)}
    if name not in here:
        others = ", ".join([*FAST_STYLES, *(style.name for style in own_styles())])
        raise StyleFileError(
            f"There is no style {short(name)}: one of {others} was wanted. Choose one, or put the "
            "style's file into the folder `styles` of the cache folder ($PORTRAIT_CACHE)."
        )
    file, mark = here[name]
    found = _read_once(file, *mark)
    if isinstance(found, str):
        raise StyleFileError(found)
    return found


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
    check_name(file, is_own_name)
    data = read_bytes(file, MOST_BYTES, AGAIN)
    tensors, said = unpacked(file, data, AGAIN)
    network = said.get("network", "")
    if network != entry.sha256:
        wanted = f"a style of the network {_hash(entry.sha256)}"
        raise refused(file, wanted, f"one tuned for {_hash(network)}", AGAIN)
    numbers, late = _checked(file, tensors, known_styles(obtain(entry)))
    sha256 = hashlib.sha256(data).hexdigest()
    return OwnStyle(file.stem, said["label"], sha256, numbers, late)


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


def _checked(
    file: Path, tensors: Mapping[str, np.ndarray], known: KnownStyles
) -> tuple[Values, tuple[Values, ...]]:
    """Return a style's numbers and late layers, each of the shape that the network wants."""
    wanted = {NUMBERS: known.numbers.shape[1:]} | {k: v.shape for k, v in known.late.items()}
    check_tensors(file, tensors, wanted, AGAIN)
    values = {key: tensors[key].astype(np.float32) for key in wanted}
    return values.pop(NUMBERS), tuple(values.values())


def _hash(sha256: str | None) -> str:
    return repr(sha256[:12] if sha256 else None)
