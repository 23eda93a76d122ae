"""Read, write and list portrait styles of a person's own: whole generators, under 3 MB each.

`write` makes such a file, `read` checks it: safetensors of kind `tps`, exactly the generator's
tensors in fp16, all of finite numbers, and, in newer ones, what the portraits are like. Files in
the folder `styles` of the cache folder are offered by their names.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.nets.tps_shape import FOLD, NOISE, shapes_of
from pipeline.nets.tps_shape import STRIDE as STRIDE
from pipeline.runtime.own_files import (
    ENDING,
    FORMAT,
    PLAIN,
    PORTRAIT,
    Shelf,
    check_name,
    check_room,
    check_tensors,
    listed,
    read_bytes,
    refused,
    short,
    styles_folder,
    unpacked,
)
from pipeline.types.portraits import COLORS, PARTS, RANKS, Portraits
from pipeline.variants import PORTRAIT_STYLES, is_own_name
from pipeline.weights.cache import VerifiedWeights
from pipeline.weights.catalog import Entry

FLAG = "portrait_style"
MOST_BYTES = 3_000_000
# Tensors that say what the portraits are like, of so many at most; and what a file whose portraits
# are prints or drawings says.
TABLE, MOST_PORTRAITS = "portraits.", 50
MADE, PRINTED = "made", "printed"
MOST_VALUE = 300.0  # CIELAB, across a picture
AGAIN = "Make it again: python -m training.own_portrait_style FOLDER --name NAME"
Tensors = dict[str, np.ndarray]
is_name = partial(is_own_name, flag=FLAG)


@dataclass(frozen=True)
class OwnPortraitStyle:
    """A style of a file. `name`: what settings call it; `label`: what a person reads.

    `sha256`: of the file when it was read. `portraits`: what those that it has learned from are
    like; None in a file that does not say. `printed`: whether they are prints or drawings.
    """

    name: str
    label: str
    sha256: str
    file: Path
    portraits: Portraits | None = field(default=None, compare=False)
    printed: bool = False

    @property
    def key(self) -> str:
        """What tells it from others, for caches."""
        return f"style {self.sha256}"


def write(
    path: Path, state_dict: Mapping[str, Any], *, name: str, label: str,
    portraits: Portraits | None = None, printed: bool = False,
) -> None:  # fmt: skip
    """Write a style's file, whole or not at all; one that is there is replaced.

    `state_dict`: of a `TpsGenerator`, as tensors on the CPU or arrays. `name`: of a-z, 0-9, _ and
    -; `label`: up to 40 printed characters. `portraits`, `printed`: as in `OwnPortraitStyle`.

    Raises: StyleFileError: it would be refused by `read`. OSError: it cannot be written.
    """
    from safetensors.numpy import save

    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
        table = {f"{TABLE}{k}": v for k, v in vars(portraits).items()} if portraits else {}
        values = {**state_dict, **table}
        halved = {k: np.ascontiguousarray(np.asarray(v), np.float16) for k, v in values.items()}
    said = {"format": FORMAT, "kind": PORTRAIT, "name": name, "label": label}
    data = save(halved, {**said, MADE: PRINTED} if printed else said)
    _checked(path, data)
    write_whole(path, lambda out: out.write(data), overwrite=True)


def read(path: Path) -> OwnPortraitStyle:
    """Read and check a style's file, wherever it lies; its name is the one that it says.

    Raises: StyleFileError: it is none, damaged, too large, or of another network.
    """
    return _checked(path, read_bytes(path, MOST_BYTES, AGAIN))


def install(path: Path) -> OwnPortraitStyle:
    """Put a copy of a style's file into the folder of styles, under the name that it says.

    One of that name that is there is replaced where it is a portrait style, too.

    Raises: StyleFileError: it cannot be used, the name is taken, or the folder is full. OSError: it
    cannot be written.
    """
    data = read_bytes(path, MOST_BYTES, AGAIN)
    name = _checked(path, data).name
    to = styles_folder() / f"{name}{ENDING}"
    if to.exists() and to not in {file for file, _ in listed(PORTRAIT)}:
        wanted = "a name that no other style in the folder has"
        raise refused(path, wanted, short(name), "Give it another one")
    check_room(to)
    write_whole(to, lambda out: out.write(data), overwrite=True)
    return own_style(name)


@contextmanager
def verified(style: OwnPortraitStyle) -> Iterator[VerifiedWeights]:
    """Give a style's weights in a file that nobody else changes, while a network is built of them.

    Raises: StyleFileError: its file changed since it was read, or is gone.
    """
    from safetensors.numpy import save

    data = read_bytes(style.file, MOST_BYTES, AGAIN)
    if hashlib.sha256(data).hexdigest() != style.sha256:
        raise refused(style.file, "the style as it was chosen", "another one", "Choose it again")
    # One name for all, which says nothing of whose they are: old conversions go together.
    entry = Entry(
        name="portrait_style_own", role=FLAG, license="its maker's", origin="a person's own",
        sha256=style.sha256, bytes=len(data), build={"fold": FOLD, "noise": NOISE},
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="style-") as folder:
        file = Path(folder) / f"style{ENDING}"
        file.write_bytes(save(_without_table(unpacked(style.file, data, AGAIN)[0])[0]))
        yield VerifiedWeights(entry, (file,), style.sha256)


def _without_table(tensors: Tensors) -> tuple[Tensors, Tensors]:
    """Return a network's tensors, and those that say what the portraits are like."""
    table = {key: each for key, each in tensors.items() if key.startswith(TABLE)}
    return {key: each for key, each in tensors.items() if key not in table}, table


