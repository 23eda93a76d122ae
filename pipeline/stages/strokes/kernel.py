"""Compiled: lay strokes onto a piece of a canvas, and light the paint."""

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes.brushes import BORDER, LEVELS
from pipeline.stages.strokes.compiled import compiled

Float, Ints, Bytes = NDArray[np.float32], NDArray[np.int32], NDArray[np.uint8]

TILE = 256  # px, of the pieces that a painting is rendered in
HALO = 2  # px that a piece is larger by on each side, for its light
THIN = 0.7  # px: a narrower stroke is as wide, and fainter
COVERED = 0.35  # of the paint's thickness that shows through a stroke laid over it
# The paint's thickness, as a share of the long side: this times the root of the stroke's width.
THICK = 0.0055
THIN_PAINT = 3000.0  # how soon paint hides the canvas's threads as its thickness grows
COVERS = 0.002  # thickness from which they are hidden


@compiled
def bin_strokes(
    points: Float, counts: NDArray[np.int16], width: Float, scale: float, rows: int, columns: int
) -> tuple[NDArray[np.int64], Ints]:
    """List the strokes that may touch each tile, in order.

    Return where each tile's list starts, (tiles + 1,), and the lists, one after the other.
    """
    n = len(counts)
    boxes = np.empty((n, 4), np.int32)
    starts = np.zeros(rows * columns + 1, np.int64)
    for s in range(n):
        room = max(width[s] / 2 * scale, THIN) * BORDER + HALO + 1
        spine = points[s, : counts[s]]
        boxes[s, 0] = max(0, int((spine[:, 1].min() * scale - room) // TILE))
        boxes[s, 1] = min(rows - 1, int((spine[:, 1].max() * scale + room) // TILE))
        boxes[s, 2] = max(0, int((spine[:, 0].min() * scale - room) // TILE))
        boxes[s, 3] = min(columns - 1, int((spine[:, 0].max() * scale + room) // TILE))
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
    mark: Ints, place: Float, top: int, left: int, scale: float, stroke: int, spine: Float,
    reach: float,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Mark the pixels that a stroke may cover, and where in it they are.

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


@compiled
def lay(
    canvas: Float, mark: Ints, place: Float, top: int, left: int, scale: float, stroke: int,
    points: Float, counts: NDArray[np.int16], width: Float, color: Float, streak: Float,
    opacity: Float, relief: Float, tip: Bytes, atlas: tuple[Float, ...], until: float,
) -> None:  # fmt: skip
    """Lay one of the strokes onto `canvas`, (H, W, 4): color and the paint's thickness.

    The canvas's corner is at (top, left) of the painting, px. `until`: how much of the stroke's
    length is laid, in [0, 1]. `mark`, (H, W), and `place`, (H, W, 2), are room to work in: `mark`
    must not have this stroke's number before.
    """
    radius = max(width[stroke] / 2 * scale, THIN)
    faint = opacity[stroke] * min(1.0, width[stroke] / 2 * scale / THIN)
    reach = radius * BORDER
    y_least, y_most, x_least, x_most = mark_stroke(
        mark, place, top, left, scale, stroke, points[stroke, : counts[stroke]], reach
    )
    thick = relief[stroke] * THICK * np.sqrt(width[stroke])
    level = 0
    while level < LEVELS - 1 and atlas[level].shape[2] > 2.6 * reach:
        level += 1
    texels = atlas[level][tip[stroke]]
    rows, columns = texels.shape[0], texels.shape[1]
    for y in range(y_least, y_most + 1):
        for x in range(x_least, x_most + 1):
            if mark[y, x] != stroke or place[y, x, 0] > until:
                continue
            u = place[y, x, 0] * rows - 0.5
            v = (place[y, x, 1] / reach * 0.5 + 0.5) * columns - 0.5
            i, j = int(np.floor(u)), int(np.floor(v))
            fu, fv = u - i, v - j
            i0, i1 = max(i, 0), min(i + 1, rows - 1)
            j0, j1 = max(j, 0), min(j + 1, columns - 1)
            a, b = (1 - fu) * (1 - fv), (1 - fu) * fv
            c, d = fu * (1 - fv), fu * fv
            p, q, r, s = texels[i0, j0], texels[i0, j1], texels[i1, j0], texels[i1, j1]
            alpha = (p[0] * a + q[0] * b + r[0] * c + s[0] * d) * faint
            if alpha <= 0.002:
                continue
            height = p[1] * a + q[1] * b + r[1] * c + s[1] * d
            mixed = p[2] * a + q[2] * b + r[2] * c + s[2] * d
            far = min(1.0, max(0.0, 0.28 + 0.45 * mixed + 0.35 * (place[y, x, 0] - 0.5)))
            for k in range(3):
                paint = color[stroke, k] + far * (streak[stroke, k] - color[stroke, k])
                canvas[y, x, k] += alpha * (paint - canvas[y, x, k])
            laid = height * thick + COVERED * canvas[y, x, 3]
            canvas[y, x, 3] += alpha * (laid - canvas[y, x, 3])


@compiled
def light(
    canvas: Float, out: Bytes, top: int, left: int, scale: float, impasto: float, weave: float,
    pitch: float,
) -> None:  # fmt: skip
    """Write a canvas, without its halo, as it looks in low light from the upper left.

    `out`: (H - 2 HALO, W - 2 HALO, 3) uint8. `impasto`: how strong the light is on the paint;
    `weave`, `pitch`: how strong the canvas's threads are where the paint is thin, and how far
    apart, as a share of the long side.
    """
    h, w = out.shape[:2]
    step = pitch * scale
    threads = weave * min(1.0, max(0.0, step / 2.5 - 1.0))  # finer ones would be moiré
    turn = 2 * np.pi / max(step, 1e-3)
    across = np.empty((w, 2), np.float32)
    for x in range(w):
        across[x, 0], across[x, 1] = np.cos((left + x) * turn), np.cos((left + x) * turn * 0.5)
    for y in range(h):
        along, wide = np.cos((top + y) * turn), np.cos((top + y) * turn * 0.5)
        for x in range(w):
            i, j = y + HALO, x + HALO
            down = canvas[i + 1, j, 3] - canvas[i - 1, j, 3]
            right = canvas[i, j + 1, 3] - canvas[i, j - 1, 3]
            slope = (0.75 * right + down) * scale * impasto
            if threads > 0 and canvas[i, j, 3] < COVERS:
                thin = np.exp(-canvas[i, j, 3] * THIN_PAINT)
                slope += threads * thin * (across[x, 0] * wide + along * across[x, 1])
            slope = min(3.0, max(-3.0, slope))
            shade = 0.16 * slope * (27 + slope * slope) / (27 + 9 * slope * slope)  # about tanh
            gloss = 0.9 * shade * shade if shade > 0 else 0.0
            for k in range(3):
                value = canvas[i, j, k] * (1 + shade) + gloss
                out[y, x, k] = np.uint8(min(1.0, max(0.0, value)) * 255 + 0.5)


@compiled
def render_tile(
    out: Bytes, tile: int, scale: float, members: Ints, points: Float, counts: NDArray[np.int16],
    width: Float, color: Float, streak: Float, opacity: Float, relief: Float, tip: Bytes,
    ground: Float, atlas: tuple[Float, ...], impasto: float, weave: float, pitch: float,
) -> None:  # fmt: skip
    """Render one tile of a painting, (H, W, 3) uint8, by the strokes that may touch it."""
    h, w = out.shape[:2]
    columns = (w + TILE - 1) // TILE
    top, left = tile // columns * TILE, tile % columns * TILE
    high, wide = min(TILE, h - top), min(TILE, w - left)
    canvas = np.empty((high + 2 * HALO, wide + 2 * HALO, 4), np.float32)
    for k in range(3):
        canvas[..., k] = ground[k]
    canvas[..., 3] = 0.0
    mark = np.full(canvas.shape[:2], -1, np.int32)
    place = np.empty((canvas.shape[0], canvas.shape[1], 2), np.float32)
    for s in members:
        lay(
            canvas, mark, place, top - HALO, left - HALO, scale, s, points, counts, width, color,
            streak, opacity, relief, tip, atlas, 1.0,
        )  # fmt: skip
    light(
        canvas, out[top : top + high, left : left + wide], top, left, scale, impasto, weave, pitch
    )


@compiled
def lay_all(
    canvas: Float, mark: Ints, place: Float, top: int, left: int, scale: float, points: Float,
    counts: NDArray[np.int16], width: Float, color: Float, streak: Float, opacity: Float,
    relief: Float, tip: Bytes, atlas: tuple[Float, ...], until: Float,
) -> None:  # fmt: skip
    """Lay strokes onto a canvas, (H, W, 4), one after the other; `mark` is -1 before.

    The canvas's corner is at (top, left) of the painting, px. `until`: how much of each stroke's
    length is laid, (N,) in [0, 1].
    """
    for s in range(len(counts)):
        lay(
            canvas, mark, place, top, left, scale, s, points, counts, width, color, streak,
            opacity, relief, tip, atlas, until[s],
        )  # fmt: skip
