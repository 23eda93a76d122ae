"""Blur widely, and pass smoothly from 0 to 1."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized

Float = NDArray[np.float32]

COARSE = 3.0  # px; a wider blur is done at a fraction of the size


def blur(values: Float, sigma: float) -> Float:
    """Blur values, (H, W) or (H, W, C), by a Gaussian of `sigma` px."""
    sigma = max(sigma, 0.3)
    k = int(sigma / COARSE)
    if k < 2:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
    size = (values.shape[0], values.shape[1])
    small = resized(values, (max(1, size[0] // k), max(1, size[1] // k)))
    return resized(np.asarray(cv2.GaussianBlur(small, (0, 0), sigma / k), np.float32), size)


def smoothstep(values: Float, low: float, high: float) -> Float:
    """Return 0 below `low`, 1 above `high`, and a smooth way between."""
    t = ((values - low) / (high - low)).clip(0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
