"""Simplify a kept person as a painter does: planes of color instead of pores and single hairs."""

import numpy as np

from pipeline.ops.color import lerp, repeated
from pipeline.ops.filters import window_of
from pipeline.ops.kuwahara import kuwahara
from pipeline.ops.parts import Window, inside, joined, parts_of, scale_of
from pipeline.ops.structure import fine_structure_in
from pipeline.stages.blend import on_eyes
from pipeline.types import Face, Image, Mask

# Deviation of the neighborhoods that become planes, of a face's height; and where eyes, beards and
# wrinkles become some, too.
PLANES, FINE_PLANES = 0.006, 0.003
# How far beards and wrinkles are such places; eyes are, whose glints are the person's look.
FINELY_BUILT = 0.6
AROUND = 0.03  # of a face's height: how far around the kept region is simplified


def in_planes(
    person: Image, mask: Mask, faces: tuple[Face, ...], eyes: Mask, throughout: float = 0.0
) -> Image:
    """Simplify the kept region of a picture, (H, W, 3), to planes with sharp edges.

    `mask`, `eyes`: the region, and the eyes in it, (H, W) in [0, 1]. `throughout`: how far eyes,
    beards and wrinkles are simplified, too, by finer planes, in [0, 1]. Away from the region
    nothing changes.

    Source: Papari et al. 2007, "Artistic Edge and Corner Enhancing Smoothing".
    """

    def simplified(window: Window, height: float) -> Image:
        near = person[window]
        broad, fine = kuwahara(near, PLANES * height), near
        if throughout:
            fine = lerp(near, kuwahara(near, FINE_PLANES * height), throughout)
        _, on = on_eyes(eyes[window], height)
        finer = np.maximum(on, FINELY_BUILT * fine_structure_in(near, height))
        return np.asarray(broad + repeated(finer.astype(np.float32)) * (fine - broad), np.float32)

    made: list[tuple[Window, Image, Mask]] = []
    for part in parts_of(mask, faces, extent=AROUND, default_height=scale_of(mask)):
        if inner := window_of(part.mask, int(np.ceil(AROUND * part.height))):
            window = inside(part.window, inner)
            made.append((window, simplified(window, part.height), part.mask[inner]))
    return joined(person, made)
