"""Make the seed noise from which a painter grows its strokes.

A painter must place strokes also where the photo is flat, so seed noise is added to the photo. The
noise is smooth and as wide as a stroke, but modulated by a one-pixel checkerboard. Photos have
almost no energy at that frequency, so photo and noise do not hide each other, and a convolution of
stride two can demodulate the noise.
"""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

SOFTNESS_PX = 1.4  # deviation of the noise's blur
MARGIN = 6  # px; the radius of OpenCV's kernel for that blur
AMOUNT = 0.08  # the noise's deviation, in the painter's range of [-1, 1]


def seeds(size: tuple[int, int], rng: np.random.Generator) -> Field:
    """Draw smooth noise of mean 0 and deviation 1, (H, W, 3); equal `rng` states, equal noise."""
    return next(strips_of_seeds(size, [slice(0, size[0])], rng))


def strips_of_seeds(
    size: tuple[int, int], rows: Iterable[slice], rng: np.random.Generator
) -> Iterator[Field]:
    """Yield strips of rows of `seeds(size, rng)`, without making all rows at once.

    `rows`: from top to bottom, without a gap; they may overlap.
    """
    white = np.empty((0, size[1], 3), np.float32)
    top = 0
    for asked in rows:
        first, last = max(0, asked.start - MARGIN), min(size[0], asked.stop + MARGIN)
        more = rng.standard_normal((last - top - len(white), size[1], 3), np.float32)
        white = np.concatenate([white[first - top :], more])
        top = first
        smooth = cv2.GaussianBlur(white, (0, 0), SOFTNESS_PX, borderType=cv2.BORDER_REFLECT)
        yield smooth[asked.start - first : asked.stop - first] * np.float32(
            2 * np.sqrt(np.pi) * SOFTNESS_PX
        )


def carried(field: Field) -> Field:
    """Modulate noise by the checkerboard, +1 at the top left, to add it to a photo in [-1, 1]."""
    rows, columns = np.ogrid[: field.shape[0], : field.shape[1]]
    sign = (1 - 2 * ((rows + columns) % 2)).astype(np.float32)
    return field * sign[..., None] * np.float32(AMOUNT)
