"""Find the outlines at which strokes end."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.stages.strokes.subject import Subject

Float = NDArray[np.float32]

# Of the short side: deviation of what of an outline a broad brush leaves, and a fine one.
BROADLY, CLOSELY = 0.01, 0.0025
FAR_PX = 1e4  # distance from an outline where there is none


def regions(subject: Subject, *, hair: bool) -> tuple[NDArray[np.uint8], Float]:
    """Number what is behind and people, (H, W), and measure how far each one's edge is, px.

    `hair`: count it apart from the rest of people; else the outline is a broad brush's, too.
    """
    broadly = (CLOSELY if hair else BROADLY) * min(subject.person.shape)
    region = (blurred(subject.person, broadly) > 0.5).astype(np.uint8)
    if hair:
        region += 2 * (subject.hair > 0.55).astype(np.uint8)
    edge = np.full(region.shape, FAR_PX, np.float32)
    for own in np.unique(region):
        inside = (region == own).astype(np.uint8)
        if not inside.all():
            away = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_3)
            edge = np.where(inside, away, edge).astype(np.float32)
    return region, edge
