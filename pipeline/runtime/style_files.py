"""Read, write and list styles of a person's own: files that add to what the fast painter knows.

A file holds a style's numbers and the network's late layers as they were tuned for it, fp16, and
says which network it was tuned for: `python -m training.own_style` writes it. Files in the folder
`styles` of the cache folder are offered by their names. They may come from anybody: nothing of one
is believed before it is checked.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.runtime.own_files import ENDING as ENDING
from pipeline.runtime.own_files import (
    FAST,
    FORMAT,
    Shelf,
    check_name,
    check_tensors,
    read_bytes,
    refused,
    unpacked,
)
from pipeline.runtime.own_files import MOST_LABEL as MOST_LABEL
from pipeline.runtime.own_files import StyleFileError as StyleFileError
from pipeline.runtime.own_files import styles_folder as styles_folder
from pipeline.runtime.styles import KnownStyles, OwnStyle, Values, known_styles
from pipeline.variants import FAST_STYLES, is_own_name
from pipeline.weights.catalog import CATALOG, Entry
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


SHELF = Shelf(FAST, "style", tuple(FAST_STYLES), read_style)
found_styles, own_styles, own_style = SHELF.found, SHELF.styles, SHELF.style