def _read_named(file: Path) -> OwnPortraitStyle:
    """Read a file of the folder, where its name is the style's."""
    check_name(file, is_name)
    return replace(read(file), name=file.stem)


def _checked(file: Path, data: bytes) -> OwnPortraitStyle:
    tensors, said = unpacked(file, data, AGAIN)
    name, label = said.get("name", ""), said["label"]
    if said.get("kind") != PORTRAIT:
        raise refused(file, f"a style of kind {PORTRAIT}", short(said.get("kind")), AGAIN)
    if not is_name(name):
        raise refused(file, PLAIN, short(name), AGAIN)
    tensors, table = _without_table(tensors)
    check_tensors(file, tensors, shapes_of(), AGAIN)
    portraits = _portraits(file, table) if table else None
    printed = portraits is not None and said.get(MADE) == PRINTED
    sha256 = hashlib.sha256(data).hexdigest()
    return OwnPortraitStyle(name, label, sha256, file, portraits, printed)


def _portraits(file: Path, table: Tensors) -> Portraits:
    count = min((len(each) for each in table.values() if each.ndim), default=0)
    if not 1 <= count <= MOST_PORTRAITS:
        raise refused(file, f"a table of 1 to {MOST_PORTRAITS} portraits", str(count), AGAIN)
    parts = count, len(PARTS)
    shapes = {
        "quantiles": (*parts, RANKS), "colors": (*parts, COLORS, 3), "weights": (*parts, COLORS),
        "fall": (count, 3),
    }  # fmt: skip
    check_tensors(file, table, {f"{TABLE}{k}": shape for k, shape in shapes.items()}, AGAIN)
    own = {k.removeprefix(TABLE): each.astype(np.float32) for k, each in table.items()}
    # What is no lightness, color or share is none of a portrait.
    if max(np.abs(each).max() for each in own.values()) > MOST_VALUE or own["weights"].min() < 0:
        raise refused(file, "lightness, colors and shares of portraits", "other numbers", AGAIN)
    return Portraits(**own)


SHELF = Shelf(PORTRAIT, "portrait style", tuple(PORTRAIT_STYLES), _read_named)
found_styles, own_style = SHELF.found, SHELF.style
