"""A bilateral grid: sum values over pixels at similar places with similar colors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab

Float = NDArray[np.float32]

CELLS = 3  # cells across and down the picture
BINS = 24  # bins of each of L, a and b over their whole range
CHROMA = 43.0  # a and b are clipped to plus and minus this


@dataclass(frozen=True)
class Grid:
    """A picture's pixels in cells of place and color.

    `shape`: number of cells down, across, and of L, a, b.
    `taps`: four pairs, for bilinear interpolation in place: the cell's index and its weight for
    each pixel, (H·W,) each.
    """

    shape: tuple[int, ...]
    taps: tuple[tuple[NDArray[np.intp], Float], ...]

    def gathered(self, values: Float) -> Float:
        """Sum `values`, (H·W,), for every pixel over pixels of similar place and color."""
        count = int(np.prod(self.shape))
        splat = sum(
            np.bincount(cell, values * weight, minlength=count) for cell, weight in self.taps
        )
        grid = np.asarray(splat, np.float32).reshape(self.shape)
        for axis in range(grid.ndim):
            grid = _blurred(grid, axis)
        flat = grid.ravel()
        return np.asarray(sum(flat[cell] * weight for cell, weight in self.taps), np.float32)


def grid_of(picture: Float) -> Grid:
    """Sort the pixels of a picture, (H, W, 3) in [0, 1], into a grid.

    Source: Chen et al. 2007, "Real-time Edge-Aware Image Processing with the Bilateral Grid", here
    with three color axes instead of intensity.
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
    weights = (np.outer(down[i], across[j]).ravel() for i in (0, 1) for j in (0, 1))
    return Grid((CELLS, CELLS, *colors), tuple(zip(cells, weights, strict=True)))


def _between(count: int) -> tuple[NDArray[np.intp], Float]:
    """Find the two cells beside each of `count` pixels in a row, and their weights, (2, count)."""
    at = np.linspace(0, CELLS - 1, count, dtype=np.float32)
    first = np.minimum(at.astype(np.intp), CELLS - 2)
    return np.stack([first, first + 1]), np.stack([1 - (at - first), at - first])


def _blurred(grid: Float, axis: int) -> Float:
    """Blur the grid by (1, 2, 1) / 4 along one axis; edges repeat."""
    cells = np.moveaxis(grid, axis, 0)
    before = np.concatenate([cells[:1], cells[:-1]])
    after = np.concatenate([cells[1:], cells[-1:]])
    return np.moveaxis((before + 2 * cells + after) / np.float32(4), 0, axis)
