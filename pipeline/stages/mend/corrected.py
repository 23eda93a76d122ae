"""Correct by hand where a photo is damaged."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import ADDED, TAKEN, Drawing


def corrected(damaged: NDArray[np.bool_], drawing: Drawing) -> NDArray[np.bool_]:
    """Return what is damaged, (H, W), with what the drawing adds and without what it takes away.

    The drawing may have any size.
    """
    height, width = damaged.shape
    marks = cv2.resize(drawing.marks, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return (damaged | (marks == ADDED)) & (marks != TAKEN)
