"""Draw the noise that a portrait style's strokes grow from, without torch.

It is that of `soft_noise` in `nets/tps_generator.py`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.nets.tps_shape import FOLD, NOISE, SPOTS
from pipeline.nets.tps_shape import STRIDE as STRIDE

Field = NDArray[np.float32]
Size = tuple[int, int, int]


def noise_size(size: tuple[int, int]) -> Size:
    """Return the (height, width, channels) of the noise for a picture of a (height, width)."""
    return size[0] // FOLD, size[1] // FOLD, NOISE


def portrait_noise(size: Size) -> Field:
    """Draw soft spots of a width a channel, (H, W, C), of variance 1; a size's are the same."""
    white = np.random.default_rng(0).standard_normal(size, np.float32)
    return softened(white)


def softened(white: Field) -> Field:
    """Blur white noise, (H, W, 4), to soft spots of a width a channel; its variance stays 1."""
    planes = [
        _box(_box(plane, w), w) / ((2 * w**2 + 1) / (3 * w**3))
        for plane, w in zip(cv2.split(white), SPOTS, strict=True)
    ]
    return np.asarray(cv2.merge(planes), np.float32)


def _box(plane: NDArray[np.generic], width: int) -> Field:
    """Average a square around each place, of which only what is within the plane counts."""
    how = {"ksize": (width, width), "normalize": False, "borderType": cv2.BORDER_CONSTANT}
    sums, counts = (cv2.boxFilter(each, -1, **how) for each in (plane, np.ones_like(plane)))
    return sums / counts
