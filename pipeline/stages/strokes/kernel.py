"""Compiled: lay strokes onto a piece of a canvas, and light the paint."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled
from pipeline.stages.strokes.brushes import BORDER, LEVELS
from pipeline.stages.strokes.marking import HALO, THIN, mark_stroke

Float, Ints, Bytes = NDArray[np.float32], NDArray[np.int32], NDArray[np.uint8]

COVERED = 0.25  # of the paint's thickness that shows through a stroke laid over it
# Where no more than this share of the thickness below shows, nothing below is laid.
HIDDEN = 0.05
# The paint's thickness, as a share of the long side: this times the root of the stroke's width.
THICK = 0.0055
THIN_PAINT = 3000.0  # how soon paint hides the canvas's threads as its thickness grows
COVERS = 0.002  # thickness from which they are hidden
# Texels of the tooth a long side; how far full paint is above what it needs; how soft its edge is.
TEXELS, PRESSED, CATCHES = 900.0, 1.15, 0.4


class Paths(NamedTuple):
    """What the compiled code knows of strokes, as in `Strokes`, and the atlas of their tips.

    `until`: how much of each one's length is laid, (N,) in [0, 1].
    """

    points: Float
    counts: NDArray[np.int16]
    width: Float
    color: Float
    streak: Float
    opacity: Float
    relief: Float
    tip: Bytes
    until: Float
    atlas: tuple[Float, ...]


class Room(NamedTuple):
    """Room to work in for a piece of a canvas, (H, W), and the tooth there.

    `over`: what is laid so far, (H, W, 4), and `shows`: how much of the color and of the thickness
    of what is below it is seen, (H, W, 2). `mark` and `place`: as in `mark_stroke`. `tooth`: (H, W)
    in [0, 1].
    """

    over: Float
    shows: Float
    mark: Ints
    place: Float
    tooth: Float


@compiled
def toothed(plane: Float, tooth: Float, top: int, left: int, scale: float) -> None:
    """Fill a plane, (H, W), with the canvas's tooth, in [0, 1], from (top, left) on, px."""
    n, grain = tooth.shape[0], TEXELS / scale
    for y in range(plane.shape[0]):
        v = (y + top + 0.5) * grain
        i, fv = int(np.floor(v)) % n, v - np.floor(v)
        for x in range(plane.shape[1]):
            u = (x + left + 0.5) * grain
            j, fu = int(np.floor(u)) % n, u - np.floor(u)
            upper = tooth[i, j] + fu * (tooth[i, (j + 1) % n] - tooth[i, j])
            below = (i + 1) % n
            lower = tooth[below, j] + fu * (tooth[below, (j + 1) % n] - tooth[below, j])
            plane[y, x] = upper + fv * (lower - upper)


@compiled
def room_for(canvas: Float, tooth: Float, top: int, left: int, scale: float) -> Room:
    """Return the room to work in for a canvas, (H, W, 4); its corner and `scale` as in `lay`."""
    h, w = canvas.shape[:2]
    plane = np.empty((h, w), np.float32)
    toothed(plane, tooth, top, left, scale)
    shows, place = np.empty((h, w, 2), np.float32), np.empty((h, w, 2), np.float32)
    return Room(np.empty_like(canvas), shows, np.empty((h, w), np.int32), place, plane)


