"""Print a kept person: flat, with less shading, inked, and with features that are drawn."""

import cv2
import numpy as np

from pipeline.ops.color import repeated, to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.parts import Window, by_face
from pipeline.ops.tensor import single
from pipeline.stages.stylize.drawn_face import drawn_faces
from pipeline.stages.stylize.ink import lines, seam_line
from pipeline.stages.stylize.woodblock import (
    SHADELESS_FACE,
    flat,
    inked,
    shadeless,
    toward_ink,
    without_grain,
)
from pipeline.types import Face, Image, Mask, Points

FACE_INK = 0.75  # how much of the ink that is drawn along edges a kept face has
JAW_INK = 0.6  # how black the line is along which a face and a neck meet
AROUND = 0.1  # of a face's height: how far around the kept region is looked at
# What is 0 at the usual setting of a painterly face, and all at its end: how far the skin of a face
# is printed, its eyes, nose and mouth, by which it is known, and how black its nose is drawn.
PRINTED, FEATURES, NOSE = (0.85, 1.0), (0.0, 0.5), (0.0, 1.0)
SOFT = 0.012  # of a face's height: how softly its features begin
# Half axes of features, of the eyes' distance or that to the mouth; how far a brow lies above an
# eye, and a nose below both, of the way to the mouth; how far lips go on beside a mouth's corners.
EYE, NOSE_AREA, LIPS, LIFT, MIDDLE, BESIDE = (0.36, 0.28), (0.27, 0.42), 0.15, 0.1, 0.5, 0.08


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
    known_by = where_features_are(faces, mask.shape)
    drawn = drawn_faces(person, skin, points, nose)

    def of(window: Window, height: float) -> Image:
        near, own, lab = person[window], skin[window], to_lab(person[window])
        jaw = seam_line(own, beside[window], height)
        ink = np.maximum(FACE_INK * lines(near, height), JAW_INK * jaw)
        print_ = toward_ink(shadeless(flat(near, height), own, height, SHADELESS_FACE), ink)
        features = blurred(known_by[window], SOFT * height)
        lab = single(lab + repeated(features) * (without_grain(near, height) - lab))
        lab = single(lab + repeated(single(far + features * (fine - far))) * (print_ - lab))
        return inked(lab, drawn[window])

    return by_face(person, mask, faces, AROUND, of)


def where_features_are(faces: tuple[Face, ...], size: tuple[int, int]) -> Mask:
    """Mark eyes and brows, noses and mouths of faces in a (height, width), (H, W) in [0, 1]."""
    plane = np.zeros(size, np.uint8)
    for face in faces:
        eyes, mouth = face.eyes.mean(0), face.mouth.mean(0)
        down, across = mouth - eyes, face.eyes[1] - face.eyes[0]
        unit = max(float(np.linalg.norm(across)), float(np.linalg.norm(down)), 1.0)
        turn = float(np.degrees(np.arctan2(across[1], across[0])))
        wide = float(np.linalg.norm(face.mouth[1] - face.mouth[0])) / unit
        places = [(eye - LIFT * down, EYE) for eye in face.eyes]
        places += [(eyes + MIDDLE * down, NOSE_AREA), (mouth, (wide / 2 + BESIDE, LIPS))]
        for place, axes in places:
            box = [float(v) for v in place], [2 * unit * v for v in axes], turn
            cv2.ellipse(plane, box, 255, -1, cv2.LINE_AA)
    return np.asarray(plane / np.float32(255), np.float32)
