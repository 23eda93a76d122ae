"""The noise from which strokes grow.

The painter must place strokes where the photo is flat, so it is given noise with the photo. The noise is smooth, as wide as a
stroke, but carried on a one-pixel checkerboard: photos have next to nothing at that frequency, so neither hides the other, and a
convolution with stride two reads it off.
"""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

SOFTNESS_PX = 1.4
MARGIN = 6  # px; how far OpenCV's blur of that width looks
AMOUNT = 0.08  # in the painter's range of [-1, 1]


def seeds(size: tuple[int, int], rng: np.random.Generator) -> Field:
    """Return smooth noise of mean 0 and deviation 1, (H, W, 3); the same generator state gives the same noise."""
    return next(strips_of_seeds(size, [slice(0, size[0])], rng))


def strips_of_seeds(
    size: tuple[int, int], rows: Iterable[slice], rng: np.random.Generator
) -> Iterator[Field]:
    """Yield the rows of `seeds(size, rng)` that are asked for, without making all of them at once.

    `rows`: from top to bottom, without a gap; they may overlap.
    """
    white, top = np.empty((0, size[1], 3), np.float32), 0
    for asked in rows:
        first, last = max(0, asked.start - MARGIN), min(size[0], asked.stop + MARGIN)
        more = rng.standard_normal((last - top - len(white), size[1], 3), np.float32)
        white, top = np.concatenate([white[first - top :], more]), first
        smooth = cv2.GaussianBlur(white, (0, 0), SOFTNESS_PX, borderType=cv2.BORDER_REFLECT)
        yield smooth[asked.start - first : asked.stop - first] * np.float32(
            2 * np.sqrt(np.pi) * SOFTNESS_PX
        )


def carried(field: Field) -> Field:
    """Return the noise on its carrier, to be added to a photo in [-1, 1]; the top left pixel is always positive."""
    rows, columns = np.ogrid[: field.shape[0], : field.shape[1]]
    sign = (1 - 2 * ((rows + columns) % 2)).astype(np.float32)
    return field * sign[..., None] * np.float32(AMOUNT)
