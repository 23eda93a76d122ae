"""Read and write portrait styles of a person's own: whole generators, under 3 MB each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.runtime.style_files import StyleFileError, styles_folder


@dataclass(frozen=True)
class OwnPortraitStyle:
    """A style of a file."""

    name: str
    label: str
    sha256: str
    file: Path


def write(path: Path, state_dict: Mapping[str, Any], *, name: str, label: str) -> None:
    """Write a style's file, whole or not at all; one that is there is replaced."""
    from safetensors.numpy import save

    halved = {k: np.ascontiguousarray(np.asarray(v), np.float16) for k, v in state_dict.items()}
    data = save(halved, {"format": "1", "kind": "tps", "name": name, "label": label})
    write_whole(path, lambda out: out.write(data), overwrite=True)


def read(path: Path) -> OwnPortraitStyle:
    """Read a style's file."""
    data = path.read_bytes()
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    except (ValueError, KeyError, TypeError) as error:
        raise StyleFileError(f"{path.name} is no style.") from error
    return OwnPortraitStyle(header["name"], header["label"], "", path)


def install(path: Path) -> OwnPortraitStyle:
    """Put a copy of a style's file into the folder of styles."""
    style, data = read(path), path.read_bytes()
    to = styles_folder() / f"{style.name}.safetensors"
    write_whole(to, lambda out: out.write(data), overwrite=True)
    return style
