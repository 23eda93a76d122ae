"""Draw a person's strokes onto the mask: they count, whatever was decided there before."""

import cv2
import numpy as np

from pipeline.types import ADDED, Drawing, Mask

SOFT_PX = 1.0  # standard deviation of the border around a stroke


def draw(mask: Mask, drawing: Drawing) -> Mask:
    """Set the mask, (H, W) in [0, 1], to 1 where the drawing adds and to 0 where it takes away.

    The drawing may have any size. Strokes are exact; the border around them is a few px wide, and
    beyond it the mask is as it was.
    """
    h, w = mask.shape
    marks = cv2.resize(drawing.marks, (w, h), interpolation=cv2.INTER_NEAREST_EXACT)
    painted = (marks > 0).astype(np.float32)
    added = (marks == ADDED).astype(np.float32)
    near, near_added = (
        cv2.GaussianBlur(v, (0, 0), SOFT_PX, borderType=cv2.BORDER_REPLICATE)
        for v in (painted, added)
    )
    value = np.where(marks > 0, added, near_added / np.maximum(near, 1e-6))
    # At a straight border `near` begins at 0.5, so twice that is 1.
    alpha = np.where(marks > 0, painted, np.minimum(2 * near, 1))
    return (
        np.where(alpha > 0, mask + alpha * (value - mask), mask)
        .clip(0, 1)
        .astype(np.float32, copy=False)
    )
