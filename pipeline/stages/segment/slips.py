"""Find the slips of a parse at a head.

That is an ear or a strip of forehead that it calls clothes, and a collar that it calls hair.
"""

import cv2
import numpy as np

from pipeline.stages.parse import Part, Probabilities
from pipeline.stages.segment.skin import Plane, band, falling, zone_around
from pipeline.types import Face

# In the larger of two distances, between the eyes and from them to the mouth: how far from the
# middle of the face its head goes on aside, and from the eyes' line up and down. A collar that
# stands up to the ears goes on below.
ASIDE, ABOVE, BELOW = 2.1, 1.3, 0.7
HAIRY = 0.3  # probability from which on a pixel belongs to a piece of hair
CHIN = 0.4  # in the distance from eyes to mouth: how far below the mouth hair begins at the lowest


def slips_of(parts: Probabilities, faces: tuple[Face, ...]) -> Plane:
    """Return how likely each pixel is a head's though it is called a person's, (H, W).

    Clothes go on beyond a head, slips do not. 0 without a class for a body's skin: `person` is then
    ears and throats, too.
    """
    slips = np.zeros(parts.shape[:2], np.float32)
    if parts.shape[2] <= Part.BODY_SKIN:
        return slips
    for face in faces:
        window, zone = zone_around(face, slips.shape, band(ASIDE, ABOVE, BELOW))
        here = parts[window]
        clothes = here[..., Part.PERSON] > 0.5 * np.maximum(1 - here[..., Part.BACKGROUND], 0.5)
        count, marks = cv2.connectedComponents(clothes.astype(np.uint8))
        enclosed = np.ones(count, bool)
        enclosed[marks[zone <= 0]] = False
        enclosed[0] = False
        slip = here[..., Part.PERSON] * enclosed[marks]
        slips[window] = np.maximum(slips[window], slip)
    return slips


def strays_of(parts: Probabilities, faces: tuple[Face, ...]) -> Plane:
    """Return how likely each pixel is called hair without being a head's, (H, W).

    Hair hangs from a head: a piece that begins below the chins is a dark collar or a knit.
    """
    hair = np.ascontiguousarray(parts[..., Part.HAIR])
    count, marks = cv2.connectedComponents((hair > HAIRY).astype(np.uint8))
    stray = np.ones(count, bool)
    stray[0] = False
    for face in faces:
        window, zone = zone_around(face, hair.shape, _above_chin)
        stray[marks[window][zone > 0]] = False
    return hair * stray[marks]


def _above_chin(aside: Plane, below: Plane, drop: float) -> Plane:
    return falling(aside, ASIDE) * (below < (1 + CHIN) * drop)
