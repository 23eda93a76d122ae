"""Print a kept person: flat, with less shading, and inked."""

from pipeline.ops.color import lerp
from pipeline.ops.parts import Window, by_face
from pipeline.stages.stylize.ink import lines
from pipeline.stages.stylize.woodblock import flat, inked, shadeless
from pipeline.types import Face, Image, Mask

# How far a kept face is printed, and with how much of the ink: what it is made of is fine.
PRINTED, FACE_INK = 0.78, 0.75
AROUND = 0.1  # of a face's height: how far around the kept region is looked at


def printed(person: Image, mask: Mask, faces: tuple[Face, ...], skin: Mask) -> Image:
    """Print the kept region of a picture, (H, W, 3), each face at its own size.

    `mask`, `skin`: the region, and bare skin, (H, W) in [0, 1]. Away from it nothing changes.
    """

    def of(window: Window, height: float) -> Image:
        near = person[window]
        lab = shadeless(flat(near, height), skin[window], height)
        return lerp(near, inked(lab, FACE_INK * lines(near, height)), PRINTED)

    return by_face(person, mask, faces, AROUND, of)
