"""Find faces by the parser alone: guesses in looks at the whole, confirmed by a closer look."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.detect.candidates import face_candidates
from pipeline.stages.detect.landmarks import measure
from pipeline.stages.detect.limit import limit
from pipeline.stages.detect.verify import shown_clearly, verify_face
from pipeline.stages.parse import (
    FACE_PARTS,
    FaceParse,
    Parser,
    Part,
    Probabilities,
    look,
    mean_of,
    parse_crop,
    with_background,
)
from pipeline.types import Face, Image, Points

LOOK_PX = (
    384  # long side of the first look at the whole: people are outlined better in it than at 512
)
LARGER_LOOKS_PX, SMALLER_LOOK_PX = (640, 1024), 256
GLANCE_PX = 192  # side of the look that a guess beside a known face gets first: most of these are hands and clothes
ROOM = 2.0  # between the middle of a face and what it may reach to, in distances of its eyes, or of these from the mouth
CLEAR_PX = 72  # height at which a look shows a face well
SMALL = 0.2  # of the photo's long side: where no face is higher, there may be some that the first look does not show
FITTING_PX = 165  # height of the aligned faces that the parser was trained on, at its training size
FITTING_LOOKS_PX = (256, 768)
NEARLY = 0.35  # how far, relatively, the first look's size may be from the fitting one
TWICE_UP_TO_PX = 512  # a second look at more than this costs more time than it gives
LEAST_PATCH_PX = 7  # height, in the first look, of skin that may be a face
SHOWN = 0.5  # probability of a face's parts from which on they must belong to a face
SUSPECTED = 0.04  # probability of brows, eyes or mouth that skin shows somewhere if it is a face; hands and arms show less

Window = tuple[slice, slice]  # rows, columns
Found = list[tuple[Face, FaceParse]]


@dataclass(frozen=True)
class Detections:
    """What the parser saw: the whole photo's parts (small), its faces largest first, a closer look at each."""

    whole: Probabilities
    faces: tuple[Face, ...]
    views: tuple[FaceParse, ...]


def detect_faces(photo: Image, parser: Parser, *, limiting: bool = True) -> Detections:
    """Look at the whole photo, closer at whatever may be a face, and at the whole once more at the size that fits the faces.

    A larger look follows where the first one shows skin that no face explains; a smaller one where there is no face at all.
    `limiting`: whether beyond every found face there are no face's classes, of a network that knows a body's skin.
    """
    parts = look(photo, parser.whole, long_px=LOOK_PX)
    found = _confirmed(photo, parser, parts, whole_of(photo), [])
    if unseen := unexplained(parts, tuple(face for face, _ in found), photo.shape[:2]):
        window, look_px = unseen
        long_px = round(look_px * _long(window) / max(photo.shape[:2]))
        found = _confirmed(
            photo, parser, look(photo[window], parser.whole, long_px=long_px), window, found
        )
    if not found:
        found = _confirmed(
            photo, parser, look(photo, parser.whole, long_px=SMALLER_LOOK_PX), whole_of(photo), []
        )
    found.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in found)
    seen = Detections(
        fitting_look(photo, parser, faces, first=parts), faces, tuple(view for _, view in found)
    )
    return limited(seen, photo.shape[:2]) if limiting else seen


