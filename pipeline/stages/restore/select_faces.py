"""Select the faces that are restored, and how far each is."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.blur_estimation import blur_px, noise_deviation
from pipeline.ops.color import luminance
from pipeline.settings import Restored
from pipeline.types import Face, FaceOverride, Image, RestorationPlan

SIDE = 512  # px; the restorers' input
# Two corners (x, y), as fractions of a crop: brows to lower lip, where a face has its edges.
INNER = np.array([[135, 185], [377, 415]]) / SIDE
LEAST_SIDE = 12  # px; a smaller crop has no inner part to measure
ROOM = 0.15  # of a face's box: how far outside of it an override may point
# The least blur that is resolved is 1 px in a crop of `WHOLE` px or more. In a smaller crop it is
# less in proportion, down to `LEAST_FINEST_PX`.
WHOLE, LEAST_FINEST_PX = 256, 0.5
# A face is sharp below this many times that least blur. Of 50 sharp faces of CelebAMask-HQ, at 512
# px, 90 % measure 1.1 to 1.9 and 49 less than this; blurred by 1 px 34 do, by 1.5 px 10, by 2 px
# (2.3 to 3.0) none. Shrunk to 20 to 260 px at least 46 of them do, and then blurred by 2 of their
# px at most 4. Of 50 portraits as people take them 45 are sharp and not noisy, of GFPGAN's four
# cropped examples none.
SHARP = 2.0
# Standard deviation, of values in [0, 1], from which on noise is a damage. 95 % of those faces and
# of the portraits have less; with added noise of 8 / 255 they have more.
NOISY = 3.0 / 255
LEAST_NOISE_SIDE = 60  # px; a smaller crop has no flat place to measure noise in
# The least distance between the eyes, in times the blur, at which enough of a face is seen. The
# same faces have 21 / 16 / 11 when they are blurred until a face descriptor's similarity to the
# sharp ones is, at the median, 0.83 / 0.70 / 0.29; two persons have 0.01, 99 of 100 pairs at most
# 0.31.
# Pixel-sharp faces fall below it from about 40 px down.
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
    """Plan what is done with each face; `faces` and `overrides` are in the photo's px.

    Faces that `which` names get the restoration `weight`, those that an override points at the
    override's. A face that is sharp already is left alone, unless an override points at it: whoever
    points at a face means it.
    """
    overridden = {face_at(faces, x, y): own for x, y, own in overrides}
    largest = largest_of(faces)

    def plan(number: int, face: Face) -> RestorationPlan:
        blur, sharp, seen = measured(photo, face)
        own = overridden.get(number)
        pointed = number in overridden
        face_weight = weight if own is None else own
        why = ""
        if not pointed and which != "all" and (which == "chosen" or number != largest):
            why = NOT_CHOSEN if which == "chosen" else NOT_LARGEST
        elif face_weight == 0:
            why = NOT_AT_ALL
        elif sharp and not pointed:
            why = SHARP_ALREADY
        return RestorationPlan(
            0.0 if why else face_weight, why, blur, low_confidence=not why and seen < LEAST_SEEN
        )

    return tuple(plan(number, face) for number, face in enumerate(faces))


def largest_of(faces: tuple[Face, ...]) -> int | None:
    """Find the largest face, by its index in `faces`; None where there is none."""
    return max(range(len(faces)), key=lambda i: faces[i].height, default=None)


def face_at(faces: tuple[Face, ...], x: float, y: float) -> int | None:
    """Find the face at a point, by its index in `faces`; None where there is none.

    Of several it is the one whose center is nearest, in its own widths and heights.
    """
    distances = {}
    for number, (x0, y0, x1, y1) in enumerate(face.box for face in faces):
        across, down = (
            abs(2 * x - x0 - x1) / max(x1 - x0, 1),
            abs(2 * y - y0 - y1) / max(y1 - y0, 1),
        )
        if max(across, down) <= 1 + 2 * ROOM:
            distances[number] = np.hypot(across, down)
    return min(distances, key=lambda number: distances[number], default=None)


def measured(photo: Image, face: Face) -> tuple[float, bool, float]:
    """Measure a face's blur in px, whether it is sharp and not noisy, and how much of it is seen.

    The last is the distance between the eyes in times the blur. All are measured in the aligned
    crop that the restorer gets or, where the photo's own pixels are coarser, in those: what the
    photo cannot show need not be restored.
    """
    points = face.points
    side = max(
        LEAST_SIDE,
        round(SIDE / max(1.0, align.scale_of(align.similarity(points, align.template(SIDE))))),
    )
    crop = align.crop(photo, align.similarity(points, align.template(side)), side).clip(0, 1)
    (x0, y0), (x1, y1) = (INNER * side).round().astype(int)
    finest_px = float(np.clip(side / WHOLE, LEAST_FINEST_PX, 1))
    gray = luminance(crop[y0:y1, x0:x1])
    blur = blur_px(gray, finest_px)
    eye_distance = np.ptp(align.template(side)[:2, 0])
    clean = side < LEAST_NOISE_SIDE or noise_deviation(gray, finest_px) < NOISY
    seen = float(eye_distance / max(blur, LEAST_FINEST_PX))
    return blur, blur < SHARP * finest_px and clean, seen
