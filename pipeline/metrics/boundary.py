"""Score how well a region is outlined: the boundary F-score."""

import cv2
import numpy as np

from pipeline.metrics.iou import Region
from pipeline.ops.distance import distance_to

TOLERANCE = 0.0075  # of the picture's diagonal: the greatest distance of two matching edges


def boundary(region: Region) -> Region:
    """Mark the region's outermost pixels; the picture's border is no edge."""
    # cv2.erode counts pixels beyond the picture as inside.
    return region & (cv2.erode(region.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)


def boundary_score(guess: Region, truth: Region) -> float:
    """Score how much of each region's edge lies near the other's, in [0, 1], by the harmonic mean.

    1 where neither has an edge.

    Source: Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?",
    with their 0.75 % of the diagonal.
    """
    edges = boundary(guess), boundary(truth)
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    tolerance_px = max(1.0, TOLERANCE * float(np.hypot(*guess.shape)))
    precision = _near(edges[0], edges[1], tolerance_px)
    recall = _near(edges[1], edges[0], tolerance_px)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _near(edge: Region, other: Region, tolerance_px: float) -> float:
    """Measure the fraction of an edge's pixels that lie near another edge."""
    return float((distance_to(other)[edge] <= tolerance_px).mean())
