"""Say how likely a spot is a face: the small verifier sees an upright crop of its own."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Network, Points

SIDE = 64  # px of the crop
AT_ONCE = 64  # crops: a crowd has hundreds of spots
SCALE = 0.6  # of the face in it, against an FFHQ crop
# In distances of eyes to mouth: how far beside a face it is looked at again, right, left, down, up.
BESIDE = 0.25
ASIDE = np.array([(BESIDE, 0), (-BESIDE, 0), (0, BESIDE), (0, -BESIDE)], np.float32)


def likely(
    photo: Image, spotted: Sequence[Points], verifier: Network
) -> list[tuple[float, Points]]:
    """Return how likely a face is at each spot, in [0, 1], and where its own points are.

    It is looked at twice: as it was spotted, and as the first look says that it lies. A spot is
    (4, 2): both eyes and both mouth corners, photo px.
    """
    nearer = [points for _, points in _seen(photo, spotted, verifier)]
    return _seen(photo, nearer, verifier)


def steadily(photo: Image, points: Points, verifier: Network) -> float:
    """Return how likely a face is at `points` in the mean of five more looks, in [0, 1].

    Four are a little beside it, one is in a mirror. A face is a face from wherever it is seen;
    clothes and walls are only from where they were spotted.
    `points`: (4, 2), both eyes and both mouth corners, photo px.
    """
    drop = align.eyes_to_mouth(points)
    crops = [crop_at(photo, points + drop * off) for off in ASIDE]
    mirrored = crop_at(photo, points)[:, ::-1]
    return float(_judged([*crops, mirrored], verifier)[:, 0].mean())


def _seen(photo: Image, spotted: Sequence[Points], verifier: Network) -> list[tuple[float, Points]]:
    """Look once at each spot."""
    if not spotted:
        return []
    ways = [matrix_at(points) for points in spotted]
    found = _judged([_cut(photo, way) for way in ways], verifier)
    own = align.template(SIDE, SCALE) + SIDE * found[:, 1:].reshape(len(found), -1, 2)
    return [
        (float(chance), align.map_points(align.inverse(way), points))
        for chance, way, points in zip(found[:, 0], ways, own, strict=True)
    ]


def _judged(crops: list[Image], verifier: Network) -> NDArray[np.float32]:
    """Return what the verifier says of crops, (N, 9): how likely they are, and points in them."""
    every = np.concatenate([to_batch(crop) for crop in crops])
    pieces = range(0, len(every), AT_ONCE)
    found = np.concatenate([verifier(every[start : start + AT_ONCE]) for start in pieces])
    return found.reshape(len(every), -1)


def crop_at(photo: Image, points: Points, room: float = 1.0) -> Image:
    """Cut what the verifier sees around `points`, upright, (SIDE, SIDE, 3).

    `room`: how many times as much around them is shown, in a crop so much larger.
    """
    return _cut(photo, matrix_at(points, room), room)


def _cut(photo: Image, way: align.Matrix, room: float = 1.0) -> Image:
    return align.crop(photo, way, round(room * SIDE)).clip(0, 1)


def matrix_at(points: Points, room: float = 1.0) -> align.Matrix:
    """Return the way from the photo to the crop at `points`, (2, 3)."""
    return align.similarity(points, align.template(round(room * SIDE), SCALE / room))
