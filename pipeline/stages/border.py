"""Lay a plain border around a painting, as a passe-partout.

A border is as wide on each side, in percent of the short side of the sheet: of the painting and
the border together. Sizes are (height, width), px.
"""

import cv2
import numpy as np

from pipeline.types import Pixels

PAPER = (250, 248, 244)  # off-white, sRGB


def within(ratio: float, percent: float) -> float:
    """Return long by short side of the painting on a sheet of this ratio."""
    both = 2 * percent / 100
    return (ratio - both) / (1 - both)


def inside(sheet: tuple[int, int], percent: float) -> tuple[int, int]:
    """Return the size of the painting on a sheet."""
    both = 2 * round(min(sheet) * percent / 100)
    return sheet[0] - both, sheet[1] - both


def width_around(painting: tuple[int, int], percent: float) -> float:
    """Return the width of the border around a painting, px, not rounded."""
    return min(painting) * percent / (100 - 2 * percent)


def around(painting: tuple[int, int], percent: float) -> tuple[int, int]:
    """Return the size of the sheet of a painting, of which it is exactly `inside`."""
    both = 2 * round(width_around(painting, percent))
    return painting[0] + both, painting[1] + both


def lay(picture: Pixels, sheet: tuple[int, int], color: tuple[int, ...] = PAPER) -> Pixels:
    """Lay a picture, (H, W) or (H, W, 3), in the middle of a sheet; one that fills it comes back.

    `color`: the border's, one value a channel.
    """
    h, w = picture.shape[:2]
    if (h, w) == sheet:
        return picture
    top, left = (sheet[0] - h) // 2, (sheet[1] - w) // 2
    bottom, right = sheet[0] - h - top, sheet[1] - w - left
    laid = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=color)
    return np.asarray(laid, np.uint8)
