"""Average over places that look alike, wherever in a picture they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

ROWS = 1024  # places that are compared at a time


def mean_of_alike(values: Float, looks: Float, reach: float) -> Float:
    """Average planes, (C, H, W), over all places, the more the nearer and the more alike.

    `looks`: what places are like, (K, H, W), each plane in deviations. `reach`: the deviation of
    how near they are, as a share of the longer side. Each place is compared with every second of
    each row and column.

    Source: Buades et al. 2005, "A Non-Local Algorithm for Image Denoising", eq. 1.
    """
    count, h, w = values.shape
    whole, half = (h, w), (max(1, h // 2), max(1, w // 2))
    here = _described(looks, whole, reach)
    there = _described(_shrunk(looks, half), half, reach)
    others = _shrunk(values, half).reshape(count, -1).T
    found = np.empty((h * w, count), np.float32)
    lengths = np.square(there).sum(1)
    for top in range(0, h * w, ROWS):
        own = here[top : top + ROWS]
        away = np.square(own).sum(1, keepdims=True) + lengths - 2 * own @ there.T
        # The nearest counts fully, so that nobody is without one.
        share = np.exp((away.min(1, keepdims=True) - away) / 2)
        found[top : top + ROWS] = share @ others / share.sum(1, keepdims=True)
    return np.ascontiguousarray(found.T).reshape(values.shape)


def _described(looks: Float, size: tuple[int, int], reach: float) -> Float:
    """Return where each place is and what it is like, (H·W, 2 + K)."""
    middles = (np.indices(size, np.float32) + 0.5) / np.float32(reach * max(size))
    return np.concatenate([middles, looks]).reshape(len(looks) + 2, -1).T


def _shrunk(planes: Float, size: tuple[int, int]) -> Float:
    return np.stack([cv2.resize(p, size[::-1], interpolation=cv2.INTER_AREA) for p in planes])
