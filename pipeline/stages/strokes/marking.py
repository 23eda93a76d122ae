"""Compiled: find which tiles a stroke may touch, and where in it each pixel is."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled
from pipeline.stages.strokes.brushes import BORDER

Float, Ints = NDArray[np.float32], NDArray[np.int32]

TILE = 256  # px, of the pieces that a painting is rendered in
HALO = 2  # px that a piece is larger by on each side, for its light
THIN = 0.7  # px: a narrower stroke is as wide, and fainter


@compiled
def bin_strokes(
    points: Float,
    counts: NDArray[np.int16],
    width: Float,
    scale: float,
    rows: int,
    columns: int,
    side: int,
) -> tuple[NDArray[np.int64], Ints]:
    """List the strokes that may touch each tile, `side` px large, in order.

    Return where each tile's list starts, (tiles + 1,), and the lists, one after the other.
    """
    n = len(counts)
    boxes = np.empty((n, 4), np.int32)
    starts = np.zeros(rows * columns + 1, np.int64)
    for s in range(n):
        room = max(width[s] / 2 * scale, THIN) * BORDER + HALO + 1
        spine = points[s, : counts[s]]
        boxes[s, 0] = max(0, int((spine[:, 1].min() * scale - room) // side))
        boxes[s, 1] = min(rows - 1, int((spine[:, 1].max() * scale + room) // side))
        boxes[s, 2] = max(0, int((spine[:, 0].min() * scale - room) // side))
        boxes[s, 3] = min(columns - 1, int((spine[:, 0].max() * scale + room) // side))
        for i in range(boxes[s, 0], boxes[s, 1] + 1):
            for j in range(boxes[s, 2], boxes[s, 3] + 1):
                starts[i * columns + j + 1] += 1
    starts = np.cumsum(starts)
    members = np.empty(starts[-1], np.int32)
    at = starts[:-1].copy()
    for s in range(n):
        for i in range(boxes[s, 0], boxes[s, 1] + 1):
            for j in range(boxes[s, 2], boxes[s, 3] + 1):
                members[at[i * columns + j]] = s
                at[i * columns + j] += 1
    return starts, members


@compiled
def mark_stroke(
    mark: Ints, place: Float, shows: Float, hidden: float, top: int, left: int, scale: float,
    stroke: int, spine: Float, reach: float,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Mark the pixels that a stroke may cover, and where in it they are, but hidden ones.

    `shows`: how much is seen of what is laid there, (H, W, 2); hidden is where its second value is
    not above `hidden`.
    `spine`: its points, (P, 2); `reach`: how far it goes to the sides, px. In `place` the first
    value is how far along the stroke, its round ends included, a pixel is, in [0, 1], the second
    how far off the spine, px.
    Return the first and last row, and the first and last column; the last are less where there is
    none.
    """
    h, w = mark.shape
    count = len(spine)
    total = 0.0
    for i in range(count - 1):
        total += np.hypot(spine[i + 1, 0] - spine[i, 0], spine[i + 1, 1] - spine[i, 1])
    total *= scale
    if total <= 0:
        return h, -1, w, -1
    done, y_least, y_most, x_least, x_most = 0.0, h, -1, w, -1
    for i in range(count - 1):
        x0, y0 = spine[i, 0] * scale - left - 0.5, spine[i, 1] * scale - top - 0.5
        x1, y1 = spine[i + 1, 0] * scale - left - 0.5, spine[i + 1, 1] * scale - top - 0.5
        length = np.hypot(x1 - x0, y1 - y0)
        if length < 1e-6:
            continue
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        # Where the spine turns, both segments go on a little, so that no wedge stays bare; its ends
        # are round.
        starts, stops = i == 0, i == count - 2
        before = reach if starts else 0.5 * reach
        after = reach if stops else 0.5 * reach
        rise = reach * abs(dx) + max(before, after) * abs(dy)
        first = max(0, int(np.ceil(min(y0, y1) - rise)))
        last = min(h - 1, int(np.floor(max(y0, y1) + rise)))
        for y in range(first, last + 1):
            low, high = -1e9, 1e9
            # |cross| <= reach and -before <= dot <= length + after, both linear in x.
            base = (y - y0) * dx
            if abs(dy) > 1e-6:
                a, b = x0 + (base - reach) / dy, x0 + (base + reach) / dy
                low, high = max(low, min(a, b)), min(high, max(a, b))
            elif abs(base) > reach:
                continue
            base = (y - y0) * dy
            if abs(dx) > 1e-6:
                a, b = x0 + (-before - base) / dx, x0 + (length + after - base) / dx
                low, high = max(low, min(a, b)), min(high, max(a, b))
            elif base < -before or base > length + after:
                continue
            begin, end = max(0, int(np.ceil(low))), min(w - 1, int(np.floor(high)))
            if begin > end:
                continue
            y_least, y_most = min(y_least, y), max(y_most, y)
            x_least, x_most = min(x_least, begin), max(x_most, end)
            for x in range(begin, end + 1):
                if shows[y, x, 1] <= hidden:
                    continue
                across = (y - y0) * dx - (x - x0) * dy
                along = (x - x0) * dx + (y - y0) * dy
                over = max(-along if starts else 0.0, along - length if stops else 0.0)
                if over > 0 and over * over + across * across > reach * reach:
                    continue
                if mark[y, x] != stroke or abs(across) < abs(place[y, x, 1]):
                    along = min(
                        max(along, -reach if starts else 0.0), length + (reach if stops else 0.0)
                    )
                    mark[y, x] = stroke
                    place[y, x, 0] = (done + along + reach) / (total + 2 * reach)
                    place[y, x, 1] = across
        done += length
    return y_least, y_most, x_least, x_most
