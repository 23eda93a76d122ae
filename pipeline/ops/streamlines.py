"""Look along and across the lines of a field of directions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled
from pipeline.ops.filters import blurred
from pipeline.ops.interpolate import bilinear

Float = NDArray[np.float32]

# Neighborhoods that say where edges go, times the given one, and how much each counts: the wider
# ones only where there is nothing near.
AROUND = ((1.0, 1.0), (3.0, 0.15), (9.0, 0.02))
REACH = 2.5  # deviations to each side, in which nearly all of a Gaussian lies
ROWS = 64  # that are walked at a time


def edge_directions(
    light: Float, sigma_px: float, weight: Float | None = None
) -> tuple[Float, Float]:
    """Return the direction that edges have around each pixel, and how far they agree in it.

    The first is (H, W, 2), unit vectors of which either of two may be meant, the second (H, W) in
    [0, 1]. `light`: (H, W). `weight`: how much each pixel's edge counts, (H, W).

    Source: Brox et al. 2006, "Adaptive Structure Tensors and their Applications", eq. 2.
    """
    x, y = (cv2.Sobel(light, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    edges = np.dstack([x * x, x * y, y * y])
    if weight is not None:
        edges *= weight[..., None]
    around = np.zeros_like(edges)
    for times, share in AROUND:
        around += np.float32(share) * blurred(edges, times * sigma_px)
    xx, xy, yy = cv2.split(around)
    across = np.arctan2(2 * xy, xx - yy) / 2
    agree = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / np.maximum(xx + yy, 1e-8)
    return np.dstack([-np.sin(across), np.cos(across)]), np.asarray(agree, np.float32)


def along(
    values: Float, field: Float, steps: Sequence[int], where: NDArray[np.bool_] | None = None
) -> Float:
    """Average values, (H, W, C), along the lines of a field, (H, W, 2), both ways.

    `steps`: how many pixels each way, for each channel. `where`: what is wanted, (H, W); the rest
    stays as it is.
    Source: Cabral and Leedom 1993, "Imaging Vector Fields Using Line Integral Convolution".
    """
    values, field = (np.ascontiguousarray(each, np.float32) for each in (values, field))
    found, wanted = values.copy(), np.array(steps, np.int64)
    asked = np.ones(values.shape[:2], np.bool_) if where is None else where
    _by_rows(len(values), lambda top, end: _walk(values, field, wanted, asked, top, end, found))
    return found


def across(plane: Float, field: Float, sigmas_px: Sequence[float]) -> list[Float]:
    """Blur a plane, (H, W), across the lines of a field, (H, W, 2), by Gaussians."""
    plane, field = (np.ascontiguousarray(each, np.float32) for each in (plane, field))
    reach = int(np.ceil(REACH * max(sigmas_px)))
    off = np.arange(-reach, reach + 1) / np.array(sigmas_px)[:, None]
    share = np.exp(-(off**2) / 2)
    share = np.asarray(share / share.sum(1, keepdims=True), np.float32)
    found = np.empty((len(sigmas_px), *plane.shape), np.float32)
    _by_rows(len(plane), lambda top, end: _cross(plane, field, share, top, end, found))
    return [found[k] for k in range(len(found))]


def _by_rows(height: int, act: Callable[[int, int], None]) -> None:
    with ThreadPoolExecutor() as pool:
        tops = range(0, height, ROWS)
        list(pool.map(lambda top: act(top, min(top + ROWS, height)), tops))


@compiled
def _folded(at: float, size: int) -> float:
    """Return a place in a row, mirrored at its ends as often as it lies beyond one."""
    while at < 0 or at > size - 1:
        at = -at if at < 0 else 2.0 * (size - 1) - at
        if size == 1:
            return 0.0
    return at


@compiled
def _corner(x: float, y: float, h: int, w: int) -> tuple[int, int, int, int, float, float]:
    """Return the rows and columns around a place, and how far it is beyond the first of each."""
    x, y = _folded(x, w), _folded(y, h)
    i, j = min(int(y), h - 1), min(int(x), w - 1)
    return i, j, min(i + 1, h - 1), min(j + 1, w - 1), y - i, x - j


@compiled
def _walk(
    values: Float, field: Float, steps: NDArray[np.int64], asked: NDArray[np.bool_],
    top: int, end: int, found: Float,
) -> None:  # fmt: skip
    h, w, channels = values.shape
    longest = steps.max()
    for row in range(top, end):
        for column in range(w):
            if not asked[row, column]:
                continue
            for sign in (1.0, -1.0):
                x, y = float(column), float(row)
                dx, dy = sign * field[row, column, 0], sign * field[row, column, 1]
                for step in range(1, longest + 1):
                    x, y = x + dx, y + dy
                    i, j, below, right, fy, fx = _corner(x, y, h, w)
                    for c in range(channels):
                        if steps[c] >= step:
                            upper = values[i, j, c] + fx * (values[i, right, c] - values[i, j, c])
                            lower = values[below, j, c]
                            lower += fx * (values[below, right, c] - lower)
                            found[row, column, c] += upper + fy * (lower - upper)
                    ahead = field[
                        int(min(max(y + 0.5, 0.0), h - 1.0)), int(min(max(x + 0.5, 0.0), w - 1.0))
                    ]
                    same = ahead[0] * dx + ahead[1] * dy >= 0
                    dx, dy = (ahead[0], ahead[1]) if same else (-ahead[0], -ahead[1])
            for c in range(channels):
                found[row, column, c] /= 2 * steps[c] + 1


@compiled
def _cross(plane: Float, field: Float, share: Float, top: int, end: int, found: Float) -> None:
    h, w = plane.shape
    count, taps = share.shape
    for row in range(top, end):
        for column in range(w):
            dx, dy = -field[row, column, 1], field[row, column, 0]
            for k in range(count):
                found[k, row, column] = 0.0
            for tap in range(taps):
                off = tap - taps // 2
                i, j, below, right, fy, fx = _corner(column + off * dx, row + off * dy, h, w)
                value = bilinear(plane, i, j, below, right, fy, fx)
                for k in range(count):
                    found[k, row, column] += share[k, tap] * value
