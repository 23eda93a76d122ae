"""Compiled: the spine of each stroke, along the direction field."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.compiled import compiled
from pipeline.ops.interpolate import between
from pipeline.stages.strokes.motif import BESIDE

Float = NDArray[np.float32]

POINTS = 10  # most points of a spine
END = 0.45  # widths that a stroke reaches beyond the last point of its spine
WITHIN = 0.4  # widths that a strict stroke's spine stays within its region, if it began so far
LEAST = 0.5  # a stroke goes at least so far to each side of its seed, in widths
# The mark of a brush is so long beyond the last point of its spine, and so wide to a side, in
# widths: its ends are blunt, and their corners reach farther than its sides.
BLUNT, HALF = 0.42, 0.40
PASSED = 0.5  # px that a corner may pass an outline by
BACK, TRIES = 0.2, 8  # widths by which an end is drawn back at a time, and how often


@compiled
def at_place(plane: Float, x: float, y: float) -> float:
    """Interpolate a plane, (H, W), at a place whose pixels' middles are at halves."""
    return between(plane, x - 0.5, y - 0.5)


@compiled
def side_at(sides: Float, x: float, y: float) -> int:
    """Return which region a place belongs to, numbered as in `outline.regions`."""
    number = 0
    for k in range(len(sides)):
        if at_place(sides[k], x, y) > 0.5:
            number += 1 << k
    return number


class Ways(NamedTuple):
    """How each stroke goes, (N,) each.

    `widths`, `lengths`: px. `turns`: how far off the field it sets out, `bends`: how far it turns
    from one point to the next, radians; `stiff`: how far it keeps its own direction, 0 to 1;
    `beyond`: how many widths it goes on beyond its region; at 0 it ends within.
    """

    widths: Float
    lengths: Float
    turns: Float
    bends: Float
    stiff: Float
    beyond: Float


class Ground(NamedTuple):
    """What strokes are traced over.

    `field`: (H, W, 2) unit vectors; `target`: (H, W, 3) what is to be painted, CIELAB, and `under`:
    what is there, (h, w, 3), perhaps smaller; `sides`, `region`, `edge`: as `outline.regions` has
    them; between pixels they are interpolated, so that outlines have no steps at any size.
    """

    field: Float
    target: Float
    under: Float
    sides: Float
    region: NDArray[np.uint8]
    edge: Float


