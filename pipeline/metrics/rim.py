"""Measure a dark rim around the person: lightness next to the person and farther out."""

import cv2
import numpy as np

from pipeline.ops.color import to_lab
from pipeline.types import Image, Mask

BESIDE_PX = 4  # the rim's width
BEYOND_PX = (8, 16)  # nearest and farthest distance of the background it is compared with


def rim(photo: Image, result: Image, person: Mask) -> float:
    """Measure how much darker the background's rim is than the background beyond, in CIELAB's L.

    The photo's own difference is subtracted: 0 is a rim as in the photo, negative a lighter one.

    Raises: ValueError: the person leaves no background to compare.
    """
    shown = (person > 0.5).astype(np.uint8)
    kernels = (np.ones((2 * px + 1,) * 2, np.uint8) for px in (BESIDE_PX, *BEYOND_PX))
    beside, near, far = (cv2.dilate(shown, kernel) for kernel in kernels)
    border, beyond = beside > shown, far > near
    if not border.any() or not beyond.any():
        raise ValueError(f"A person with {BEYOND_PX[1]} px of background around was wanted.")

    def darker(picture: Image) -> float:
        light = to_lab(picture)[..., 0]
        return float(light[beyond].mean() - light[border].mean())

    return darker(result) - darker(photo)
