"""How well a region is outlined."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Region = NDArray[np.bool_]  # (H, W)

TOLERANCE = 0.0075  # of the picture's diagonal: how far apart two edges may lie and still be the same


def boundary(region: Region) -> Region:
    """Return the region's outermost pixels; where the picture ends is no edge."""
    # Beyond the picture everything counts as the region's.
    return region & (cv2.erode(region.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)


def boundary_score(guess: Region, truth: Region) -> float:
    """Return the boundary F-score in [0, 1]: the harmonic mean of how much of each edge lies near the other; 1 where neither has one.

    Source: Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?", with their 0.75 % of the diagonal.
    """
    edges = boundary(guess), boundary(truth)
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    reach = max(1.0, TOLERANCE * float(np.hypot(*guess.shape)))
    precision, recall = _near(edges[0], edges[1], reach), _near(edges[1], edges[0], reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _near(edge: Region, other: Region, reach: float) -> float:
    """Return the share of an edge that lies within `reach` px of another."""
    distance = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float((distance[edge] <= reach).mean())


@dataclass
class Overlap:
    """Intersection and union summed over many pictures."""

    both: int = 0
    either: int = 0

    def add(self, guess: Region, truth: Region) -> None:
        """Add one picture."""
        self.both += int(np.count_nonzero(guess & truth))
        self.either += int(np.count_nonzero(guess | truth))

    @property
    def iou(self) -> float:
        """Intersection over union; 1 where there was nothing to find and nothing was found."""
        return self.both / self.either if self.either else 1.0


def mean_iou(confusion: NDArray[np.int64]) -> float:
    """Return the mean IoU of the classes that occur, from one confusion matrix (truth, guess) of all pictures."""
    both = np.diag(confusion)
    either = confusion.sum(0) + confusion.sum(1) - both
    return float((both[either > 0] / either[either > 0]).mean())
