"""Measure how visible the seam between person and painting is, in CIELAB."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.types import Image, Mask

BAND = 0.04  # of the mask's height: the distance from the edge at which colors are compared
LEAST_PX = 2.0  # the least such distance
MOST_PLACES = 2000  # at most about twice as many places along the edge are measured


def seam(styled: Image, result: Image, mask: Mask) -> float:
    """Measure how much the color steps across the mask's edge differ from the painting's own.

    `styled`: the painting before the masked region was set in. `result`: the picture after that, of
    the same size. A step is taken along the edge's normal, from `BAND` outside to `BAND` inside, in
    pictures blurred by half of that. The result is the median over the edge, in units of CIELAB; 0
    where the steps are the painting's own, and where the mask has no edge.

    Raises: ValueError: the three differ in size.
    """
    if not styled.shape[:2] == result.shape[:2] == mask.shape:
        sizes = f"{styled.shape[:2]}, {result.shape[:2]} and {mask.shape}"
        raise ValueError(f"Two pictures and a mask of one size were wanted; these are {sizes}.")
    rows = np.flatnonzero(mask.max(1) > 0.5)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2)
    edge = np.argwhere(np.abs(soft - 0.5) < 0.1)
    if not len(rows) or not len(edge):
        return 0.0
    band = max(LEAST_PX, BAND * float(rows[-1] - rows[0]))
    own, made = (cv2.GaussianBlur(to_lab(p), (0, 0), band / 2) for p in (styled, result))
    y, x = edge[:: max(1, len(edge) // MOST_PLACES)].T
    slope_x, slope_y = (cv2.Sobel(soft, cv2.CV_32F, *axis)[y, x] for axis in ((1, 0), (0, 1)))
    slope = np.hypot(slope_x, slope_y) + 1e-6
    dx, dy = slope_x / slope * band, slope_y / slope * band

    def step(lab: Image) -> NDArray[np.float32]:
        return _at(lab, x + dx, y + dy) - _at(lab, x - dx, y - dy)

    return float(np.median(np.linalg.norm(step(made) - step(own), axis=1)))


def _at(lab: Image, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    """Sample the nearest pixels' colors, (N, 3)."""
    h, w = lab.shape[:2]
    row, column = (np.round(v).astype(int).clip(0, n - 1) for v, n in ((y, h), (x, w)))
    return lab[row, column]
