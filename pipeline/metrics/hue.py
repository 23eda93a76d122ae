"""Measure how far a painting's colors have turned away from its photo's."""

import cv2
import numpy as np

from pipeline.metrics.brushwork import Float
from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized, size_of_long
from pipeline.types import Image

LONG_PX, SIGMA_PX = 512, 2.0  # at which both are compared: a color, not a stroke
VIVID, DARK, BRIGHT = 25.0, 15.0, 90.0  # chroma of the photo from which on it counts; L between
FEW = 0.005  # of the picture: less of it does not count


def hue_shift(photo: Image, painting: Image) -> Float | None:
    """Return by how many degrees the hue has turned at each vivid pixel of the photo, (N,).

    Both are (H, W, 3) sRGB in [0, 1], of one shape, of any size. None where little is vivid.
    """
    size = size_of_long(photo.shape[:2], LONG_PX)
    before, after = (to_lab(blurred(resized(each, size), SIGMA_PX)) for each in (photo, painting))
    chroma = np.hypot(before[..., 1], before[..., 2])
    counts = (chroma > VIVID) & (before[..., 0] > DARK) & (before[..., 0] < BRIGHT)
    if counts.mean() < FEW:
        return None
    hues = [cv2.phase(each[..., 1], each[..., 2], angleInDegrees=True) for each in (before, after)]
    turned = np.abs(hues[1] - hues[0])[counts]
    return np.asarray(np.minimum(turned, 360 - turned), np.float32)
