"""Tell where a film's strokes no longer show what the film shows.

A painting has colors of its own. What it should look like, small, is the film and how far the
painting was from it when strokes were laid there, carried along. What the strokes do look like,
small, says whether they are still right: not in place where a motion was too quick to follow, left
behind where somebody was, or missing where somebody came from.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.flow import carried
from pipeline.ops.resample import size_of_long
from pipeline.ops.tensor import to_float
from pipeline.stages.strokes.render import Surface, render
from pipeline.types import Mask, Pixels
from pipeline.types.strokes import Strokes

Float = NDArray[np.float32]
COMPARED_PX = 256  # long side at which painting and film are compared
# What is finer than this share of the long side does not count; and how far around a difference
# strokes are exchanged, too.
FINE, AROUND = 0.012, 0.015
FLAT = Surface(0, 0)  # paint without light on it, and no canvas


class Expected:
    """What a painting should look like, small: the film, and the painting's own colors.

    It begins with the strokes laid for a film's picture, (H, W, 3).
    """

    def __init__(self, strokes: Strokes, pixels: Pixels) -> None:
        self._own = _own_of(strokes, pixels)

    def follow(self, back: Float) -> None:
        """Carry the painting's own colors along to a film's next picture, by a small motion."""
        self._own = carried(self._own, back)

    def apart(self, strokes: Strokes, pixels: Pixels) -> Mask:
        """Return how far strokes are from what they should show, (h, w), CIELAB."""
        off = _own_of(strokes, pixels) - self._own
        return np.linalg.norm(blurred(off, FINE * COMPARED_PX), axis=2)

    def renew(self, strokes: Strokes, pixels: Pixels, where: Mask) -> None:
        """Take strokes for right in a region, (h, w), where they were laid anew."""
        self._own = np.where(where[..., None] > 0, _own_of(strokes, pixels), self._own)


def around(where: NDArray[np.bool_]) -> Mask:
    """Return a region, (h, w), and what is close to it: 1 or 0."""
    side = 2 * round(AROUND * COMPARED_PX) + 1
    return cv2.dilate(where.astype(np.float32), np.ones((side, side), np.uint8))


def size_compared(pixels: Pixels) -> tuple[int, int]:
    """Return the (height, width) at which a film's picture and its painting are compared."""
    return size_of_long((pixels.shape[0], pixels.shape[1]), COMPARED_PX)


def _own_of(strokes: Strokes, pixels: Pixels) -> Float:
    """Return how far strokes, small, are from the film's picture, (h, w, 3) CIELAB."""
    size = size_compared(pixels)
    seen = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)
    return to_lab(to_float(render(strokes, size, FLAT))) - to_lab(to_float(seen))
