"""Find faces in a parsed photo: eyes and mouths that fit together, confirmed by a closer look."""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.parse import FACE_PARTS, CloseLook, Part, Probabilities, look, look_closer, mean_of
from pipeline.types import Face, Image, Network, Points

LOOK_PX = 512  # long side of the first look at the whole
LARGER_LOOK_PX, SMALLER_LOOK_PX = 1024, 256
SMALL = 0.2  # of the photo's long side: where no face is higher, there may be some that the first look does not show
FITTING_PX = 165  # height of the aligned faces that the parser was trained on, at its training size
FITTING_LOOKS_PX = (256, 768)
NEARLY = 0.25
MIRRORED_UP_TO_PX = 512  # a second, mirrored look at more than this costs more time than it gives
LEAST_PATCH_PX = 7
SETTLED = 0.12  # of the eye distance: points nearer than this make the same crop
SHOWN = 0.5  # probability of a face's parts from which on they must belong to a face
MIN_FACE_PX = 16
MIN_SCORE = 0.75  # faces of 60 px and more score 0.83 to 0.97; what is no face and still looks like one, 0.5 to 0.72
TALLEST = 8.0  # eye distances that a face can be high, in profile, too
MOUTH = (0.45, 1.8)  # eye distances that a mouth can be wide, likewise


Window = tuple[slice, slice]  # rows, columns


@dataclass(frozen=True)
class Blob:
    """A connected region of one part: center (x, y) px and area px²."""

    center: NDArray[np.float64]
    area: int


@dataclass(frozen=True)
class Seen:
    """What the parser saw: the whole photo's parts (small), its faces largest first, a closer look at each."""

    whole: Probabilities
    faces: tuple[Face, ...]
    views: tuple[CloseLook, ...]


Found = list[tuple[Face, CloseLook]]


def see(photo: Image, network: Network) -> Seen:
    """Look at the whole photo, closer at whatever may be a face, and at the whole once more at the size that fits the faces.

    A larger look follows where the first one shows skin that no face explains; a smaller one where there is no face at all.
    """
    parts = look(photo, network, long_px=LOOK_PX)
    found = _confirmed(photo, network, parts, whole_of(photo), [])
    if window := unexplained(parts, tuple(face for face, _ in found), photo.shape[:2]):
        long_px = round(LARGER_LOOK_PX * _long(window) / max(photo.shape[:2]))
        found = _confirmed(photo, network, look(photo[window], network, long_px=long_px), window, found)
    if not found:
        found = _confirmed(photo, network, look(photo, network, long_px=SMALLER_LOOK_PX), whole_of(photo), [])
    found.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in found)
    return Seen(fitting_look(photo, network, faces, first=parts), faces, tuple(view for _, view in found))


def whole_of(photo: Image) -> Window:
    """Return the window that is the whole photo."""
    return slice(0, photo.shape[0]), slice(0, photo.shape[1])


def _long(window: Window) -> int:
    return max(side.stop - side.start for side in window)


def _confirmed(photo: Image, network: Network, parts: Probabilities, window: Window, known: Found) -> Found:
    """Return the known faces and those, in the window whose `parts` these are, that a closer look confirms."""
    scale = _long(window) / max(parts.shape[:2])
    corner = (window[1].start, window[0].start)
    found = list(known)
    for guess in guesses(parts):
        points = ((guess + 0.5) * scale - 0.5 + corner).astype(np.float32)
        if any(_within(points.mean(0), face) for face, _ in found):
            continue
        seen = confirm(photo, network, points)
        if seen and not any(_same(seen[0], face) for face, _ in found):
            found.append(seen)
    return found


def unexplained(parts: Probabilities, faces: tuple[Face, ...], size: tuple[int, int]) -> Window | None:
    """Return the window of the photo, (height, width) `size`, in which faces may be that the first look's `parts` do not show; or None.

    It holds the face parts outside of all `faces`; it is the whole photo where no face is large.
    """
    h, w = size
    if not any(face.height > SMALL * max(size) for face in faces):
        return slice(0, h), slice(0, w)
    scale = max(size) / max(parts.shape[:2])
    shown = (parts[..., list(FACE_PARTS)].sum(2) > SHOWN).astype(np.uint8)
    for face in faces:
        x0, y0, x1, y1 = (np.array(face.box) / scale).astype(int)
        room = (y1 - y0) // 4
        shown[max(0, y0 - room) : max(0, y1 + room + 1), max(0, x0 - room) : max(0, x1 + room + 1)] = 0
    corners = _patches(shown)
    if not len(corners):
        return None
    (x0, y0), (x1, y1) = corners[:, :2].min(0), corners[:, 2:].max(0)
    room = 32 + 0.15 * max(x1 - x0, y1 - y0)
    rows, columns = ((int(max(0, (a - room) * scale)), int(min(s, (b + room) * scale) + 1)) for a, b, s in ((y0, y1, h), (x0, x1, w)))
    return slice(*rows), slice(*columns)


