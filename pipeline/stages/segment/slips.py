"""Find the slips of a parse within a head: an ear or a strip of forehead that it calls clothes."""

import cv2
import numpy as np

from pipeline.stages.parse import Part, Probabilities
from pipeline.stages.segment.skin import Plane, falling, zone_around
from pipeline.types import Face

# In the larger of two distances, between the eyes and from them to the mouth: how far from the
# middle of the face its head goes on aside, and from the eyes' line up and down. A collar that
# stands up to the ears goes on below.
ASIDE, ABOVE, BELOW = 2.1, 1.3, 0.7


def slips_of(parts: Probabilities, faces: tuple[Face, ...]) -> Plane:
    """Return how likely each pixel is a head's though it is called a person's, (H, W).

    Clothes go on beyond a head, slips do not. 0 without a class for a body's skin: `person` is then
    ears and throats, too.
    """
    slips = np.zeros(parts.shape[:2], np.float32)
    if parts.shape[2] <= Part.BODY_SKIN:
        return slips
    for face in faces:
        window, zone = zone_around(face, slips.shape, _head)
        here = parts[window]
        clothes = here[..., Part.PERSON] > 0.5 * np.maximum(1 - here[..., Part.BACKGROUND], 0.5)
        count, marks = cv2.connectedComponents(clothes.astype(np.uint8))
        enclosed = np.ones(count, bool)
        enclosed[marks[zone <= 0]] = False
        enclosed[0] = False
        slip = here[..., Part.PERSON] * enclosed[marks]
        slips[window] = np.maximum(slips[window], slip)
    return slips


def _head(aside: Plane, below: Plane, drop: float) -> Plane:
    del drop
    return falling(aside, ASIDE) * falling(below, BELOW) * falling(-below, ABOVE)
