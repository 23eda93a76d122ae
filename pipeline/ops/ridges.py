"""Find thin lines in a picture: where it is darker, or lighter, than on both sides."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled
from pipeline.ops.interpolate import between

Float = NDArray[np.float32]

BESIDE = 2.4  # deviations from a line's middle to where it is compared with its sides
NARROWER = 0.7  # of a line's deviation: that by which it and its sides are smoothed
WIDE = 2.0  # deviations that a line is wide
# A line is followed pixel by pixel, moved by so much across where it is clearer; it may turn by so
# much from one to the next, as a cosine; and keeps so much of its way.
ACROSS, STRAIGHT, KEPT = 0.5, 0.8, 0.7
MOST = 4096  # places of a line, at most


class Ridges(NamedTuple):
    """The lines of a picture, pixel by pixel.

    `clear`: how much lighter than on both sides it is, (H, W), below 0 where it is darker.
    `along`: the line's direction, (H, W, 2) unit vectors of which either of two may be meant.
    `width`: how wide it is, (H, W) px. `crest`: where it is clearer than beside it, (H, W).
    """

    clear: Float
    along: Float
    width: Float
    crest: NDArray[np.bool_]


def ridges_of(light: Float, sigmas_px: tuple[float, ...]) -> Ridges:
    """Find the lines of a picture's light, (H, W), as wide as some deviations.

    Source: Lindeberg 1998, "Edge Detection and Ridge Detection with Automatic Scale Selection";
    what counts here is the less of the contrasts to both sides, so that an edge is no line.
    """
    h, w = light.shape
    clear, width = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    along = np.zeros((h, w, 2), np.float32)
    for sigma in sigmas_px:
        smooth = cv2.GaussianBlur(light, (0, 0), sigma)
        xx, xy, yy = (cv2.Sobel(smooth, cv2.CV_32F, *n) for n in ((2, 0), (1, 1), (0, 2)))
        thin = cv2.GaussianBlur(light, (0, 0), NARROWER * sigma)
        _compare(thin, xx, xy, yy, BESIDE * sigma, WIDE * sigma, clear, along, width)
    return Ridges(clear, along, width, _crest(clear, along))


def lines_of(ridges: Ridges, low: float, high: float, least_px: float) -> list[Float]:
    """Follow lines from where they are clearer than `high` to where they are less than `low`.

    Return the places along each, (N, 2) x and y px, one px apart, the clearest line first; those
    that are shorter than `least_px` are left out, and no place is passed twice.
    """
    size = np.abs(ridges.clear)
    rows, columns = np.nonzero(ridges.crest & (size > high))
    order = np.argsort(-size[rows, columns], kind="stable")
    taken = np.zeros(size.shape, np.bool_)
    seeds = np.stack([columns[order], rows[order]], 1).astype(np.float32)
    places, counts = _all_lines(seeds, *ridges[:3], taken, low, least_px)
    return np.split(places, np.cumsum(counts)[:-1]) if len(counts) else []


@compiled
def _compare(
    thin: Float, xx: Float, xy: Float, yy: Float, beside: float, wide: float,
    clear: Float, along: Float, width: Float,
) -> None:  # fmt: skip
    """Compare each pixel with what is `beside` it, px, in the direction in which light bends most.

    Where it is clearer than before, `clear`, `along` and `width` are set anew.
    """
    h, w = clear.shape
    for i in range(h):
        for j in range(w):
            # Of the two main directions, that of the larger bend, whatever its sign.
            both = xx[i, j] + yy[i, j]
            apart = np.sqrt((xx[i, j] - yy[i, j]) ** 2 + 4 * xy[i, j] ** 2)
            less = (both - apart) / 2 if both > 0 else (both + apart) / 2
            ax, ay = xx[i, j] - less, xy[i, j]
            bx, by = xy[i, j], yy[i, j] - less
            if bx * bx + by * by > ax * ax + ay * ay:
                ax, ay = bx, by
            norm = np.sqrt(ax * ax + ay * ay)
            if norm < 1e-9:
                continue
            ax, ay = ax / norm, ay / norm
            own = thin[i, j]
            one = between(thin, j + beside * ax, i + beside * ay)
            other = between(thin, j - beside * ax, i - beside * ay)
            lighter, darker = own - max(one, other), min(one, other) - own
            here = max(lighter, 0.0) if lighter > darker else -max(darker, 0.0)
            if abs(here) > abs(clear[i, j]):
                clear[i, j], width[i, j] = here, wide
                along[i, j, 0], along[i, j, 1] = -ay, ax


@compiled
def _crest(clear: Float, along: Float) -> NDArray[np.bool_]:
    """Find where a line is clearer than a pixel beside it."""
    h, w = clear.shape
    found = np.zeros((h, w), np.bool_)
    for i in range(h):
        for j in range(w):
            own = abs(clear[i, j])
            if own <= 0:
                continue
            x, y = along[i, j, 1], -along[i, j, 0]
            one, other = between(clear, j + x, i + y), between(clear, j - x, i - y)
            found[i, j] = own >= abs(one) and own >= abs(other)
    return found


@compiled
def _all_lines(
    seeds: Float, clear: Float, along: Float, width: Float, taken: NDArray[np.bool_],
    low: float, least_px: float,
) -> tuple[Float, NDArray[np.int64]]:  # fmt: skip
    h, w = clear.shape
    found = np.zeros((h * w, 2), np.float32)
    counts = np.zeros(len(seeds), np.int64)
    arms = np.zeros((2, MOST, 2), np.float32)
    got = np.zeros(2, np.int64)
    many, end = 0, 0
    for s in range(len(seeds)):
        x, y = seeds[s, 0], seeds[s, 1]
        if taken[int(y), int(x)]:
            continue
        for side in range(2):
            sign = 1.0 - 2 * side
            dx, dy = sign * along[int(y), int(x), 0], sign * along[int(y), int(x), 1]
            got[side] = _follow(x, y, dx, dy, clear, along, taken, low, arms[side])
        count = got[0] + 1 + got[1]
        if count < least_px or end + count > len(found):
            continue
        start = end
        for k in range(got[1] - 1, -1, -1):
            found[end] = arms[1, k]
            end += 1
        found[end, 0], found[end, 1] = x, y
        end += 1
        for k in range(got[0]):
            found[end] = arms[0, k]
            end += 1
        for k in range(start, end):
            j, i = int(found[k, 0] + 0.5), int(found[k, 1] + 0.5)
            r = int(width[min(i, h - 1), min(j, w - 1)] / 2) + 1
            for v in range(max(0, i - r), min(h, i + r + 1)):
                for u in range(max(0, j - r), min(w, j + r + 1)):
                    taken[v, u] = True
        counts[many] = count
        many += 1
    return found[:end], counts[:many]


@compiled
def _follow(
    x: float, y: float, dx: float, dy: float, clear: Float, along: Float,
    taken: NDArray[np.bool_], low: float, arm: Float,
) -> int:  # fmt: skip
    """Follow a line one way from a place, and put the places into `arm`; return how many."""
    h, w = clear.shape
    sign = 1.0 if clear[int(y), int(x)] > 0 else -1.0
    got = 0
    while got < len(arm):
        best, off = -1.0, 0.0
        for k in range(-1, 2):
            u, v = x + dx - k * ACROSS * dy, y + dy + k * ACROSS * dx
            if u < 0 or v < 0 or u > w - 1 or v > h - 1:
                continue
            here = sign * between(clear, u, v)
            if here > best + 1e-6 or (here > best - 1e-6 and k == 0):
                best, off = here, k * ACROSS
        if best < low:
            break
        x, y = x + dx - off * dy, y + dy + off * dx
        i, j = int(y + 0.5), int(x + 0.5)
        if taken[i, j]:
            break
        ax, ay = along[i, j, 0], along[i, j, 1]
        if ax * dx + ay * dy < 0:
            ax, ay = -ax, -ay
        if ax * dx + ay * dy < STRAIGHT:
            break
        dx, dy = KEPT * dx + (1 - KEPT) * ax, KEPT * dy + (1 - KEPT) * ay
        norm = np.sqrt(dx * dx + dy * dy) + 1e-9
        dx, dy = dx / norm, dy / norm
        arm[got, 0], arm[got, 1] = x, y
        got += 1
    return got
