"""Simplify a kept person as a painter does: planes of color instead of pores and single hairs."""

import numpy as np

from pipeline.ops.color import lerp, luminance, repeated
from pipeline.ops.filters import window_of
from pipeline.ops.kuwahara import kuwahara
from pipeline.ops.parts import Window, by_face
from pipeline.ops.structure import fine_structure_in
from pipeline.stages.blend import on_eyes
from pipeline.types import Face, Image, Mask

# Deviation of the neighborhoods that become planes, of a face's height; and where eyes do, and
# beards and wrinkles.
PLANES, EYE_PLANES, FINE_PLANES = 0.006, 0.004, 0.003
# By how much light, of 1, glints are brighter than an eye's planes, and pupils darker.
GLINT, PUPIL = 0.08, 0.10
FINELY_BUILT = 0.35  # how far beards and wrinkles are no planes
AROUND = 0.03  # of a face's height: how far around the kept region is simplified


def in_planes(
    person: Image, mask: Mask, faces: tuple[Face, ...], eyes: Mask, throughout: float = 0.0
) -> Image:
    """Simplify the kept region of a picture, (H, W, 3), to planes with sharp edges.

    `mask`, `eyes`: the region, and the eyes in it, (H, W) in [0, 1]. `throughout`: how far beards
    and wrinkles are simplified, too, by finer planes, in [0, 1]. Away from the region nothing
    changes.

    Source: Papari et al. 2007, "Artistic Edge and Corner Enhancing Smoothing".
    """

    def simplified(window: Window, height: float) -> Image:
        near = person[window]
        plane, hair = kuwahara(near, PLANES * height), near
        if throughout:
            hair = lerp(near, kuwahara(near, FINE_PLANES * height), throughout)
        built = np.float32(FINELY_BUILT) * fine_structure_in(near, height)
        seen = np.asarray(plane + repeated(built) * (hair - plane), np.float32)
        _, on = on_eyes(eyes[window], height)
        if place := window_of(on, int(np.ceil(AROUND * height))):
            seen[place] += repeated(on[place]) * (_painted_eyes(near[place], height) - seen[place])
        return seen

    return by_face(person, mask, faces, AROUND, simplified)


def _painted_eyes(eyes: Image, height: float) -> Image:
    """Simplify eyes, of a face so many px high; their glints and pupils stay: they are a look."""
    planes = kuwahara(eyes, EYE_PLANES * height)
    off = luminance(eyes - planes)
    return planes + repeated(off - off.clip(-PUPIL, GLINT))
