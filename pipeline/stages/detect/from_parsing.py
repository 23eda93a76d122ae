"""Find faces: candidates in the parse of the whole photo, and spots, verified in a crop of each."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.monochrome import skin_toned
from pipeline.stages.detect.candidates import face_candidates
from pipeline.stages.detect.figures import parse_figures
from pipeline.stages.detect.fitting import LONG_PX, parse_at_fitting_size
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.detect.likely import likely, steadily
from pipeline.stages.detect.limit import limit
from pipeline.stages.detect.spots import spots
from pipeline.stages.detect.unseen import SHOWN, face_at, with_unseen
from pipeline.stages.detect.verify import MIN_FACE_PX, clear_face, verify_face
from pipeline.stages.parse import (
    FaceParse,
    FigureParse,
    Parser,
    Part,
    Probabilities,
    parse_crop,
    parse_photo,
)
from pipeline.types import Face, Image, Points

SMALLER_PX = 256  # long side of a second parse, where no face was found
# Side of the crop that a candidate gets first where a face is known already: most of those are
# hands and clothes, and a small crop is enough to drop them.
CHECK_PX = 192
# Half the side of the window around a candidate, in the larger of two distances: between its eyes,
# or between the eyes' middle and the mouth.
ROOM = 2.0
CLEAR_PX = 72  # height, in a parse of the whole, from which on a face is parsed well
# What the verifier says of a spot from which on it is a face that need not be seen by both parsers;
# from which on, by none; and below which it is no face. Hands out of focus are said to be one up to
# 0.96.
SURE, CERTAIN, DOUBTED = 0.95, 0.98, 0.05
# What the finder says of a spot below which both parsers have to show a face, and the verifier has
# to be `ALL_BUT_SURE`: dark skin under a hat beside a checked shirt is spotted at 0.31.
FAINT, ALL_BUT_SURE = 0.35, 0.9
# What the verifier says in the mean of more looks, beside a certain spot and in a mirror, from
# which on it is a face even if the finder hardly spots it; a parse of its middle has to show only
# so much of it: out of focus, or in profile, it takes some for the scene. Without these looks no
# spot below `HARDLY` is a face, and below `FAIRLY_STEADY` none that no crop verifies: wheels, knees
# and branches have up to 0.94.
STEADY, STEADILY_SHOWN, HARDLY, FAIRLY_STEADY = 0.995, 0.8, 0.25, 0.945
STEADILY_PX = 10  # how high such a face is at least: no parse shows one so small
# In distances of eyes to mouth: how far from the spot's middle the face's may be that a crop shows.
BESIDE = 0.6

Found = list[tuple[Face, FaceParse]]


@dataclass(frozen=True)
class Detections:
    """The faces of a photo, and how it was parsed.

    `whole`: the whole photo's parts, at a small size. `faces`: the largest first. `views`: the
    parse of each face's crop. `figures`: closer looks at people who are far away.
    """

    whole: Probabilities
    faces: tuple[Face, ...]
    views: tuple[FaceParse, ...]
    figures: tuple[FigureParse, ...] = ()


def detect_faces(photo: Image, parser: Parser, *, limiting: bool = True) -> Detections:
    """Parse the whole photo, verify every candidate in a crop, then parse the whole once more.

    The last parse is at the size that fits the faces. Before it, small faces are spotted, and where
    no face was found, a smaller parse may show a large one.
    A photo without color is looked at in skin's.
    `limiting`: whether a network that knows a body's skin is held to face classes within the reach
    of found faces.
    """
    photo = skin_toned(photo)
    parts = parse_photo(photo, parser.whole, long_px=LONG_PX)
    found = _spotted(photo, parser, _confirmed(photo, parser, parts))
    if not found:
        smaller = parse_photo(photo, parser.whole, long_px=SMALLER_PX)
        found = _confirmed(photo, parser, smaller)
    found.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in found)
    whole = parse_at_fitting_size(photo, parser, faces, first=parts)
    detections = Detections(
        with_unseen(whole, faces, max(whole.shape[:2]) / max(photo.shape[:2])),
        faces,
        tuple(view for _, view in found),
    )
    return limited(detections, photo.shape[:2]) if limiting else detections


def limited(seen: Detections, size: tuple[int, int]) -> Detections:
    """Turn face classes beyond every found face into person; `size`: the photo's (height, width).

    A network that does not know a body's skin is left as it is: it was measured without this.
    """
    if seen.whole.shape[2] <= Part.BODY_SKIN:
        return seen
    return Detections(
        limit(seen.whole, seen.faces, align.resizing(size, seen.whole.shape)),
        seen.faces,
        tuple(_limited_view(view, seen.faces) for view in seen.views),
        _limited_figures(seen.figures, seen.faces),
    )


def looked_closer(
    photo: Image, seen: Detections, parser: Parser, *, limiting: bool = True
) -> Detections:
    """Look closer at those of a photo's people who are far away; `limiting`: as `detect_faces`."""
    figures = parse_figures(skin_toned(photo), seen.faces, parser.whole)
    if limiting and seen.whole.shape[2] > Part.BODY_SKIN:
        figures = _limited_figures(figures, seen.faces)
    return replace(seen, figures=figures)


