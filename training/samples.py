"""A labelled picture, in memory or read when it is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels

Spot = tuple[float, float, float]  # a face: center x, y and height, px


@dataclass(frozen=True)
class Sample:
    """One photo with its labels (`training.labels`).

    `whole`: the share of draws that show the whole photo instead of the face. `solid`: every pixel
    is known to be the person's or background, so that the person can be cut out and the background
    be exchanged. `figure`: where somebody stands, head to shoes. `guess`: the colors, (h, w, 2), a
    and b, that are guessed for the photo made gray.
    """

    photo: Pixels
    labels: Labels
    face: Spot | None
    whole: float
    solid: bool = True
    figure: Spot | None = None
    guess: NDArray[np.int8] | None = None


class Samples(Protocol):
    """What a training draws from."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Sample: ...


def read_pixels(file: Path) -> Pixels:
    """Read a photo as it is stored, whatever its EXIF orientation says.

    Its mask knows nothing of that.
    """
    stored = cv2.imread(str(file), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if stored is None:
        raise FileNotFoundError(f"A photo was wanted at {file}; there is none that can be read.")
    return np.ascontiguousarray(stored[:, :, ::-1])


def read_upright(file: Path) -> Pixels:
    """Read a photo as its EXIF orientation says that it is to be seen.

    Raises: FileNotFoundError: there is none that can be read.
    """
    seen = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if seen is None:
        raise FileNotFoundError(f"A photo was wanted at {file}; there is none that can be read.")
    return np.ascontiguousarray(seen[:, :, ::-1])


def read_mask(file: Path) -> Labels:
    """Read a mask's numbers, (H, W); a palette is left alone."""
    with Image.open(file) as image:
        return np.array(image if image.mode in ("L", "P") else image.convert("L"), np.uint8)


def face_in(labels: Labels) -> Spot | None:
    """Return where the face is by its parts, brow to chin.

    Return None where fewer than 64 pixels are skin.
    """
    rows, columns = np.nonzero((labels >= Part.SKIN) & (labels <= Part.TEETH))
    if len(rows) < 64:
        return None
    # The outermost hundredth may be a second person's face, or a slip of the brush.
    (top, bottom), (left, right) = np.percentile(rows, (1, 99)), np.percentile(columns, (1, 99))
    return (
        float(left + right) / 2,
        float(top + bottom) / 2,
        float(max(bottom - top, right - left, 1.0)),
    )
