"""Free a person's colors of the scene that shines through the outline."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.types import Image, Mask

Float = NDArray[np.float32]

AROUND = 0.04  # of the face's height: how far around a pixel own colors are gathered
NEAR = 0.03  # of the face's height: how far from the scene an outline is the scene's
SURE = 4  # power of a part that weighs its color: what is half the scene says little of the own
WEIGHED = 4.0  # how much of that must be scene: a quarter


def at_scene(scene: Float, face_height: float) -> Mask:
    """Return where an outline lies beside the scene, (H, W) in [0, 1], not on the person's own.

    `scene`: how likely each pixel is the scene's, (H, W).
    """
    return np.clip(WEIGHED * blurred(scene, NEAR * face_height), 0, 1)


def decontaminated(person: Image, mask: Mask, scene: Float, face_height: float) -> Image:
    """Return a person's picture with its own colors along the scene, and a little beyond.

    `mask`: what is kept of it, (H, W); `scene`: as in `at_scene`.

    Source: Forte 2021, "Approximate Fast Foreground Colour Estimation".
    """
    part = 1 - np.maximum(scene, at_scene(scene, face_height) * (1 - mask))
    sigma = AROUND * face_height
    own = local_mean(person, part**SURE, sigma)
    other = local_mean(person, (1 - part) ** SURE, sigma)
    share = part[..., None]
    return np.clip(own + share * (person - share * own - (1 - share) * other), 0, 1)
