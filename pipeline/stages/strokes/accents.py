"""Say where the last accents are set: they gather in places, and strands leave the hair."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized

Float = NDArray[np.float32]
Places = NDArray[np.intp]

CLUSTERS = 12  # places across and down where accents may gather
NEAR = 2.0  # widths from an outline: where strands begin that leave it
LIGHTER = 12.0  # L: no strand is so much lighter than what it would lie on: it would be a scratch


def clustered(places: NDArray[np.floating], rng: np.random.Generator) -> Float:
    """Draw how much more often than usual accents are set at places, (N, 2) x, y in [0, 1]."""
    side = 4 * CLUSTERS
    noise = resized(rng.normal(0, 1, (CLUSTERS, CLUSTERS)).astype(np.float32), (side, side))
    x, y = (side * places).astype(int).clip(0, side - 1).T
    return np.clip(1 + 1.2 * noise[y, x], 0, 2)


def may_leave(
    i: Places, j: Places, width: float, light: Float, hair: Float, person: Float, edge: Float,
    inward: Float,
) -> NDArray[np.bool_]:  # fmt: skip
    """Say at which pixels strands of hair may leave the outline before what is behind people.

    `i`, `j`: rows and columns, (N,). `width`: of strokes, px. `light`: what is wanted, L. `edge`:
    how far the outline is, px, and `inward`: the way from it, (H, W, 2) unit vectors.
    """
    h, w = edge.shape
    out = np.stack([j, i], -1) - (edge[i, j] + width)[:, None] * inward[i, j]
    x, y = out.astype(int).clip(0, (w - 1, h - 1)).T
    near = (edge[i, j] < NEAR * width) & (hair[i, j] > 0.5)
    lighter = light[i, j] - light[y, x]
    return np.asarray(near & (person[y, x] < 0.5) & (lighter < LIGHTER))
