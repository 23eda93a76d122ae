"""Sow seeds of strokes, and say which of them are laid with one load of the brush."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import window_of

Float = NDArray[np.float32]

NEARBY = 4.0  # widths: across what strokes are laid with one load of the brush


def sown(
    where: NDArray[np.bool_], gap: float, rng: np.random.Generator
) -> tuple[Float, NDArray[np.intp], NDArray[np.intp]]:
    """Sow seeds in a region, (H, W): a jittered grid, every other row shifted, to beyond the edge.

    Return them, (N, 2) x, y, and of each the row and the column of the nearest pixel.
    """
    h, w = where.shape
    down, across = window_of(where) or (slice(0, 0), slice(0, 0))
    ys = np.arange(down.start - 0.4 * gap, down.stop + 0.9 * gap, 0.9 * gap)
    xs = np.arange(across.start - 0.9 * gap, across.stop + gap, gap)
    y, x = np.meshgrid(ys, xs, indexing="ij")
    x = x + (np.arange(len(ys)) % 2)[:, None] * gap / 2
    at = np.stack([x.ravel(), y.ravel()], -1) + rng.uniform(-0.42, 0.42, (y.size, 2)) * gap
    j, i = (near.clip(0, side - 1).astype(int) for near, side in zip(at.T, (w, h), strict=True))
    inside = where[i, j]
    return at[inside].astype(np.float32), i[inside], j[inside]


def loads(seeds: Float, width: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Number the loads of the brush, (N,): a few strokes side by side are laid with each.

    `seeds`: (N, 2), `width`: of the strokes, px.
    """
    cells = np.floor(seeds / (NEARBY * width) + rng.uniform(-0.4, 0.4, seeds.shape)).astype(int)
    cells -= cells.min(0, initial=0)
    return np.unique(cells @ [int(cells.max(initial=0)) + 1, 1], return_inverse=True)[1]
