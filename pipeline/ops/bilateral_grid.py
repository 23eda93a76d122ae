"""A bilateral grid: sum values over pixels at similar places with similar colors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab

Float = NDArray[np.float32]

BINS = 32  # bins of each of L, a and b over their whole range
CHROMA = 43.0  # a and b are clipped to plus and minus this
# Steps to a color and those around it, and how much each counts: (1, 2, 1) / 4 along each axis.
STEPS = np.indices((3, 3, 3)).reshape(3, -1).T - 1
NEAR = (2.0 ** -(3 + np.abs(STEPS).sum(1))).astype(np.float32)


@dataclass(frozen=True)
class Grid:
    """A picture's pixels in cells of place and color.

    `cells`: across and down. `taps`: four pairs, for bilinear interpolation in place: the index of
    a color at a place, and its weight, for each pixel, (H·W,) each. `beside`: of each of the
    picture's `colors`, and for each step to a color beside it, that color's index, or `colors`
    where the picture has none there, (27, colors).
    """

    cells: int
    colors: int
    taps: tuple[tuple[NDArray[np.intp], Float], ...]
    beside: NDArray[np.intp]

    def gathered(self, values: Float) -> tuple[Float, Float]:
        """Sum `values`, (H·W,), for every pixel over pixels of similar place.

        Return the sums over those of similar color, and over those of any color.
        """
        count = self.cells**2 * self.colors
        splat = sum(
            np.bincount(cell, values * weight, minlength=count) for cell, weight in self.taps
        )
        grid = np.asarray(splat, np.float32).reshape(self.colors, self.cells, self.cells)
        for axis in (1, 2):
            grid = _blurred(grid, axis)
        any_color = np.broadcast_to(grid.sum(0), grid.shape)
        padded = np.concatenate([grid, np.zeros_like(grid[:1])])
        near = np.zeros_like(grid)
        for weight, color in zip(NEAR, self.beside, strict=True):
            near += weight * padded[color]
        return self._seen(near), self._seen(any_color)

    def _seen(self, grid: Float) -> Float:
        """Return what every pixel, (H·W,), sees of a grid."""
        flat = grid.ravel()
        return np.asarray(sum(flat[cell] * weight for cell, weight in self.taps), np.float32)


def grid_of(picture: Float, cells: int) -> Grid:
    """Sort the pixels of a picture, (H, W, 3) in [0, 1], into so many cells across and down.

    Source: Chen et al. 2007, "Real-time Edge-Aware Image Processing with the Bilateral Grid", here
    with three color axes instead of intensity.
    """
    lab = to_lab(picture)
    unit = np.stack(
        [lab[..., 0] / 100, *(lab[..., i] / (2 * CHROMA) + 0.5 for i in (1, 2))], -1
    ).clip(0, 1)
    bins = np.rint(unit * (BINS - 1)).astype(np.intp).reshape(-1, 3) + 1
    # A picture has few of all colors: only those are kept.
    shape = (BINS + 2,) * 3
    found, color = np.unique(np.ravel_multi_index((*bins.T,), shape), return_inverse=True)
    index = np.full(np.prod(shape), len(found))
    index[found] = np.arange(len(found))
    beside = index[found + (STEPS @ (shape[0] ** 2, shape[0], 1))[:, None]]
    (rows, down), (columns, across) = (_between(n, cells) for n in lab.shape[:2])
    flat = (
        color * cells**2 + (rows[i][:, None] * cells + columns[j]).ravel()
        for i in (0, 1)
        for j in (0, 1)
    )
    weights = (np.outer(down[i], across[j]).ravel() for i in (0, 1) for j in (0, 1))
    return Grid(cells, len(found), tuple(zip(flat, weights, strict=True)), beside)


def _between(count: int, cells: int) -> tuple[NDArray[np.intp], Float]:
    """Find the two of `cells` beside each of `count` pixels in a row.

    Return their indices and weights, (2, count) each.
    """
    at = np.linspace(0, cells - 1, count, dtype=np.float32)
    first = np.minimum(at.astype(np.intp), cells - 2)
    return np.stack([first, first + 1]), np.stack([1 - (at - first), at - first])


def _blurred(grid: Float, axis: int) -> Float:
    """Blur the grid by (1, 2, 1) / 4 along one axis; edges repeat."""
    cells = np.moveaxis(grid, axis, 0)
    before = np.concatenate([cells[:1], cells[:-1]])
    after = np.concatenate([cells[1:], cells[-1:]])
    return np.moveaxis((before + 2 * cells + after) / np.float32(4), 0, axis)
