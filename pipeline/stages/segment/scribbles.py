"""Draw on what is kept: what a person painted over obeys, whatever was decided there before."""

import cv2
import numpy as np

from pipeline.types import ADDED, Drawing, Mask

SOFT_PX = 1.0  # standard deviation of the border around a stroke


def draw(mask: Mask, drawing: Drawing) -> Mask:
    """Return the mask, (H, W) in [0, 1], with 1 where the drawing adds and 0 where it takes away, of whatever size it is.

    Strokes are exact; the border around them is a few px wide, and beyond it the mask is as it was.
    """
    h, w = mask.shape
    marks = cv2.resize(drawing.marks, (w, h), interpolation=cv2.INTER_NEAREST_EXACT)
    painted, added = (marks > 0).astype(np.float32), (marks == ADDED).astype(np.float32)
    near, of_added = (
        cv2.GaussianBlur(v, (0, 0), SOFT_PX, borderType=cv2.BORDER_REPLICATE)
        for v in (painted, added)
    )
    value = np.where(marks > 0, added, of_added / np.maximum(near, 1e-6))
    share = np.where(
        marks > 0, painted, np.minimum(2 * near, 1)
    )  # a straight border begins at 2 * 0.5
    return (
        np.where(share > 0, mask + share * (value - mask), mask)
        .clip(0, 1)
        .astype(np.float32, copy=False)
    )