@compiled
def lay(room: Room, paths: Paths, stroke: int, top: int, left: int, scale: float) -> None:
    """Lay one of the strokes beneath those that are over it: color and the paint's thickness.

    The piece's corner is at (top, left) of the painting, px, whose long side is `scale` px.
    """
    over, shows, mark, place, tooth = room
    radius = max(paths.width[stroke] / 2 * scale, THIN)
    faint = paths.opacity[stroke] * min(1.0, paths.width[stroke] / 2 * scale / THIN)
    reach = radius * BORDER
    spine = paths.points[stroke, : paths.counts[stroke]]
    y_least, y_most, x_least, x_most = mark_stroke(
        mark, place, shows, HIDDEN, top, left, scale, stroke, spine, reach
    )
    thick = paths.relief[stroke] * THICK * np.sqrt(paths.width[stroke])
    level = 0
    while level < LEVELS - 1 and paths.atlas[level].shape[2] > 2.6 * reach:
        level += 1
    tips = paths.atlas[level]
    texels = tips[paths.tip[stroke] % len(tips)]  # a file may name one that there is not
    color, streak = paths.color[stroke], paths.streak[stroke]
    fills = paths.opacity[stroke] >= 1
    rows, columns = texels.shape[0], texels.shape[1]
    for y in range(y_least, y_most + 1):
        for x in range(x_least, x_most + 1):
            if mark[y, x] != stroke or place[y, x, 0] > paths.until[stroke]:
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
            alpha = p[0] * a + q[0] * b + r[0] * c + s[0] * d
            if alpha <= 0.002:
                continue
            # The tooth catches the paint first; where there is enough, it is filled.
            bump = tooth[y, x]
            pressed = min(1.0, max(0.0, (PRESSED * alpha - bump) / CATCHES + 0.5))
            alpha = min(1.0, 2 * alpha) if fills else alpha * pressed * faint
            if alpha <= 0.002:
                continue
            height = p[1] * a + q[1] * b + r[1] * c + s[1] * d
            mixed = p[2] * a + q[2] * b + r[2] * c + s[2] * d
            far = min(1.0, max(0.0, 0.3 + 0.6 * mixed + 0.35 * (place[y, x, 0] - 0.5)))
            part = alpha * shows[y, x, 0]
            for k in range(3):
                paint = color[k] + far * (streak[k] - color[k])
                over[y, x, k] += part * paint
            over[y, x, 3] += alpha * shows[y, x, 1] * height * thick * (1.12 - 0.25 * bump)
            shows[y, x, 0] -= part
            shows[y, x, 1] *= 1 - alpha * (1 - COVERED)


@compiled
def lay_all(
    canvas: Float, room: Room, paths: Paths, members: Ints, top: int, left: int, scale: float
) -> None:
    """Lay strokes onto a canvas, (H, W, 4), one after the other: its color and paint's thickness.

    From the last to the first, so that what is hidden costs little. `members`: which strokes, in
    painting order. The rest is as in `lay`.
    """
    over, shows = room.over, room.shows
    over[:] = 0
    shows[:] = 1
    room.mark[:] = -1
    for n in range(len(members) - 1, -1, -1):
        lay(room, paths, members[n], top, left, scale)
    for y in range(canvas.shape[0]):
        for x in range(canvas.shape[1]):
            for k in range(3):
                canvas[y, x, k] = over[y, x, k] + shows[y, x, 0] * canvas[y, x, k]
            canvas[y, x, 3] = over[y, x, 3] + shows[y, x, 1] * canvas[y, x, 3]


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
    out: Bytes, tile: int, scale: float, members: Ints, paths: Paths, ground: Float, tooth: Float,
    impasto: float, weave: float, pitch: float, side: int,
) -> None:  # fmt: skip
    """Render a tile, `side` px large, of a painting, (H, W, 3) uint8, by strokes that touch it."""
    h, w = out.shape[:2]
    columns = (w + side - 1) // side
    top, left = tile // columns * side, tile % columns * side
    high, wide = min(side, h - top), min(side, w - left)
    canvas = np.empty((high + 2 * HALO, wide + 2 * HALO, 4), np.float32)
    for k in range(3):
        canvas[..., k] = ground[k]
    canvas[..., 3] = 0.0
    room = room_for(canvas, tooth, top - HALO, left - HALO, scale)
    lay_all(canvas, room, paths, members, top - HALO, left - HALO, scale)
    light(
        canvas, out[top : top + high, left : left + wide], top, left, scale, impasto, weave, pitch
    )
