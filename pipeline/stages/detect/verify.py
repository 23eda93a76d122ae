"""Confirm that a face is where one was guessed: a closer look by the one network, a drawing by the other."""

import numpy as np

from pipeline.ops.resample import resized
from pipeline.stages.detect.landmarks import TALLEST, measure
from pipeline.stages.parse import FaceParse, Parser, mean_of, parse_crop, with_inner
from pipeline.types import Face, Image, Points

SURE_PX = 256  # side of the look that decides
SETTLED = 0.12  # of the eye distance: points nearer than this make the same crop
ASTRAY = 0.25  # likewise: points farther off than this show another crop, which is looked at before it is believed
MIN_FACE_PX = 16
MIN_SCORE = 0.75  # of one look; faces of 60 px and more score 0.84 to 0.97
CLEAR_SCORE = 0.935  # of a look at the whole: the closer one would find the same points
MIN_CLOSE = 0.69  # of the network of near faces, or of both together
MOUTH = (0.45, 1.8)  # eye distances that a mouth can be wide
PURSED, BELOW = (
    0.33,
    0.25,
)  # it may be narrower where it lies below the eyes' middle, at most so many eye distances beside it


def shown_clearly(shown: FaceParse) -> Face | None:
    """Return the face that a look at the whole shows there clearly, or None."""
    face = measure(shown)
    return face if face and _plausible(face, CLEAR_SCORE) else None


def verify_face(
    photo: Image, parser: Parser, points: Points, certain: Face | None = None
) -> tuple[Face, FaceParse] | None:
    """Return the face that a closer look at `points` shows, or None.

    The network that has seen more than faces decides alone whether there is one: the other believes in every sleeve. `certain`: the face
    that it has decided on already.
    """
    own = _points_of(certain) if certain else _settled(photo, parser, points)
    if own is None:
        return None
    near = parse_crop(photo, own, parser.close)
    face = measure(near)
    if face is None or not _plausible(face, MIN_CLOSE):
        # Of profiles and dark glasses the other network has seen more: where this one doubts, both are asked.
        view = _look(photo, parser, own)
        near = FaceParse(
            mean_of(resized(view.parts, near.parts.shape[:2]), near.parts), near.matrix
        )
        face = measure(near)
    if face is None or not _plausible(face, MIN_CLOSE):
        return None
    return face, with_inner(near, photo, own, parser.close)


def _settled(photo: Image, parser: Parser, points: Points) -> Points | None:
    """Return the points of the face that a closer look at `points` shows; where its own differ much, the look is repeated from those."""
    first = measure(_look(photo, parser, points))
    if first is None:
        return None
    own = _points_of(first)
    off = np.abs(own - points).max() / np.hypot(*(own[1] - own[0]))
    plausible = _plausible(first, MIN_SCORE)
    if off >= ASTRAY or not plausible:
        again = measure(_look(photo, parser, own))
        if again is None or not _plausible(again, MIN_SCORE):
            return None
    return own if off >= SETTLED or not plausible else points


def _points_of(face: Face) -> Points:
    return np.concatenate([face.eyes, face.mouth])


def _look(photo: Image, parser: Parser, points: Points) -> FaceParse:
    return parse_crop(photo, points, parser.whole, mirrored="no", side=SURE_PX)


def _plausible(face: Face, least: float) -> bool:
    across = face.eyes[1] - face.eyes[0]
    distance, mouth = (float(np.hypot(*v)) for v in (across, face.mouth[1] - face.mouth[0]))
    beside = (
        abs(float((face.mouth.mean(0) - face.eyes.mean(0)) @ across)) / max(distance, 1e-6) ** 2
    )
    narrowest = PURSED if beside < BELOW else MOUTH[0]
    sized = (
        MIN_FACE_PX <= face.height <= TALLEST * distance
        and narrowest * distance <= mouth <= MOUTH[1] * distance
    )
    return face.score >= least and sized
