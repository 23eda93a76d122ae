"""Compiled: what a plane has at a place between its pixels."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled

Float = NDArray[np.float32]


@compiled
def bilinear(plane: Float, i: int, j: int, below: int, right: int, fy: float, fx: float) -> float:
    """Mix the four pixels of rows `i`, `below` and columns `j`, `right` of a plane, (H, W).

    `fy`, `fx`: how far the place is from the first of each to the second, in [0, 1].
    """
    upper = plane[i, j] + fx * (plane[i, right] - plane[i, j])
    lower = plane[below, j] + fx * (plane[below, right] - plane[below, j])
    return upper + fy * (lower - upper)


@compiled
def between(plane: Float, x: float, y: float) -> float:
    """Interpolate a plane, (H, W), at a place, pixels' middles whole; its border goes on."""
    h, w = plane.shape
    x, y = min(max(x, 0.0), w - 1.0), min(max(y, 0.0), h - 1.0)
    i, j = min(int(y), max(h - 2, 0)), min(int(x), max(w - 2, 0))
    return bilinear(plane, i, j, min(i + 1, h - 1), min(j + 1, w - 1), y - i, x - j)
