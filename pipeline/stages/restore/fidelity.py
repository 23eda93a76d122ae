"""Mix a photo's frequencies into its restoration: the coarse ones first, then the fine ones."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred

Float = NDArray[np.float32]


def faithful(restored: Float, photo: Float, *, fidelity: float, split_px: float) -> Float:
    """Mix frequencies of the photo into the restored picture, both (H, W, 3) in [0, 1].

    `fidelity`: 0 is the restored picture, 1 the photo, both exactly. From 0 to 0.5 the frequencies
    coarser than `split_px` become the photo's: colors of eyes, lips and make-up, and moles as far
    as the photo shows them. From 0.5 to 1 the finer ones do, too. So 0.5 has the photo's colors and
    the restored detail. Nothing is clipped.

    Source: Burt and Adelson 1983, "A Multiresolution Spline with Application to Image Mosaics",
    with two bands.
    """
    coarse, fine = photo_weights(fidelity)
    if coarse == 0 or fine == 1:
        return photo if fine else restored
    change = photo - restored
    low = blurred(change, split_px)
    return np.asarray(restored + coarse * low + fine * (change - low), np.float32)


def photo_weights(fidelity: float) -> tuple[float, float]:
    """Return the photo's weight in the coarse and in the fine frequencies, each in [0, 1]."""
    return min(1.0, 2 * fidelity), max(0.0, 2 * fidelity - 1)
