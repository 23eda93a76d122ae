"""Say how likely a spot is a face: the small verifier sees an upright crop of its own."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Network, Points

SIDE = 64  # px of the crop
SCALE = 0.6  # of the face in it, against an FFHQ crop
# In distances of eyes to mouth: how far beside a face it is looked at again, right, left, down, up.
BESIDE = 0.25
ASIDE = np.array([(BESIDE, 0), (-BESIDE, 0), (0, BESIDE), (0, -BESIDE)], np.float32)


def likely(photo: Image, points: Points, verifier: Network) -> tuple[float, Points]:
    """Return how likely a face is at `points`, in [0, 1], and where its own points are.

    The face is looked at twice: as it was spotted, and as the first look says that it lies.
    `points`: (4, 2), both eyes and both mouth corners, photo px.
    """
    _, nearer = _seen(photo, points, verifier)
    return _seen(photo, nearer, verifier)


def steadily(photo: Image, points: Points, verifier: Network) -> float:
    """Return how likely a face is at `points` in the mean of five more looks, in [0, 1].

    Four are a little beside it, one is in a mirror. A face is a face from wherever it is seen;
    clothes and walls are only from where they were spotted.
    `points`: (4, 2), both eyes and both mouth corners, photo px.
    """
    drop = float(np.hypot(*(points[2:].mean(0) - points[:2].mean(0))))
    crops = [crop_at(photo, points + drop * off) for off in ASIDE]
    mirrored = np.ascontiguousarray(crop_at(photo, points)[:, ::-1])
    return float(np.mean([np.ravel(verifier(to_batch(c)))[0] for c in (*crops, mirrored)]))


def _seen(photo: Image, points: Points, verifier: Network) -> tuple[float, Points]:
    chance, *off = np.ravel(verifier(to_batch(crop_at(photo, points))))
    own = align.template(SIDE, SCALE) + SIDE * np.reshape(off, (-1, 2))
    return float(chance), align.map_points(align.inverse(matrix_at(points)), own)


def crop_at(photo: Image, points: Points, room: float = 1.0) -> Image:
    """Cut what the verifier sees around `points`, upright, (SIDE, SIDE, 3).

    `room`: how many times as much around them is shown, in a crop so much larger.
    """
    return align.crop(photo, matrix_at(points, room), round(room * SIDE)).clip(0, 1)


def matrix_at(points: Points, room: float = 1.0) -> align.Matrix:
    """Return the way from the photo to the crop at `points`, (2, 3)."""
    return align.similarity(points, align.template(round(room * SIDE), SCALE / room))
