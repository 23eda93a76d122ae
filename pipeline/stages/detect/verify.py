"""Verify that a face is where a candidate is.

The parser's `whole` network decides whether there is one; its `close` network then parses it.
"""

import numpy as np

from pipeline.ops.resample import resized
from pipeline.stages.detect.landmarks import TALLEST, measure
from pipeline.stages.parse import FaceParse, Parser, mean_of, parse_crop, with_inner
from pipeline.types import Face, Image, Points

VERIFY_PX = 256  # side of the crop that decides
# In distances between the eyes: by how much measured points may differ from the candidate's.
SETTLED = 0.12  # nearer ones make the same crop
ASTRAY = 0.25  # farther ones make another crop, which is parsed before it is believed
MIN_FACE_PX = 16
MIN_SCORE = 0.75  # in one crop; faces of 60 px and more score 0.84 to 0.97
CLEAR_SCORE = 0.935  # in a parse of the whole photo: a crop would give the same points
MIN_CLOSE = 0.69  # in the `close` network's crop, or in the mean of both networks'
MOUTH = (0.45, 1.8)  # the least and greatest width of a mouth, in distances between the eyes
# Likewise: a mouth may be as narrow as `PURSED` where its center, along the eyes' line, is at most
# `BELOW` from the eyes' middle.
PURSED, BELOW = 0.33, 0.25


def clear_face(view: FaceParse) -> Face | None:
    """Measure the face in a window of the whole photo's parse; None unless its score is high."""
    face = measure(view)
    return face if face and _plausible(face, CLEAR_SCORE) else None


def verify_face(
    photo: Image,
    parser: Parser,
    points: Points,
    certain: Face | None = None,
    *,
    near: FaceParse | None = None,
) -> tuple[Face, FaceParse] | None:
    """Measure the face at `points` in a crop, and parse it; None where there is none.

    The `whole` network decides whether there is a face: the `close` one, trained on faces only,
    sees one in every sleeve. `certain`: the face that it has decided on already. `near`: the parse
    of a crop at `points`, where another network is sure of a face, so that one out of focus need
    not be seen by both.
    """
    own = certain.points if certain else _settled(photo, parser, points)
    if own is None:
        if near is None:
            return None
        own = points
    if near is None or own is not points:
        near = parse_crop(photo, own, parser.close)
    face = measure(near)
    if face is None or not _plausible(face, MIN_CLOSE):
        # The `whole` network was trained on more profiles and dark glasses: where the `close` one
        # is not sure, the mean of both counts.
        view = _parse_whole(photo, parser, own)
        near = FaceParse(
            mean_of(resized(view.parts, near.parts.shape[:2]), near.parts), near.matrix
        )
        face = measure(near)
    if face is None or not _plausible(face, MIN_CLOSE):
        return None
    return face, with_inner(near, photo, own, parser.close)


def _settled(photo: Image, parser: Parser, points: Points) -> Points | None:
    """Measure the points of the face in a crop around `points`; None where there is none.

    Where they differ much from `points`, the crop around the measured ones must show a face, too.
    """
    first = measure(_parse_whole(photo, parser, points))
    if first is None:
        return None
    own = first.points
    off = np.abs(own - points).max() / np.hypot(*(own[1] - own[0]))
    plausible = _plausible(first, MIN_SCORE)
    if off >= ASTRAY or not plausible:
        again = measure(_parse_whole(photo, parser, own))
        if again is None or not _plausible(again, MIN_SCORE):
            return None
    return own if off >= SETTLED or not plausible else points


def _parse_whole(photo: Image, parser: Parser, points: Points) -> FaceParse:
    return parse_crop(photo, points, parser.whole, mirrored="no", side=VERIFY_PX)


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
