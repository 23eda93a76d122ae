"""Find faces: candidates in the parse of the whole photo, and spots, verified in a crop of each."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import by_planes, resized
from pipeline.stages.detect.candidates import face_candidates
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.detect.limit import limit
from pipeline.stages.detect.spots import Spot, spots
from pipeline.stages.detect.verify import clear_face, verify_face
from pipeline.stages.parse import (
    FACE_PARTS,
    FaceParse,
    Parser,
    Part,
    Probabilities,
    mean_of,
    parse_crop,
    parse_photo,
    with_background,
)
from pipeline.types import Face, Image, Points

LONG_PX = 384  # long side of the first parse of the whole photo: it outlines people better than 512
LARGER_PX, SMALLER_PX = (640, 1024), 256  # long sides of a second parse, where it is needed
# Side of the crop that a candidate gets first where a face is known already: most of those are
# hands and clothes, and a small crop is enough to drop them.
CHECK_PX = 192
# Half the side of the window around a candidate, in the larger of two distances: between its eyes,
# or between the eyes' middle and the mouth.
ROOM = 2.0
CLEAR_PX = 72  # height, in a parse of the whole, from which on a face is parsed well
SMALL = 0.2  # of the photo's long side: if no face is higher, the first parse may miss some
FITTING_PX = 165  # height of the aligned faces that the parser was trained on, at its training size
FITTING_LONG_PX = (256, 768)
NEARLY = 0.35  # how far, relatively, the first parse's size may be from the fitting one
# Long side above which faces are so small that whole figures are in the photo, or many people.
# These are outlined best at the first parse's size.
FIGURES_FROM_PX = 512
FIRST_WEIGHT = np.float32(0.3)  # of the first parse's classes beside those of the fitting size
LEAST_PATCH_PX = 7  # height, in the first parse, of skin that may be a face
SHOWN = 0.5  # probability of a face's parts from which on they must belong to a face
# Highest probability of brows, eyes or mouth in a patch of skin from which on it may be a face;
# hands and arms have less.
SUSPECTED = 0.04
SURE = 0.5  # the finder's score from which on a face needs no other witness that it is one

Window = tuple[slice, slice]  # rows, columns
Found = list[tuple[Face, FaceParse]]


@dataclass(frozen=True)
class Detections:
    """The faces of a photo, and how it was parsed.

    `whole`: the whole photo's parts, at a small size. `faces`: the largest first. `views`: the
    parse of each face's crop.
    """

    whole: Probabilities
    faces: tuple[Face, ...]
    views: tuple[FaceParse, ...]


def detect_faces(photo: Image, parser: Parser, *, limiting: bool = True) -> Detections:
    """Parse the whole photo, verify every candidate in a crop, then parse the whole once more.

    The last parse is at the size that fits the faces. Before it, small faces are spotted; without a
    network for that, a larger parse follows where the first one shows skin that no face explains. A
    smaller one follows where no face was found.
    `limiting`: whether a network that knows a body's skin is held to face classes within the reach
    of found faces.
    """
    parts = parse_photo(photo, parser.whole, long_px=LONG_PX)
    found = _confirmed(photo, parser, parts, whole_of(photo), [])
    if parser.finder:
        found = _spotted(photo, parser, found)
    elif unseen := unexplained(parts, tuple(face for face, _ in found), photo.shape[:2]):
        window, whole_px = unseen
        long_px = round(whole_px * _long(window) / max(photo.shape[:2]))
        found = _confirmed(
            photo, parser, parse_photo(photo[window], parser.whole, long_px=long_px), window, found
        )
    if not found:
        found = _confirmed(
            photo, parser, parse_photo(photo, parser.whole, long_px=SMALLER_PX), whole_of(photo), []
        )
    found.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in found)
    detections = Detections(
        parse_at_fitting_size(photo, parser, faces, first=parts),
        faces,
        tuple(view for _, view in found),
    )
    return limited(detections, photo.shape[:2]) if limiting else detections


def limited(seen: Detections, size: tuple[int, int]) -> Detections:
    """Turn face classes beyond every found face into person; `size`: the photo's (height, width).

    A network that does not know a body's skin is left as it is: it was measured without this.
    """
    h, w = seen.whole.shape[:2]
    if seen.whole.shape[2] <= Part.BODY_SKIN:
        return seen
    k = np.array([w / size[1], h / size[0]])
    whole = limit(seen.whole, seen.faces, np.column_stack([np.diag(k), (k - 1) / 2]))
    return Detections(
        whole, seen.faces, tuple(_limited_view(view, seen.faces) for view in seen.views)
    )


def _limited_view(view: FaceParse, faces: tuple[Face, ...]) -> FaceParse:
    inner = view.inner and _limited_view(view.inner, faces)
    return FaceParse(limit(view.parts, faces, view.matrix), view.matrix, inner)


def whole_of(photo: Image) -> Window:
    """Return the window that is the whole photo."""
    return slice(0, photo.shape[0]), slice(0, photo.shape[1])


def _long(window: Window) -> int:
    return max(side.stop - side.start for side in window)


def _confirmed(
    photo: Image, parser: Parser, parts: Probabilities, window: Window, known: Found
) -> Found:
    """Return the known faces and those of the window, parsed as `parts`, that a crop verifies."""
    scale = _long(window) / max(parts.shape[:2])
    corner = (window[1].start, window[0].start)
    found = known
    for candidate in face_candidates(parts):
        points = ((candidate + 0.5) * scale - 0.5 + corner).astype(np.float32)
        if _known(points, found):
            continue
        view = _window_around(parts, candidate, scale, corner)
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
    """Return the known faces and those that the finder spots and a crop verifies."""
    found = known
    for spot in spots(photo, parser.finder) if parser.finder else []:
        if not _known(spot.points, found):
            found = _with(found, _verified(photo, parser, spot))
    return found


def _verified(photo: Image, parser: Parser, spot: Spot) -> tuple[Face, FaceParse] | None:
    return verify_face(photo, parser, spot.points, witnessed=spot.score >= SURE)


def _known(points: Points, found: Found) -> bool:
    """Say whether a candidate is a face that is found already."""
    return any(_within(points.mean(0), face) for face, _ in found)


def _with(found: Found, pair: tuple[Face, FaceParse] | None) -> Found:
    """Add a face that is no face's second find."""
    new = pair and not any(_same(pair[0], face) for face, _ in found)
    return [*found, pair] if pair and new else found


