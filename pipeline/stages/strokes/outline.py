"""Find the outlines at which strokes end."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes.subject import Subject

Float = NDArray[np.float32]

FAR_PX = 1e4  # distance from an outline where there is none


def regions(subject: Subject) -> tuple[NDArray[np.uint8], Float]:
    """Number what is behind, people and their hair, (H, W), and measure how far its edge is, px."""
    region = (subject.person > 0.5).astype(np.uint8) + 2 * (subject.hair > 0.55).astype(np.uint8)
    edge = np.full(region.shape, FAR_PX, np.float32)
    for own in np.unique(region):
        inside = (region == own).astype(np.uint8)
        if not inside.all():
            away = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_3)
            edge = np.where(inside, away, edge).astype(np.float32)
    return region, edge