def _patches(shown: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the boxes (N, 4) of the patches that have the size and shape of a face."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(shown, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    x, y, w, h, area = stats[1:].T
    fits = (h >= LEAST_PATCH_PX) & (w > 0.4 * h) & (w < 1.6 * h) & (area > 0.45 * w * h)
    return np.stack([x, y, x + w, y + h], 1)[fits]


def fitting_look(photo: Image, network: Network, faces: tuple[Face, ...], *, first: Probabilities | None = None) -> Probabilities:
    """Return the parts of the whole at the size that fits the largest face; the `first` look counts where it has nearly that size."""
    long_px = _fitting_px(photo, faces)
    if first is not None and abs(long_px / LOOK_PX - 1) < NEARLY:
        return mean_of(first, look(photo, network, long_px=LOOK_PX, mirrored="only"))
    return look(photo, network, long_px=long_px, mirrored="too" if long_px <= MIRRORED_UP_TO_PX else "no")


def _fitting_px(photo: Image, faces: tuple[Face, ...]) -> int:
    """Return the size of look in which the largest face has the height that the parser knows best."""
    if not faces:
        return LOOK_PX
    return int(np.clip(max(photo.shape[:2]) * FITTING_PX / faces[0].height, *FITTING_LOOKS_PX))


def confirm(photo: Image, network: Network, points: Points) -> tuple[Face, CloseLook] | None:
    """Return the face that a closer look at `points` shows, or None; where its own points differ, the look is repeated from those."""
    view = look_closer(photo, points, network, mirrored="no")
    first = measure(view)
    if first is None:
        return None
    own = np.concatenate([first.eyes, first.mouth])
    if np.abs(own - points).max() < SETTLED * np.hypot(*(own[1] - own[0])):
        there = look_closer(photo, points, network, mirrored="only")
        view = CloseLook(mean_of(view.parts, there.parts), view.matrix)
    else:
        view = look_closer(photo, own, network)
    face = measure(view)
    return (face, view) if face is not None and _plausible(face) else None


def _plausible(face: Face) -> bool:
    distance, mouth = (float(np.hypot(*(pair[1] - pair[0]))) for pair in (face.eyes, face.mouth))
    sized = MIN_FACE_PX <= face.height <= TALLEST * distance and MOUTH[0] * distance <= mouth <= MOUTH[1] * distance
    return face.score >= MIN_SCORE and sized


def measure(view: CloseLook) -> Face | None:
    """Return box, eye centers and mouth corners in photo px as a closer look shows them, or None where one is missing."""
    parts = view.parts
    labels = parts.argmax(2)
    eyes = [_largest(labels == part) for part in (Part.RIGHT_EYE, Part.LEFT_EYE)]
    mouth = _largest((labels == Part.LIPS) | (labels == Part.TEETH))
    region = _largest(np.isin(labels, FACE_PARTS))
    if region is None or mouth is None or (eyes[0] is None and eyes[1] is None):
        return None
    corners = _corners((parts[..., Part.LIPS] + parts[..., Part.TEETH]) * _around(mouth))
    centers = [
        None if e is None else _center(parts[..., p] * _around(e)) for p, e in zip((Part.RIGHT_EYE, Part.LEFT_EYE), eyes, strict=True)
    ]
    pair = _both(centers, corners.mean(0))
    ys, xs = np.nonzero(region)
    outline = np.array([[xs.min(), ys.min()], [xs.max(), ys.min()], [xs.min(), ys.max()], [xs.max(), ys.max()]])
    back = align.inverse(view.matrix)
    x, y = align.map_points(back, outline).T
    best = parts.max(2)
    sure = [best[e].mean() for e in eyes if e is not None] + [best[mouth].mean(), best[region].mean()]
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return Face(box, align.map_points(back, pair), align.map_points(back, corners), float(np.mean(sure)))


def guesses(parts: Probabilities) -> list[Points]:
    """Return likely (eyes, mouth corners) of faces, (4, 2) px each, best first; every eye and mouth is used once."""
    labels = parts.argmax(2).astype(np.uint8)
    right, left = _blobs(labels == Part.RIGHT_EYE), _blobs(labels == Part.LEFT_EYE)
    mouths = _blobs((labels == Part.LIPS) | (labels == Part.TEETH))
    fits = [(_misfit(r, e, m), r, e, m) for r, e, m in product(right, left, mouths)]
    fits += [(1.0 + _misfit_profile(e, m), e, None, m) for e, m in product(right, mouths)]
    fits += [(1.0 + _misfit_profile(e, m), None, e, m) for e, m in product(left, mouths)]
    used: set[int] = set()
    out = []
    for cost, r, e, m in sorted((f for f in fits if np.isfinite(f[0])), key=lambda f: f[0]):
        members = {id(b) for b in (r, e, m) if b is not None}
        if not members & used and cost < 2.0:
            used |= members
            pair = _both([None if b is None else b.center for b in (r, e)], m.center)
            out.append(np.concatenate([pair, _level_mouth(pair, m)]).astype(np.float32))
    return out


def _misfit(right: Blob, left: Blob, mouth: Blob) -> float:
    """Return how far two eyes and a mouth are from an upright face's proportions; infinite where they cannot be one."""
    across, down = left.center - right.center, mouth.center - (left.center + right.center) / 2
    distance, drop = np.hypot(*across), np.hypot(*down)
    if distance < 3 or not 0.5 < drop / distance < 2.6:
        return np.inf
    turn = np.arctan2(across[0] * down[1] - across[1] * down[0], across @ down) - np.pi / 2
    if abs(turn) > 0.7:
        return np.inf
    eye = np.sqrt((right.area + left.area) / 2)
    if not 0.08 < eye / drop < 0.7:
        return np.inf
    return abs(np.log(drop / (1.05 * distance))) + abs(turn) + 0.3 * abs(np.log(right.area / left.area))


def _misfit_profile(eye: Blob, mouth: Blob) -> float:
    drop = np.hypot(*(mouth.center - eye.center))
    size = np.sqrt(eye.area)
    return abs(np.log(drop / (5 * size))) * 0.5 if 0.08 < size / max(drop, 1e-6) < 0.5 else np.inf


def _both(centers: list[NDArray[np.float64] | None], mouth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return two eye centers (2, 2), the picture's left first; a hidden one is put beside the seen one, where a profile has it."""
    right, left = centers
    if right is not None and left is not None:
        return np.stack([right, left])
    seen = left if right is None else right
    if seen is None:
        raise ValueError("A face needs at least one eye.")
    down = mouth - seen
    across = np.array([down[1], -down[0]]) * 0.5  # down, turned by a quarter; the far eye of a profile is near
    return np.stack([seen - across, seen] if right is None else [seen, seen + across])


def _level_mouth(eyes: NDArray[np.float64], mouth: Blob) -> NDArray[np.float64]:
    """Return two corners around a mouth's center along the eyes' line, as far apart as is usual."""
    half = (eyes[1] - eyes[0]) * 0.44
    return np.stack([mouth.center - half, mouth.center + half])


def _around(region: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return 1 on a region and a little around it, where a part's probability fades."""
    return cv2.dilate(region.astype(np.float32), np.ones((5, 5), np.uint8))


# Probabilities weigh here instead of labels: a point then moves less than a pixel when a border pixel changes its label.
def _center(weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the center (x, y) of a part's weight."""
    total = weight.sum()
    return np.array([weight.sum(0) @ np.arange(weight.shape[1]), weight.sum(1) @ np.arange(weight.shape[0])], np.float64) / total


def _corners(weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the two ends of a mouth's weight in an upright crop, the picture's left one first: 2 % of it lie beyond each."""
    columns, rows = np.arange(weight.shape[1]), np.arange(weight.shape[0])
    share = np.concatenate([[0], np.cumsum(weight.sum(0)) / weight.sum()])
    ends = []
    for x in np.interp((0.02, 0.98), share, np.arange(weight.shape[1] + 1) - 0.5):
        near = weight @ np.exp(-(((columns - x) / 3) ** 2))
        ends.append((x, near @ rows / near.sum()))
    return np.array(ends)


def _blobs(region: NDArray[np.bool_]) -> list[Blob]:
    count, _, stats, centers = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA] if count > 1 else np.zeros(0, int)
    order = np.argsort(-areas)[:40]
    return [Blob(centers[1 + i], int(areas[i])) for i in order if areas[i] >= 3]


def _largest(region: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    count, marks, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return marks == best if stats[best, cv2.CC_STAT_AREA] >= 4 else None


def _within(point: NDArray[np.float32], face: Face) -> bool:
    """Say whether a point lies in the middle of a face's box."""
    x0, y0, x1, y1 = face.box
    return abs(point[0] - (x0 + x1) / 2) < 0.3 * (x1 - x0) and abs(point[1] - (y0 + y1) / 2) < 0.3 * (y1 - y0)


def _same(a: Face, b: Face) -> bool:
    """Say whether two finds are one face: their boxes share most of the smaller one."""
    w = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    h = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    smaller = min((f.box[2] - f.box[0]) * f.height for f in (a, b))
    return w > 0 and h > 0 and w * h > 0.4 * smaller
