"""Find 68 points of a face by a small network that sees an upright crop of it.

Points: iBUG 68, (68, 2) x, y in px. 0-16 jaw, 17-26 brows, 27-35 nose, 36-41 and 42-47 eyes,
48-59 lips, 60-67 inner mouth; each from the picture's left to its right.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.types import Image, Network, Points

SIDE = 128  # px of the crop
SCALE, MIDDLE = 1.15, 300.0  # the face's size and row in it, against an FFHQ crop
LOOKS = 2  # each at the face as the look before found it
# Each point's counterpart in a mirrored face.
MIRRORED = [
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1),
]  # fmt: skip


def find_landmarks(photo: Image, points: Points, network: Network) -> tuple[Points, float]:
    """Find the 68 points of a face, (68, 2) photo px, and how sure they are, in [0, 1].

    They are the mean of the crop's and of its mirror image's. Sure is 1 where both agree, 0 where
    they are a tenth of the crop apart; faces have 0.86 and more, landscapes less than 0.8.
    `points`: its eyes and mouth corners, (4, 2) px, the picture's left one first.
    """
    found, apart = points, 0.0
    for _ in range(LOOKS):
        matrix = matrix_at(eyes_and_mouth(found))
        seen = align.crop(photo, matrix, SIDE).clip(0, 1)
        both = np.stack([seen, seen[:, ::-1]]).transpose(0, 3, 1, 2)
        plain, other = network(np.ascontiguousarray(both))[..., :2]
        other = mirrored(other, SIDE)
        apart = float(np.hypot(*(plain - other).T).mean())
        found = align.map_points(align.inverse(matrix), (plain + other) / 2)
    return found, max(0.0, 1 - 10 * apart / SIDE)


def eyes_and_mouth(points: Points) -> Points:
    """Return centers of the eyes and corners of the mouth, (4, 2), of 68 points or of those."""
    if len(points) == 4:
        return points
    return np.stack([points[36:42].mean(0), points[42:48].mean(0), points[48], points[54]])


def mirrored(points: Points, side: int) -> Points:
    """Return the points, (68, 2) px, of a picture `side` px wide when it is mirrored."""
    return np.asarray((side - 1, 0) + points[MIRRORED] * (-1, 1), np.float32)


def matrix_at(points: NDArray[np.floating], room: float = 1.0) -> align.Matrix:
    """Return the way from the photo to the crop at eyes and mouth corners, (4, 2) px: (2, 3).

    `room`: how many times as much around them is shown, in a crop so much larger.
    """
    target = align.template(round(room * SIDE), SCALE / room, MIDDLE)
    return align.similarity(points.astype(np.float32), target)
