"""Choose which faces are restored, and how far."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.blur_estimation import blur_px, noise_deviation
from pipeline.ops.color import luminance
from pipeline.settings import Restored
from pipeline.types import Face, FaceOverride, Image, RestorationPlan

SIDE = 512  # px; the restorers' input
INNER = (
    np.array([[135, 185], [377, 415]]) / SIDE
)  # x, y: from brows to lower lip, where a face has its edges
LEAST_SIDE = 12  # px; a smaller crop has no inner part to measure
ROOM = 0.15  # of a face's box: how far beside it a wish may point
WHOLE, LEAST_FINEST_PX = (
    256,
    0.5,
)  # in a crop that is smaller, px, what is finest is, too, down to this
# Times what is finest, 1 px in 512. Of 50 sharp faces of CelebAMask-HQ 90 % measure 1.1 to 1.9, 49 less than this; blurred by 1 px 34 do,
# by 1.5 px 10, by 2 px (2.3 to 3.0) none. Shrunk to 20 to 260 px at least 46 of them do, and then blurred by 2 of their px at most 4. Of
# 50 portraits as people take them 45 are sharp and calm, of GFPGAN's four cropped examples none.
SHARP = 2.0
# Deviation from which on grain is a damage, of 1: 95 % of those faces and of the portraits have less, and with noise of 8 of 255 more.
GRAINY = 3.0 / 255
CALM = 60  # px; in a smaller crop nothing is calmer than grain
# The same faces blurred until a face descriptor's likeness to the sharp ones is, at the median, 0.83 / 0.70 / 0.29 show 21 / 16 / 11;
# two persons have 0.01, 99 of 100 pairs at most 0.31. Pixel-sharp faces fall below it from about 40 px down.
LEAST_SEEN = 16.0

SHARP_ALREADY, NOT_LARGEST, NOT_CHOSEN, NOT_AT_ALL = (
    "sharp already",
    "not the largest",
    "not chosen",
    "restoration 0",
)


def choose(
    photo: Image,
    faces: tuple[Face, ...],
    overrides: tuple[FaceOverride, ...],
    *,
    which: Restored,
    weight: float,
) -> tuple[RestorationPlan, ...]:
    """Return what is done with each face: those that `which` names get `weight`, and those that a wish points at what it says.

    A face that is sharp already is left alone, unless a wish points at it: whoever points at a face means it. `faces` and `wishes` are
    in the photo's px.
    """
    wished = {face_at(faces, x, y): own for x, y, own in overrides}
    largest = max(range(len(faces)), key=lambda i: faces[i].height, default=None)

    def plan(number: int, face: Face) -> RestorationPlan:
        blur, sharp, seen = measured(photo, face)
        own, pointed = wished.get(number), number in wished
        share = weight if own is None else own
        why = ""
        if not pointed and which != "all" and (which == "chosen" or number != largest):
            why = NOT_CHOSEN if which == "chosen" else NOT_LARGEST
        elif share == 0:
            why = NOT_AT_ALL
        elif sharp and not pointed:
            why = SHARP_ALREADY
        return RestorationPlan(
            0.0 if why else share, why, blur, low_confidence=not why and seen < LEAST_SEEN
        )

    return tuple(plan(number, face) for number, face in enumerate(faces))


def face_at(faces: tuple[Face, ...], x: float, y: float) -> int | None:
    """Return the number of the face at a point, that whose middle is nearest in its own measure; None where there is none."""
    away = {}
    for number, (x0, y0, x1, y1) in enumerate(face.box for face in faces):
        across, down = (
            abs(2 * x - x0 - x1) / max(x1 - x0, 1),
            abs(2 * y - y0 - y1) / max(y1 - y0, 1),
        )
        if max(across, down) <= 1 + 2 * ROOM:
            away[number] = np.hypot(across, down)
    return min(away, key=lambda number: away[number], default=None)


def measured(photo: Image, face: Face) -> tuple[float, bool, float]:
    """Return a face's blur, px, whether it is sharp, without grain, and how many times the blur goes into the eye distance.

    All in the aligned crop that a restorer is given or, where the photo's own pixels are coarser, in those: what the photo cannot
    show need not be restored. The last number says how much of the face there is to see.
    """
    points = np.concatenate([face.eyes, face.mouth])
    side = max(
        LEAST_SIDE,
        round(SIDE / max(1.0, align.scale_of(align.similarity(points, align.template(SIDE))))),
    )
    crop = align.crop(photo, align.similarity(points, align.template(side)), side).clip(0, 1)
    (x0, y0), (x1, y1) = (INNER * side).round().astype(int)
    finest_px = float(np.clip(side / WHOLE, LEAST_FINEST_PX, 1))
    gray = luminance(crop[y0:y1, x0:x1])
    blur, apart = blur_px(gray, finest_px), np.ptp(align.template(side)[:2, 0])
    calm = side < CALM or noise_deviation(gray, finest_px) < GRAINY
    return blur, blur < SHARP * finest_px and calm, float(apart / max(blur, LEAST_FINEST_PX))
