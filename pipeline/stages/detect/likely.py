"""Say how likely a spot is a face: the small verifier sees an upright crop of its own."""

import numpy as np

from pipeline.ops import align
from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Network, Points

SIDE = 64  # px of the crop
SCALE = 0.6  # of the face in it, against an FFHQ crop


def likely(photo: Image, points: Points, verifier: Network) -> float:
    """Return how likely a face is at `points`, in [0, 1].

    `points`: (4, 2), both eyes and both mouth corners, photo px.
    """
    return float(np.ravel(verifier(to_batch(crop_at(photo, points))))[0])


def crop_at(photo: Image, points: Points, room: float = 1.0) -> Image:
    """Cut what the verifier sees around `points`, upright, (SIDE, SIDE, 3).

    `room`: how many times as much around them is shown, in a crop so much larger.
    """
    side = round(room * SIDE)
    matrix = align.similarity(points, align.template(side, SCALE / room))
    return align.crop(photo, matrix, side).clip(0, 1)
