"""A bilateral grid: what lies at similar places in similar colors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab

Float = NDArray[np.float32]

CELLS = 3  # places across and down
BINS = 24  # lightnesses; as many of either chroma where a picture has them all
CHROMA = 43.0  # a and b beyond this are one


@dataclass(frozen=True)
class Grid:
    """A picture's pixels in cells of place and color. `shape`: down, across, L, a, b.

    `taps`: for each of the four places around a pixel the cell that it is in, (H·W,), and its share, (H·W,).
    """

    shape: tuple[int, ...]
    taps: tuple[tuple[NDArray[np.intp], Float], ...]

    def gathered(self, values: Float) -> Float:
        """Return for every pixel the sum of `values`, (H·W,), over the pixels at similar places in similar colors."""
        count = int(np.prod(self.shape))
        splat = sum(np.bincount(cell, values * share, minlength=count) for cell, share in self.taps)
        grid = np.asarray(splat, np.float32).reshape(self.shape)
        for axis in range(grid.ndim):
            grid = _blurred(grid, axis)
        flat = grid.ravel()
        return np.asarray(sum(flat[cell] * share for cell, share in self.taps), np.float32)


def grid_of(picture: Float) -> Grid:
    """Return the grid of a picture, (H, W, 3) in [0, 1].

    Source: Chen et al. 2007, "Real-time Edge-Aware Image Processing with the Bilateral Grid", with all of the color for intensity.
    """
    lab = to_lab(picture)
    unit = np.stack(
        [lab[..., 0] / 100, *(lab[..., i] / (2 * CHROMA) + 0.5 for i in (1, 2))], -1
    ).clip(0, 1)
    color = np.rint(unit * (BINS - 1)).astype(np.intp).reshape(-1, 3)
    color -= color.min(0)
    colors = tuple((color.max(0) + 1).tolist())
    of_color = np.ravel_multi_index((*color.T,), colors)
    (rows, down), (columns, across) = (_between(n) for n in lab.shape[:2])
    cells = (
        (rows[i][:, None] * CELLS + columns[j]).ravel() * int(np.prod(colors)) + of_color
        for i in (0, 1)
        for j in (0, 1)
    )
    shares = (np.outer(down[i], across[j]).ravel() for i in (0, 1) for j in (0, 1))
    return Grid((CELLS, CELLS, *colors), tuple(zip(cells, shares, strict=True)))


def _between(count: int) -> tuple[NDArray[np.intp], Float]:
    """Return for `count` pixels in a row the two cells beside each, (2, count), and its shares of them."""
    at = np.linspace(0, CELLS - 1, count, dtype=np.float32)
    first = np.minimum(at.astype(np.intp), CELLS - 2)
    return np.stack([first, first + 1]), np.stack([1 - (at - first), at - first])


def _blurred(grid: Float, axis: int) -> Float:
    """Return the grid blurred by (1, 2, 1) / 4 along one axis, edges repeated."""
    cells = np.moveaxis(grid, axis, 0)
    before, after = np.concatenate([cells[:1], cells[:-1]]), np.concatenate([cells[1:], cells[-1:]])
    return np.moveaxis((before + 2 * cells + after) / np.float32(4), 0, axis)
