"""Say how much a face in a picture is like the same face in the photo, by a small network.

The network describes a face: it takes chips, (B, 3, 150, 150) RGB in [0, 1] with eyes and mouth
corners on `TEMPLATE`, and returns descriptors, (B, D), that are near each other for one person.
"""

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.types import Face, Image, Network, Points

SIDE = 150
# Eyes and mouth corners in a chip, px: where they usually are in dlib's, forehead to chin.
TEMPLATE = align.template(SIDE, 1.44, 305)
# How much each of them counts: mouths move, and dlib's own points are four of eyes and one of the
# nose. So weighted, a chip is off dlib's by 3.1 px in the mean, and by 4.4 with equal weights.
COUNTS = (10, 10, 1, 1)
# Mean and deviation of the distance of two photos of one person: 100 people's, none of whom the
# training saw (`training.likeness_figures`).
USUAL, SPREAD = 0.387, 0.111
LEAST_PX = 48.0  # height of the smallest face of which anything is said
NARROW = 0.5  # distance of the eyes, in that of eyes and mouth: less is a profile


def points_of(face: Face) -> Points | None:
    """Return eyes and mouth corners, (4, 2); None of a face too small, or too much in profile."""
    points = face.points.astype(np.float32)
    if face.height < LEAST_PX or not np.isfinite(points).all():
        return None
    wide = np.linalg.norm(points[1] - points[0])
    high = align.eyes_to_mouth(points)
    return points if high and wide >= NARROW * high else None


def matrix_of(points: Points) -> align.Matrix:
    """Fit the similarity from eyes and mouth corners, (4, 2) px, onto a chip's, (2, 3)."""
    return align.similarity(np.repeat(points, COUNTS, 0), np.repeat(TEMPLATE, COUNTS, 0))


def chip(picture: Image, points: Points) -> Image:
    """Cut out the face with its eyes and mouth corners, (4, 2) px: (150, 150, 3) in [0, 1]."""
    return np.clip(align.crop(picture, matrix_of(points), SIDE), 0, 1)


def described(picture: Image, points: Points, network: Network) -> NDArray[np.float32]:
    """Describe a face, (D,), the same for its mirror image."""
    face = chip(picture, points)
    both = np.stack([face, face[:, ::-1]]).transpose(0, 3, 1, 2)
    return network(np.ascontiguousarray(both)).mean(0)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Compare two faces by their descriptors, (D,) each: 1 for the same picture, 0 for strangers.

    See `share`.
    """
    return share(float(np.linalg.norm(one - other)))


def share(distance: float) -> float:
    """Return what share of all pairs of photos of one person is farther apart, in [0, 1].

    0.5: as alike as two photos of one person usually are. Of pairs of two people nine in ten have
    less than 0.05. Distances are taken as normally distributed.
    """
    return 0.5 * math.erfc((distance - USUAL) / (SPREAD * math.sqrt(2)))
