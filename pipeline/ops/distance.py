"""Tell how far pixels lie from a region."""

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def distance_to(region: NDArray[np.bool_]) -> Float:
    """Return each pixel's exact distance to a region, (H, W), px: 0 within it."""
    away = (~region).view(np.uint8)
    far = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # its last bit is another at each call, and a painting repeats to the bit: squares are whole
    return np.sqrt(np.round(np.square(far, dtype=np.float64))).astype(np.float32)
