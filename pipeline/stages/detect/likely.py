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
    matrix = align.similarity(points, align.template(SIDE, SCALE))
    seen = align.crop(photo, matrix, SIDE).clip(0, 1)
    return float(np.ravel(verifier(to_batch(seen)))[0])
