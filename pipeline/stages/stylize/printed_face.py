"""Print a kept person: flat, with less shading, inked, and with features that are drawn."""

import numpy as np

from pipeline.ops.color import repeated, to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.parts import Window, by_face, largest_height
from pipeline.ops.tensor import single
from pipeline.stages.stylize.drawn_face import drawn_faces, where_features_are
from pipeline.stages.stylize.ink import lines, seam_line
from pipeline.stages.stylize.woodblock import flat, inked, shadeless, without_grain
from pipeline.types import Face, Image, Mask, Points

FACE_INK = 0.75  # how much of the ink that is drawn along edges a kept face has
JAW_INK = 0.6  # how black the line is along which a face and a neck meet
AROUND = 0.1  # of a face's height: how far around the kept region is looked at
# What is 0 at the usual setting of a painterly face, and all at its end: how far the skin of a face
# is printed, its eyes, nose and mouth, by which it is known, and how black its nose is drawn.
PRINTED, FEATURES, NOSE = (0.85, 1.0), (0.0, 0.5), (0.0, 1.0)
SOFT = 0.012  # of a face's height: how softly its features begin


def printed(
    person: Image, mask: Mask, faces: tuple[Face, ...], skin: Mask, beside: Mask,
    points: tuple[Points, ...] = (), beyond: float = 0.0,
) -> Image:  # fmt: skip
    """Print the kept region of a picture, (H, W, 3), each face at its own size.

    `mask`: the region; `skin`: a face's; `beside`: what of a person is beside a face; (H, W) in
    [0, 1]. Where both meet, a jaw is drawn. `points`: the 68 of faces whose features are drawn,
    (68, 2) px each. `beyond`: how far faces are drawn more than usual, in [0, 1]. Away from the
    region nothing changes.
    """
    far, fine, nose = (low + beyond * (high - low) for low, high in (PRINTED, FEATURES, NOSE))
    told_by = where_features_are(faces, mask.shape)
    drawn = drawn_faces(person, skin, largest_height(faces), points, nose)

    def of(window: Window, height: float) -> Image:
        near, own = person[window], skin[window]
        lab = shadeless(flat(near, height), own, height, 1.0)
        jaw = seam_line(own, beside[window], height)
        ink = np.maximum(FACE_INK * lines(near, height), JAW_INK * jaw)
        features = blurred(told_by[window], SOFT * height)
        share = single(far + features * (fine - far))
        own_lines = without_grain(near, height)
        own_lines = single(own_lines + repeated(1 - features) * (to_lab(near) - own_lines))
        made = single(own_lines + repeated(share) * (to_lab(inked(lab, ink)) - own_lines))
        return inked(made, drawn[window])

    return by_face(person, mask, faces, AROUND, of)
