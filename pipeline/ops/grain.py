"""The noise from which strokes grow.

The painter must place strokes where the photo is flat, so it is given noise with the photo. The noise is smooth, as wide as a
stroke, but carried on a one-pixel checkerboard: photos have next to nothing at that frequency, so neither hides the other, and a
convolution with stride two reads it off.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

SOFTNESS_PX = 1.4
AMOUNT = 0.08  # in the painter's range of [-1, 1]


def seeds(size: tuple[int, int], rng: np.random.Generator) -> Field:
    """Return smooth noise of mean 0 and deviation 1, (H, W, 3); the same generator state gives the same noise."""
    white = rng.standard_normal((*size, 3), np.float32)
    smooth = cv2.GaussianBlur(white, (0, 0), SOFTNESS_PX, borderType=cv2.BORDER_REFLECT)
    return smooth * np.float32(2 * np.sqrt(np.pi) * SOFTNESS_PX)


def carried(field: Field) -> Field:
    """Return the noise on its carrier, to be added to a photo in [-1, 1]; the top left pixel is always positive."""
    rows, columns = np.ogrid[: field.shape[0], : field.shape[1]]
    sign = (1 - 2 * ((rows + columns) % 2)).astype(np.float32)
    return field * sign[..., None] * np.float32(AMOUNT)