def _window_around(
    parts: Probabilities, candidate: Points, scale: float, corner: tuple[int, int]
) -> FaceParse | None:
    """Cut the surroundings of a candidate from a parse; None where the face is too small in it.

    `scale`: how many photo px a px of `parts` is. `corner`: (x, y) in the photo where they begin.
    """
    eyes, mouth = candidate[:2].mean(0), candidate[2:].mean(0)
    room = ROOM * max(np.hypot(*(candidate[1] - candidate[0])), np.hypot(*(mouth - eyes)))
    if room < CLEAR_PX:
        return None
    (left, top), (right, bottom) = (
        (np.maximum((eyes + mouth) / 2 + side * room, 0)).astype(int).tolist() for side in (-1, 1)
    )
    matrix = (
        np.array(
            [
                [1, 0, (0.5 - corner[0]) - (left + 0.5) * scale],
                [0, 1, (0.5 - corner[1]) - (top + 0.5) * scale],
            ]
        )
        / scale
    )
    return FaceParse(parts[top:bottom, left:right], matrix)


def unexplained(
    parts: Probabilities, faces: tuple[Face, ...], size: tuple[int, int]
) -> tuple[Window, int] | None:
    """Find the window of the photo that may hold faces which the first parse missed; else None.

    `parts`: the first parse. `size`: the photo's (height, width). The window holds all face parts
    outside of `faces`; it is the whole photo where no face is large. With it comes the long side,
    px, that the whole photo should have in a parse that would find them.
    """
    h, w = size
    if not any(face.height > SMALL * max(size) for face in faces):
        return (slice(0, h), slice(0, w)), LARGER_PX[1]
    scale = max(size) / max(parts.shape[:2])
    shown = (parts[..., list(FACE_PARTS)].sum(2) > SHOWN).astype(np.uint8)
    for face in faces:
        x0, y0, x1, y1 = (np.array(face.box) / scale).astype(int)
        room = (y1 - y0) // 4
        shown[
            max(0, y0 - room) : max(0, y1 + room + 1), max(0, x0 - room) : max(0, x1 + room + 1)
        ] = 0
    corners = _patches(shown, parts[..., Part.LEFT_BROW : Part.TEETH + 1].sum(2))
    if not len(corners):
        return None
    (x0, y0), (x1, y1) = corners[:, :2].min(0), corners[:, 2:].max(0)
    room = 32 + 0.15 * max(x1 - x0, y1 - y0)
    rows, columns = (
        (int(max(0, (a - room) * scale)), int(min(s, (b + room) * scale) + 1))
        for a, b, s in ((y0, y1, h), (x0, x1, w))
    )
    least = float((corners[:, 3] - corners[:, 1]).min())
    return (slice(*rows), slice(*columns)), int(
        np.clip(max(parts.shape[:2]) * CLEAR_PX / least, *LARGER_PX)
    )


