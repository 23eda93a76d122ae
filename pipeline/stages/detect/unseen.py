"""Take a face whose features no parse shows, out of focus, as a detector's points say it lies."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.detect.verify import MIN_FACE_PX
from pipeline.stages.parse import FACE_PARTS, FaceParse, Part, Probabilities, summed
from pipeline.types import Face, Points

# The least share of the middle of such a face's crop that is parsed as a face: badges of caps have
# 0.86, faces out of focus 0.94 and more.
SHOWN = 0.9
# A usual face around its eyes and mouth: half its width, and how far it goes above and below, in
# distances of eyes to mouth; and the score of one that no parse shows.
HALF_WIDTH, ABOVE, BELOW, UNSEEN = 0.85, 0.95, 0.8, 0.5
# The oval in it that is a face whatever the parse says: half its width, its height above the eyes
# and below the mouth, likewise.
OVAL = 0.72, 0.6, 1.15
FEATURES = slice(Part.LEFT_BROW, Part.TEETH + 1)
# Half the width and half the height of an eye, and of a mouth, in distances between the eyes; and
# the least of these, in distances of eyes to mouth: a profile's eyes are near each other.
EYE, MOUTH, LEAST_APART = (0.18, 0.09), (0.42, 0.13), 0.8


def face_at(
    points: Points, near: FaceParse, shown: float = SHOWN, least_px: float = MIN_FACE_PX
) -> tuple[Face, FaceParse] | None:
    """Return the face at `points`, as large as faces are around them, and the parse of its crop.

    Its eyes and mouth are where the points say. None where the parse shows something else, or the
    face would be less than `least_px` high.
    `points`: (4, 2), both eyes and both mouth corners, photo px. `near`: the parse of their crop.
    `shown`: the least share of its middle that is parsed as a face.
    """
    eyes, mouth = points[:2].mean(0), points[2:].mean(0)
    drop, apart = (float(np.hypot(*way)) for way in (mouth - eyes, points[1] - points[0]))
    unit, x = max(drop, apart), (eyes[0] + mouth[0]) / 2
    left, right = float(x - HALF_WIDTH * unit), float(x + HALF_WIDTH * unit)
    box = (left, float(eyes[1] - ABOVE * drop), right, float(mouth[1] + BELOW * drop))
    if box[3] - box[1] < least_px:
        return None
    side = near.parts.shape[0]
    middle = near.parts[side // 4 : -side // 4, side // 4 : -side // 4]
    if summed(middle, FACE_PARTS).mean() < shown:
        return None
    return Face(box, points[:2], points[2:], UNSEEN), with_features(near, points)


def with_features(view: FaceParse, points: Points) -> FaceParse:
    """Put eyes and mouth where `points`, photo px, say they are; features elsewhere are skin."""
    near = align.map_points(view.matrix, points)
    across, down = near[1] - near[0], near[2:].mean(0) - near[:2].mean(0)
    apart = max(float(np.hypot(*across)), LEAST_APART * float(np.hypot(*down)))
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    planes = np.ascontiguousarray(view.parts.transpose(2, 0, 1)).copy()
    planes[Part.SKIN] += planes[FEATURES].sum(0)
    planes[FEATURES] = 0
    oval = _oval(planes.shape[1:], near)
    planes *= 1 - oval
    planes[Part.SKIN] += oval
    for middle, (wide, high), part in (
        (near[0], EYE, Part.RIGHT_EYE), (near[1], EYE, Part.LEFT_EYE),
        (near[2:].mean(0), MOUTH, Part.LIPS),
    ):  # fmt: skip
        where = _ellipse(planes.shape[1:], middle, (wide * apart, high * apart), angle)
        planes[part] += where * planes[Part.SKIN]
        planes[Part.SKIN] *= 1 - where
    return replace(view, parts=planes.transpose(1, 2, 0))


def with_unseen(whole: Probabilities, faces: tuple[Face, ...], scale: float) -> Probabilities:
    """Make a face of what a parse of the whole photo has where faces are that it does not show.

    `scale`: how many px of `whole` a photo px is.
    """
    planes = whole.copy()
    for face in faces:
        if face.score == UNSEEN:
            points = (face.points + 0.5) * scale - 0.5
            oval = _oval(whole.shape[:2], points.astype(np.float32))[..., None]
            planes *= 1 - oval
            planes[..., Part.SKIN] += oval[..., 0]
    return planes


def _oval(size: tuple[int, ...], points: Points) -> NDArray[np.float32]:
    """Return 1 in a usual face's oval around eyes and mouth, (4, 2) px."""
    eyes, mouth = points[:2].mean(0), points[2:].mean(0)
    across, down = points[1] - points[0], mouth - eyes
    apart, drop = float(np.hypot(*across)), float(np.hypot(*down))
    wide, above, below = OVAL
    halves = wide * max(drop, apart), (1 + above + below) / 2 * drop
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    return _ellipse(size, eyes + down * (1 + below - above) / 2, halves, angle)


def _ellipse(
    size: tuple[int, ...], middle: Points, halves: tuple[float, float], angle: float
) -> NDArray[np.float32]:
    """Return 1 in an ellipse of half a width and half a height, px, turned by `angle`, degrees."""
    plane = np.zeros(size, np.float32)
    x, y = (float(v) for v in middle)
    cv2.ellipse(plane, ((x, y), (2 * halves[0], 2 * halves[1]), angle), 1.0, -1)
    return plane