def _limited_figures(
    figures: tuple[FigureParse, ...], faces: tuple[Face, ...]
) -> tuple[FigureParse, ...]:
    return tuple(replace(each, parts=limit(each.parts, faces, each.matrix)) for each in figures)


def _limited_view(view: FaceParse, faces: tuple[Face, ...]) -> FaceParse:
    inner = view.inner and _limited_view(view.inner, faces)
    return FaceParse(limit(view.parts, faces, view.matrix), view.matrix, inner)


def _confirmed(photo: Image, parser: Parser, parts: Probabilities) -> Found:
    """Return the faces of a photo, parsed as `parts`, that a crop verifies."""
    scale = max(photo.shape[:2]) / max(parts.shape[:2])
    found: Found = []
    for candidate in face_candidates(parts):
        points = ((candidate + 0.5) * scale - 0.5).astype(np.float32)
        if _known(points, found):
            continue
        view = _window_around(parts, candidate, scale)
        certain = view and clear_face(view)
        if (
            found
            and not certain
            and measure(parse_crop(photo, points, parser.whole, mirrored="no", side=CHECK_PX))
            is None
        ):
            continue
        found = _with(found, verify_face(photo, parser, points, certain))
    return found


def _spotted(photo: Image, parser: Parser, known: Found) -> Found:
    """Return the known faces and those that the finder spots and crops verify."""
    found = known
    new = [spot for spot in spots(photo, parser.finder) if not _known(spot.points, found)]
    looks = likely(photo, [spot.points for spot in new], parser.verifier)
    for spot, (chance, points) in zip(new, looks, strict=True):
        if _known(spot.points, found):
            continue
        faint = spot.score < FAINT
        if chance < (ALL_BUT_SURE if faint else DOUBTED):
            continue
        looks = steadily(photo, points, parser.verifier) if chance >= CERTAIN else 0.0
        steady = looks >= STEADY
        if spot.score < HARDLY and not steady:
            continue
        certain = steady or (chance >= SURE and not faint)
        near = parse_crop(photo, points, parser.close) if certain else None
        pair = verify_face(photo, parser, points, near=near)
        if pair and not _is_at(pair[0], points):
            pair = None
        if pair is None and near and looks >= FAIRLY_STEADY:
            least = STEADILY_PX if steady else MIN_FACE_PX
            pair = face_at(points, near, STEADILY_SHOWN if steady else SHOWN, least)
        found = _with(found, pair)
    return found


def _is_at(face: Face, points: Points) -> bool:
    """Say whether a face that a crop shows is the one at `points`, (4, 2)."""
    middle = (face.eyes.mean(0) + face.mouth.mean(0)) / 2
    eyes, mouth = points[:2].mean(0), points[2:].mean(0)
    off = np.hypot(*(middle - (eyes + mouth) / 2))
    return float(off) < BESIDE * float(np.hypot(*(mouth - eyes)))


def _known(points: Points, found: Found) -> bool:
    """Say whether a candidate is a face that is found already."""
    return any(_within(points.mean(0), face) for face, _ in found)


def _with(found: Found, pair: tuple[Face, FaceParse] | None) -> Found:
    """Add a face that is no face's second find."""
    new = pair and not any(_same(pair[0], face) for face, _ in found)
    return [*found, pair] if pair and new else found


def _window_around(parts: Probabilities, candidate: Points, scale: float) -> FaceParse | None:
    """Cut the surroundings of a candidate from a parse; None where the face is too small in it.

    `scale`: how many photo px a px of `parts` is.
    """
    eyes, mouth = candidate[:2].mean(0), candidate[2:].mean(0)
    room = ROOM * max(np.hypot(*(candidate[1] - candidate[0])), np.hypot(*(mouth - eyes)))
    if room < CLEAR_PX:
        return None
    (left, top), (right, bottom) = (
        (np.maximum((eyes + mouth) / 2 + side * room, 0)).astype(int).tolist() for side in (-1, 1)
    )
    begin = 0.5 - (np.array([[left], [top]]) + 0.5) * scale
    matrix = np.hstack([np.eye(2), begin]) / scale
    return FaceParse(parts[top:bottom, left:right], matrix)


def _within(point: NDArray[np.float32], face: Face) -> bool:
    """Say whether a point lies in the middle of a face's box."""
    x0, y0, x1, y1 = face.box
    return abs(point[0] - (x0 + x1) / 2) < 0.3 * (x1 - x0) and abs(
        point[1] - (y0 + y1) / 2
    ) < 0.3 * (y1 - y0)


def _same(a: Face, b: Face) -> bool:
    """Say whether two faces are one: their boxes' intersection is over 0.4 of the smaller one."""
    w = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    h = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    smaller = min((f.box[2] - f.box[0]) * f.height for f in (a, b))
    return w > 0 and h > 0 and w * h > 0.4 * smaller
