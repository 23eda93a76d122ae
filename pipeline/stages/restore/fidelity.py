"""What of a photo a restoration leaves alone: its colors first, then its detail."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred

Float = NDArray[np.float32]


def faithful(restored: Float, photo: Float, *, fidelity: float, split_px: float) -> Float:
    """Return the restored picture with frequencies of the photo mixed in, both (H, W, 3) in [0, 1].

    `fidelity`: 0 is the restored picture, 1 the photo, both exactly. On the first half of the way what is coarser than `split_px`
    becomes the photo's own: colors of eyes, lips and make-up, and moles as far as the photo shows them. On the second half what is
    finer does, too. So 0.5 has the photo's colors and the restored detail. Nothing is clipped.

    Source: Burt and Adelson 1983, "A Multiresolution Spline with Application to Image Mosaics", with two bands.
    """
    coarse, fine = shares(fidelity)
    if coarse == 0 or fine == 1:
        return photo if fine else restored
    change = photo - restored
    low = blurred(change, split_px)
    return np.asarray(restored + coarse * low + fine * (change - low), np.float32)


def shares(fidelity: float) -> tuple[float, float]:
    """Return how much of the coarse and of the fine frequencies is the photo's, each in [0, 1]."""
    return min(1.0, 2 * fidelity), max(0.0, 2 * fidelity - 1)