def limited(seen: Detections, size: tuple[int, int]) -> Detections:
    """Return what was seen in a photo of `size` (height, width) without a face's classes beyond every found face.

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
    """Return the known faces and those, in the window whose `parts` these are, that a closer look confirms."""
    scale = _long(window) / max(parts.shape[:2])
    corner = (window[1].start, window[0].start)
    found = list(known)
    for guess in face_candidates(parts):
        points = ((guess + 0.5) * scale - 0.5 + corner).astype(np.float32)
        if any(_within(points.mean(0), face) for face, _ in found):
            continue
        shown = _shown(parts, guess, scale, corner)
        certain = shown and shown_clearly(shown)
        if (
            found
            and not certain
            and measure(parse_crop(photo, points, parser.whole, mirrored="no", side=GLANCE_PX))
            is None
        ):
            continue
        seen = verify_face(photo, parser, points, certain)
        if seen and not any(_same(seen[0], face) for face, _ in found):
            found.append(seen)
    return found


def _shown(
    parts: Probabilities, guess: Points, scale: float, corner: tuple[int, int]
) -> FaceParse | None:
    """Return what a look at a photo's window, `scale` times reduced, shows around a guess; None where the face is small in it.

    `corner`: the window's (x, y) in the photo.
    """
    eyes, mouth = guess[:2].mean(0), guess[2:].mean(0)
    room = ROOM * max(np.hypot(*(guess[1] - guess[0])), np.hypot(*(mouth - eyes)))
    if room < CLEAR_PX:
        return None
    (left, top), (right, bottom) = (
        (np.maximum((eyes + mouth) / 2 + side * room, 0)).astype(int).tolist() for side in (-1, 1)
    )
    to_look = (
        np.array(
            [
                [1, 0, (0.5 - corner[0]) - (left + 0.5) * scale],
                [0, 1, (0.5 - corner[1]) - (top + 0.5) * scale],
            ]
        )
        / scale
    )
    return FaceParse(parts[top:bottom, left:right], to_look)


def unexplained(
    parts: Probabilities, faces: tuple[Face, ...], size: tuple[int, int]
) -> tuple[Window, int] | None:
    """Return the window of the photo, (height, width) `size`, in which faces may be that the first look's `parts` do not show; or None.

    It holds the face parts outside of all `faces`; it is the whole photo where no face is large. With it comes how long the whole photo
    is to be in a look that would show them.
    """
    h, w = size
    if not any(face.height > SMALL * max(size) for face in faces):
        return (slice(0, h), slice(0, w)), LARGER_LOOKS_PX[1]
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
        np.clip(max(parts.shape[:2]) * CLEAR_PX / least, *LARGER_LOOKS_PX)
    )


def _patches(shown: NDArray[np.uint8], inner: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the boxes (N, 4) of the patches that have the size and shape of a face, and perhaps brows, eyes or a mouth: `inner`."""
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


def fitting_look(
    photo: Image, parser: Parser, faces: tuple[Face, ...], *, first: Probabilities | None = None
) -> Probabilities:
    """Return the parts of the whole at the size that fits the largest face; the `first` look counts where it has nearly that size.

    Where the scene begins is said by both networks, one before a mirror: they err at different places.
    """
    long_px = _fitting_px(photo, faces)
    if first is not None and abs(long_px / LOOK_PX - 1) < NEARLY:
        long_px = LOOK_PX
    else:
        first = look(photo, parser.whole, long_px=long_px)
    if long_px > TWICE_UP_TO_PX:
        return first
    other = look(photo, parser.close, long_px=long_px, mirrored="only")
    return with_background(first, mean_of(first[..., 0], other[..., 0]))


def _fitting_px(photo: Image, faces: tuple[Face, ...]) -> int:
    """Return the size of look in which the largest face has the height that the parser knows best."""
    if not faces:
        return LOOK_PX
    return int(np.clip(max(photo.shape[:2]) * FITTING_PX / faces[0].height, *FITTING_LOOKS_PX))


def _within(point: NDArray[np.float32], face: Face) -> bool:
    """Say whether a point lies in the middle of a face's box."""
    x0, y0, x1, y1 = face.box
    return abs(point[0] - (x0 + x1) / 2) < 0.3 * (x1 - x0) and abs(
        point[1] - (y0 + y1) / 2
    ) < 0.3 * (y1 - y0)


def _same(a: Face, b: Face) -> bool:
    """Say whether two finds are one face: their boxes share most of the smaller one."""
    w = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    h = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    smaller = min((f.box[2] - f.box[0]) * f.height for f in (a, b))
    return w > 0 and h > 0 and w * h > 0.4 * smaller
