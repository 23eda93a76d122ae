"""Print a kept person: flat, with less shading, and inked."""

import numpy as np

from pipeline.ops.color import lerp
from pipeline.ops.parts import Window, by_face
from pipeline.stages.stylize.ink import lines, seam_line
from pipeline.stages.stylize.woodblock import flat, inked, shadeless
from pipeline.types import Face, Image, Mask

# How far a kept face is printed, and with how much of the ink: what it is made of is fine.
PRINTED, FACE_INK = 0.78, 0.75
JAW_INK = 0.6  # how black the line is along which a face and a neck meet
AROUND = 0.1  # of a face's height: how far around the kept region is looked at


def printed(
    person: Image, mask: Mask, faces: tuple[Face, ...], skin: Mask, beside: Mask
) -> Image:  # fmt: skip
    """Print the kept region of a picture, (H, W, 3), each face at its own size.

    `mask`: the region; `skin`: a face's; `beside`: what of a person is beside a face; (H, W) in
    [0, 1]. Where both meet, a jaw is drawn. Away from the region nothing changes.
    """

    def of(window: Window, height: float) -> Image:
        near = person[window]
        lab = shadeless(flat(near, height), skin[window], height)
        jaw = seam_line(skin[window], beside[window], height)
        ink = np.maximum(FACE_INK * lines(near, height), JAW_INK * jaw)
        return lerp(near, inked(lab, ink), PRINTED)

    return by_face(person, mask, faces, AROUND, of)