def _patches(shown: NDArray[np.uint8], inner: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the boxes (N, 4) of the patches that may be faces, by size, shape and inner parts.

    `shown`: (H, W), 1 where a face's part is. `inner`: probability of brows, eyes or mouth, (H, W).
    """
    _, _, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(shown, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    )
    x, y, w, h, area = stats[1:].T
    fits = (h >= LEAST_PATCH_PX) & (w > 0.4 * h) & (w < 1.6 * h) & (area > 0.45 * w * h)
    boxes = np.stack([x, y, x + w, y + h], 1)[fits]
    return (
        boxes[[inner[y0:y1, x0:x1].max() > SUSPECTED for x0, y0, x1, y1 in boxes]]
        if len(boxes)
        else boxes
    )


def parse_at_fitting_size(
    photo: Image, parser: Parser, faces: tuple[Face, ...], *, first: Probabilities | None = None
) -> Probabilities:
    """Parse the whole photo at the size that fits the largest face.

    The `first` parse is taken where it has nearly that size. The background is a mean with the
    mirrored photo's, for networks err at different places: of the close network where faces are
    large; where they are small, both at the first parse's size, which fits whole figures.
    """
    long_px = _fitting_px(photo, faces)
    if first is None or abs(long_px / LONG_PX - 1) >= NEARLY:
        parts = parse_photo(photo, parser.whole, long_px=long_px)
    else:
        long_px, parts = LONG_PX, first
    if long_px <= FIGURES_FROM_PX:
        other = parse_photo(photo, parser.close, long_px=long_px, mirrored="only")
        return with_background(parts, mean_of(parts[..., 0], other[..., 0]))
    if first is None:
        first = parse_photo(photo, parser.whole, long_px=LONG_PX)
    other = parse_photo(photo, parser.whole, long_px=LONG_PX, mirrored="only")
    size = parts.shape[:2]
    enlarged = by_planes(lambda plane: resized(plane, size), first)
    mixed = np.asarray(parts + FIRST_WEIGHT * (enlarged - parts), np.float32)
    scene = np.ascontiguousarray(mean_of(first[..., 0], other[..., 0]))
    return with_background(mixed, resized(scene, size))


def _fitting_px(photo: Image, faces: tuple[Face, ...]) -> int:
    """Return the long side, px, at which the largest face has the height of the training faces."""
    if not faces:
        return LONG_PX
    return int(np.clip(max(photo.shape[:2]) * FITTING_PX / faces[0].height, *FITTING_LONG_PX))


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
