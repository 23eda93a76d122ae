"""Who is where, as soft maps without edges: what a brush has to know of a photo."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, holes_in
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.stages.parse import FACE_PARTS, Part, Probabilities, summed
from pipeline.stages.segment.slips import strays_of
from pipeline.types import Face

Float = NDArray[np.float32]

FEATURES = (
    Part.LEFT_BROW, Part.RIGHT_BROW, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LIPS, Part.TEETH,
    Part.GLASSES,
)  # fmt: skip
FAR = 99.0  # distance from a face where there is none
NO_FACE = 0.25  # of the short side: the height of a face where there is none
COLLAR = 5.0  # how far from a face, as `away`, its collar may reach
BESIDE = (1.2, 1.8)  # likewise, where what is painted around a face ends
PURE = 4  # the power by which what is half a person's and half what is behind counts less
SOMEBODY = 0.05  # of a picture: from this share on it is one of people
HOLE = 0.35  # of a face's height: a hole in people is filled that is smaller than its square
WIDER, HIGHER, UP = 1.04, 1.06, 0.03  # the outline's ellipse against the box, and its middle


@dataclass(frozen=True)
class Subject:
    """Maps, (H, W): probabilities, and distances from the nearest face.

    `person`, `skin` (any bare skin), `hair` (and hats), `hat`, `features` (brows, eyes, mouth,
    glasses): in [0, 1]. `away`: 0 at a face's middle, 1 on its outline; `down`: -1 at its top, 1 at
    its chin. `face`: that face's height, px.
    `around`: the direction of that outline, as cosine and sine of twice the angle, (H, W, 2).
    """

    person: Float
    skin: Float
    hair: Float
    hat: Float
    features: Float
    away: Float
    down: Float
    face: Float
    around: Float

    @property
    def cloth(self) -> Float:
        """How likely each pixel is something worn, hats included, (H, W) in [0, 1]."""
        return (self.person - np.maximum(self.skin, self.hair - self.hat)).clip(0, 1)

    @property
    def people(self) -> float:
        """How far a picture is one of people, in [0, 1]."""
        return min(1.0, float(self.person.mean()) / SOMEBODY)

    def at(self, size: tuple[int, int]) -> "Subject":
        """Resize all maps to a (height, width), px."""
        maps = {field.name: resized(getattr(self, field.name), size) for field in fields(self)}
        maps["face"] = maps["face"] * np.float32(size[1] / self.face.shape[1])
        return Subject(**maps)


def subject_of(parts: Probabilities, faces: tuple[Face, ...], size: tuple[int, int]) -> Subject:
    """Return the maps of a photo at `size`, (height, width).

    `parts`: (H, W, 12 or 13) of the photo; `faces`: likewise in the px of `parts`.
    """
    k = size[1] / parts.shape[1]

    def seen(*of: Part) -> Float:
        return resized(summed(parts, of), size).clip(0, 1)

    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32) + 0.5
    away, down = np.full(size, FAR, np.float32), np.zeros(size, np.float32)
    tall = np.full(size, NO_FACE * min(size), np.float32)
    around = np.zeros((*size, 2), np.float32)
    for face in faces:
        x0, y0, x1, y1 = (float(v) * k for v in face.box)
        height = y1 - y0
        a, b = (x1 - x0) / 2 * WIDER + 1, height / 2 * HIGHER + 1
        dx, dy = (x - (x0 + x1) / 2) / a, (y - (y0 + y1) / 2 + UP * height) / b
        distance = np.hypot(dx, dy)
        nearer = distance < away
        normal = np.arctan2(dy / b, dx / a)
        turned = np.stack([-np.cos(2 * normal), -np.sin(2 * normal)], -1)
        away, down = np.where(nearer, distance, away), np.where(nearer, dy, down)
        tall = np.where(nearer, height, tall).astype(np.float32)
        around = np.where(nearer[..., None], turned, around)
    person = _without_small_holes(1 - seen(Part.BACKGROUND), tall)
    skin, hair = seen(*FACE_PARTS, Part.BODY_SKIN), seen(Part.HAIR, Part.HEADWEAR)
    if faces:  # a dark collar or a knit below a chin is no hair
        strays = resized(strays_of(parts, faces), size).clip(0, 1)
        hair = hair - np.minimum(hair, strays) * (down > 1) * (away < COLLAR)
    # What of a face's oval is neither is skin that the parser was not sure of.
    skin = np.maximum(skin, (1 - smoothstep(away, 0.85, 1.1)) * person * (1 - hair))
    near = smoothstep(away, 0.1, 0.6) * (1 - smoothstep(away, 1.0, 2.0)) * person
    return Subject(
        person,
        np.asarray(skin, np.float32),
        hair,
        np.minimum(hair, seen(Part.HEADWEAR)),
        seen(*FEATURES) * (away < 1.1),
        away,
        down,
        blurred(tall, max(1.0, 0.08 * min(size))),
        (around * near[..., None]).astype(np.float32),
    )


def _without_small_holes(person: Float, face: Float) -> Float:
    """Fill small holes in people: a glint or a badge that the parser took for what is behind.

    The wall's color would be seen through them; a gap between arms, filled, is painted as it is
    seen, too. `face`: the nearest face's height, px, (H, W).
    """
    marks, areas, middles = holes_in(person > 0.5)
    x, y = middles.astype(int).T
    small = (areas < (HOLE * face[y, x]) ** 2).astype(np.float32)
    small[0] = 0
    return np.maximum(person, cv2.dilate(small[marks], np.ones((5, 5), np.uint8)))


def nobody(size: tuple[int, int]) -> Subject:
    """Return the maps of a picture of (height, width) in which nobody is."""
    none = np.zeros(size, np.float32)
    far, around = np.full(size, FAR, np.float32), np.zeros((*size, 2), np.float32)
    tall = np.full(size, NO_FACE * min(size), np.float32)
    return Subject(none, none, none, none, none, far, none, tall, around)


def around_faces(
    faces: tuple[Face, ...], which: tuple[bool, ...], photo: tuple[int, int], size: tuple[int, int]
) -> Float:
    """Mark where the nearest face is one of `which`, (H, W) in [0, 1], at `size`, (height, width).

    The faces are in px of a photo of (height, width).
    """
    k = size[1] / photo[1]
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32) + 0.5
    away, marked = np.full(size, FAR, np.float32), np.zeros(size, np.float32)
    for face, wanted in zip(faces, which, strict=True):
        x0, y0, x1, y1 = (float(v) * k for v in face.box)
        distance = np.hypot(
            (x - (x0 + x1) / 2) / max((x1 - x0) / 2, 1), (y - (y0 + y1) / 2) / max((y1 - y0) / 2, 1)
        )
        marked = np.where(distance < away, np.float32(wanted), marked)
        away = np.minimum(away, distance)
    return marked * (1 - smoothstep(np.asarray(away, np.float32), *BESIDE))
