"""Free a person's colors of the scene that shines through the outline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean, window_of
from pipeline.ops.parts import Window, inside, joined, parts_of, scale_of
from pipeline.types import Face, Image, Mask

Float = NDArray[np.float32]

AROUND = 0.04  # of the face's height: how far around a pixel own colors are gathered
NEAR = 0.03  # of the face's height: how far from the scene an outline is the scene's
WEIGHED = 4.0  # how much of that must be scene: a quarter
REACH = 0.3  # of the face's height: how far beyond an outline its colors are continued
SURE = 4  # power of a share that weighs its color: what is half the scene says little of the own


def at_scene(scene: Float, face_height: float) -> Mask:
    """Return where an outline lies beside the scene, (H, W) in [0, 1], not on the person's own.

    `scene`: how likely each pixel is the scene's, (H, W).
    """
    return np.clip(WEIGHED * blurred(scene, NEAR * face_height), 0, 1)


@dataclass(frozen=True)
class OwnColors:
    """A person's picture without the scene's colors, (H, W, 3).

    `outer`: where its outline lies before the scene; `strands`: where it is hair there; both (H, W)
    in [0, 1].
    """

    picture: Image
    outer: Mask
    strands: Mask


def decontaminated(
    person: Image, mask: Mask, scene: Mask, hair: Mask, faces: tuple[Face, ...]
) -> OwnColors:
    """Return a person's picture with its own colors along the scene, and a little beyond.

    `mask`: what is kept of it; `scene`, `hair`: how likely each pixel is not a person's, is hair;
    all (H, W). What is kept is never the scene, a pet that somebody pointed at neither.

    Source: Forte 2021, "Approximate Fast Foreground Colour Estimation".
    """
    pictures: list[tuple[Window, Image, Mask]] = []
    outer, strands = np.zeros_like(mask), np.zeros_like(mask)
    for part in parts_of(mask, faces, extent=REACH, default_height=scale_of(mask)):
        inner = window_of(part.mask, round(REACH * part.height))
        if inner is not None:
            window = inside(part.window, inner)
            own, near = _freed(person[window], part.mask[inner], scene[window], part.height)
            pictures.append((window, own, near))
            outer[window] = np.maximum(outer[window], near)
            of_hair = np.clip(2 * blurred(hair[window], NEAR * part.height), 0, 1)
            strands[window] = np.maximum(strands[window], near * of_hair)
    return OwnColors(joined(person, pictures), outer, strands)


def _freed(person: Image, mask: Mask, scene: Mask, face_height: float) -> tuple[Image, Mask]:
    """Return a window's own colors, and where they are another than before."""
    near = at_scene(scene * (1 - mask), face_height)
    share = 1 - near * (1 - mask)
    sigma = AROUND * face_height
    own, other = (local_mean(person, part**SURE, sigma) for part in (share, 1 - share))
    share = share[..., None]
    freed = np.clip(own + share * (person - share * own - (1 - share) * other), 0, 1)
    return np.asarray(person + near[..., None] * (freed - person), np.float32), near
