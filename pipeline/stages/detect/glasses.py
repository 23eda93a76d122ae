"""Find the eyes that dark glasses hide: where the lenses are."""

import cv2
import numpy as np
from numpy.typing import NDArray

Region = NDArray[np.bool_]  # (H, W)

LEAST_AREA = 6  # px² of a lens
LENS = 0.5  # of the highest column: what is lower is a bridge or an arm
PAIR = 1.7  # times as wide as high: two lenses; one alone is that of a profile


def lenses(glasses: Region) -> list[Region]:
    """Return the lenses of one pair of glasses in an upright picture, the picture's left first.

    Two, one where a profile shows one, none where too little is there.
    """
    heights = glasses.sum(0)
    if heights.sum() < LEAST_AREA:
        return []
    high = np.flatnonzero(heights >= max(LENS * heights.max(), 1))
    first, last = int(high[0]), int(high[-1]) + 1
    if last - first < PAIR * heights.max():
        return [_columns(glasses, first, last)]
    middle = (first + last) // 2
    return [_columns(glasses, first, middle), _columns(glasses, middle, last)]


def pairs_of_lenses(glasses: Region) -> list[list[Region]]:
    """Return the lenses of every pair of glasses in a picture of many people."""
    count, marks = cv2.connectedComponents(glasses.astype(np.uint8))
    return [found for mark in range(1, count) if (found := lenses(marks == mark))]


def _columns(region: Region, first: int, last: int) -> Region:
    out = np.zeros_like(region)
    out[:, first:last] = region[:, first:last]
    return out
