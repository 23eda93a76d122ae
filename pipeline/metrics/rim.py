"""Is there a dull rim around the person? Lightness beside the person, against that farther out."""

import cv2
import numpy as np

from pipeline.ops.color import to_lab
from pipeline.types import Image, Mask

BESIDE_PX = 4  # how wide the rim is
BEYOND_PX = (8, 16)  # from where to where the background is that it is compared with


def rim(photo: Image, result: Image, person: Mask) -> float:
    """Measure how much darker the background's rim is than what lies beyond, in CIELAB's L.

    What the photo itself has of that is taken off, so 0 is a rim as in the photo, negative a
    lighter one.

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