@compiled
def _arm(
    s: int, x: float, y: float, dx: float, dy: float, sign: float, ways: Ways, ground: Ground,
    tolerance: float, mean: Float, passed: float, arm: Float,
) -> tuple[int, float]:  # fmt: skip
    """Follow stroke `s` from its seed at (x, y) to one side, and put its points into `arm`.

    `sign`: 1 for the side to which it sets out, -1 for the other. `mean`: the sum of what is wanted
    where it has `passed` so far; it goes on.

    Return how many points there are, and how many places were passed.
    """
    field, target, under = ground.field, ground.target, ground.under
    sides, edge, region = ground.sides, ground.edge, ground.region
    (h, w), (small_h, small_w) = region.shape, under.shape[:2]
    i, j = min(max(int(y), 0), h - 1), min(max(int(x), 0), w - 1)
    own, width, beyond, keep = region[i, j], ways.widths[s], ways.beyond[s], ways.stiff[s]
    nearest = min(edge[i, j] - 0.5, WITHIN * width)
    step = ways.lengths[s] / (POINTS - 1)
    cb, sb = np.cos(ways.bends[s]), sign * np.sin(ways.bends[s])  # both arms bend alike: an arc
    got = 0
    for k in range(POINTS // 2 if sign > 0 else POINTS - 1 - POINTS // 2):
        i, j = min(max(int(y), 0), h - 1), min(max(int(x), 0), w - 1)
        fx, fy = field[i, j, 0], field[i, j, 1]
        if fx * dx + fy * dy < 0:
            fx, fy = -fx, -fy
        dx, dy = keep * dx + (1 - keep) * fx, keep * dy + (1 - keep) * fy
        dx, dy = dx * cb - dy * sb, dx * sb + dy * cb
        norm = np.sqrt(dx * dx + dy * dy) + 1e-9
        dx, dy = dx / norm, dy / norm
        nx, ny = x + dx * step, y + dy * step
        far = (k + 1) * step
        i, j = min(max(int(ny), 0), h - 1), min(max(int(nx), 0), w - 1)
        inside, away = side_at(sides, nx, ny) == own, at_place(edge, nx, ny)
        if beyond <= 0:  # its end's middle is within; `_fitted` sees to the corners
            ahead = END * width
            end = side_at(sides, nx + dx * ahead, ny + dy * ahead)
            if not inside or end != own or away < nearest:
                break
        if not inside and away > beyond * width:
            break
        if inside and far > LEAST * width:
            off, there = 0.0, 0.0
            iu, ju = i * small_h // h, j * small_w // w
            for c in range(3):
                off += abs(target[i, j, c] - mean[c] / passed)
                there += abs(target[i, j, c] - under[iu, ju, c])
            if off > tolerance and off > there:
                break
        if inside:  # beyond its region a stroke goes on in its own color
            for c in range(3):
                mean[c] += target[i, j, c]
            passed += 1.0
        x, y = nx, ny
        arm[got, 0], arm[got, 1] = x, y
        got += 1
    return got, passed


@compiled
def _passes(spine: Float, end: int, before: int, width: float, ground: Ground) -> float:
    """Return how far a corner of a stroke's blunt end lies beyond the end's own region, px."""
    x, y = spine[end]
    dx, dy = x - spine[before, 0], y - spine[before, 1]
    norm = np.sqrt(dx * dx + dy * dy) + 1e-9
    ahead, aside = BLUNT * width / norm, HALF * width / norm
    own, farthest = side_at(ground.sides, x, y), 0.0
    for sign in (-1.0, 1.0):
        cx = x + ahead * dx - sign * aside * dy
        cy = y + ahead * dy + sign * aside * dx
        if side_at(ground.sides, cx, cy) != own:
            farthest = max(farthest, at_place(ground.edge, cx, cy))
    return farthest


@compiled
def _fitted(spine: Float, count: int, widest: float, ground: Ground) -> tuple[int, float]:
    """Shorten a stroke until its ends are within its region, and say how wide it then may be.

    The spine is changed. Return how many points are left, and the width, px.
    """
    width = widest
    for _ in range(TRIES):
        width = widest  # as an end is drawn back, there is more room
        for k in range(count):
            width = min(width, BESIDE * at_place(ground.edge, spine[k, 0], spine[k, 1]))
        moved = False
        for first in (True, False):
            end, before = (0, 1) if first else (count - 1, count - 2)
            if _passes(spine, end, before, width, ground) < PASSED:
                continue
            way = spine[before] - spine[end]
            far, back = np.sqrt(way[0] * way[0] + way[1] * way[1]), BACK * width
            if far > back:
                spine[end] += way * np.float32(back / far)
            elif count > 2:
                if first:
                    spine[: count - 1] = spine[1:count].copy()
                count -= 1
            else:
                continue
            moved = True
        if not moved:
            break
    fits = width
    for end, before in ((0, 1), (count - 1, count - 2)):
        out = _passes(spine, end, before, width, ground)
        if out >= PASSED:
            room = at_place(ground.edge, spine[end, 0], spine[end, 1])
            fits = min(fits, width * room / (room + out))
    return count, fits


@compiled
def trace(
    seeds: Float, ways: Ways, ground: Ground, tolerance: float
) -> tuple[Float, NDArray[np.int16], Float, Float]:
    """Follow the field from every seed to both sides, until color or outline ends the stroke.

    Beyond the picture its edge goes on.

    `seeds`: (N, 2) x, y, px. `tolerance`: the difference in color, over all three axes, that ends a
    stroke where the paint below is nearer.

    Return spines, (N, POINTS, 2), how many points they have, the mean target along each, and how
    wide each may be not to pass its outline, px.
    """
    n, region, field = len(seeds), ground.region, ground.field
    h, w = region.shape
    spines = np.zeros((n, POINTS, 2), np.float32)
    counts = np.zeros(n, np.int16)
    colors = np.zeros((n, 3), np.float32)
    fits = np.zeros(n, np.float32)
    arms = np.zeros((2, POINTS, 2), np.float32)
    got = np.zeros(2, np.int64)
    for s in range(n):
        x, y = seeds[s, 0], seeds[s, 1]
        i, j = min(max(int(y), 0), h - 1), min(max(int(x), 0), w - 1)
        ct, st = np.cos(ways.turns[s]), np.sin(ways.turns[s])
        out_x = field[i, j, 0] * ct - field[i, j, 1] * st
        out_y = field[i, j, 0] * st + field[i, j, 1] * ct
        mean = ground.target[i, j].copy()
        passed = 1.0
        for side in range(2):
            sign = 1.0 - 2 * side
            got[side], passed = _arm(
                s, x, y, sign * out_x, sign * out_y, sign, ways, ground, tolerance, mean, passed,
                arms[side],
            )  # fmt: skip
        count = 0
        for k in range(got[1] - 1, -1, -1):
            spines[s, count] = arms[1, k]
            count += 1
        spines[s, count, 0], spines[s, count, 1] = x, y
        count += 1
        for k in range(got[0]):
            spines[s, count] = arms[0, k]
            count += 1
        if count == 1:  # a dab
            across = 0.3 * ways.widths[s]
            spines[s, 0, 0], spines[s, 0, 1] = x - out_x * across, y - out_y * across
            spines[s, 1, 0], spines[s, 1, 1] = x + out_x * across, y + out_y * across
            count = 2
        fits[s] = ways.widths[s]
        if ways.beyond[s] <= 0:
            count, fits[s] = _fitted(spines[s], count, ways.widths[s], ground)
        counts[s] = count
        for c in range(3):
            colors[s, c] = mean[c] / passed
    return spines, counts, colors, fits
