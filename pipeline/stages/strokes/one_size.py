"""Plan a layer's strokes of about one width: where, how long, how bent, in which colors."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.accents import clustered, may_leave
from pipeline.stages.strokes.brushes import DABS, TIPS
from pipeline.stages.strokes.layers import Layer
from pipeline.stages.strokes.mixing import mixed
from pipeline.stages.strokes.motif import BESIDE, Brush, Guide, Motif
from pipeline.stages.strokes.sowing import loads, sown
from pipeline.stages.strokes.trace import WITHIN, Ground, Ways, trace
from pipeline.types.strokes import Strokes

Float = NDArray[np.float32]

SPREAD = 0.30  # of widths within a bin, as a deviation of their logarithm
LENGTH, LENGTHS = 1.9, 0.45  # mean length, in widths, and likewise its deviation
# How much of the error is left on faces, which show facets: their likeness comes from what is kept
# of the person; how much more is left behind people, in a picture of people.
FACETS, PLAINER = 0.6, 0.5
# On plain cloth and limbs finer strokes would only mend what broader ones vary by, as tiles do: how
# much more of the error is left there, and how much longer strokes are.
LEFT_PLAIN, LONG_PLAIN = 1.5, 1.0
# Where bare skin has form as fine as fingers: how much less of the error is left, and how much less
# light varies, which would hide it.
FINGERS, QUIET_FORM = 0.35, 0.75
# How much less of the error is left around eyes and mouth, and how much less colors vary: strokes
# draw them.
DRAWN_THERE, QUIET_THERE = 0.5, 0.5
WILD, BEND = 0.45, 0.06  # radians: deviations of the direction, and of its change along a stroke
LED = 0.7  # how much less wild it is where form leads
# The contrast of people to what is behind them, CIELAB, up to which their outline hardly shows, and
# from which on it does: edges are lost there, not at heads.
ALIKE = (5.0, 15.0)
BEYOND = 0.5  # widths that strokes pass it by
# Likewise strands that leave the hair; how narrow, long and turned they are.
WISPS_BEYOND, WISPS = 6.0, (0.28, 2.2, 0.22)
ENOUGH = 4.0  # px of a width at which errors are compared
BROKEN = 1.3  # how far colors vary at all
# Where hair lies on skin, nearer than this share of the way to people's outline, so many strokes
# pass its edge: it is no outline, and what is below would show as dots along it. But none that
# begins nearer, in widths, to people's outline, and might pass that, too.
HAIRLINE, CROSSED, FROM_OUTLINE = 0.8, 0.5, 3.0
# No stroke becomes narrower than this share of its width, where it comes nearer to an outline than
# where it began.
NARROWEST = 0.3
LONGER = 0.7  # of the width away from outlines, that a narrow stroke is as long as


def of_one_size(
    motif: Motif, guide: Guide, layer: Layer, people: bool, where: NDArray[np.bool_], width: float,
    wide: Float, under: Float, miss: Float, rng: np.random.Generator, brush: Brush,
) -> tuple[Strokes, Float]:  # fmt: skip
    """Plan a layer's strokes of about one width, px, in some places.

    `under`: what is painted already, smaller, and `miss`: by how much it misses what is wanted.
    `wide`: the logarithm of how wide they are away from outlines, (H, W). The second value says in
    which order they are laid: the light that is wanted of each, L, or of all where there is form.
    """
    (h, w), (small_h, small_w) = motif.size, under.shape[:2]
    seeds, i, j = _wanted(motif, guide, layer, where, width, miss, rng)
    n = len(seeds)
    target = guide.softened(min(0.22 * width, 14), people) if width >= 2.5 else motif.target
    strict, wisps = _held(motif, guide, layer, i, j, people, width, rng)
    beyond = single(np.where(strict, 0, np.where(wisps, WISPS_BEYOND, BEYOND)))
    shapes = _shapes(motif, guide, layer, i, j, strict, wisps, width, wide, rng, brush)
    ways, widths = Ways(*shapes, beyond), shapes[0]
    seeds = _inward(guide, seeds, i, j, np.maximum(WITHIN * widths - guide.edge[i, j], 0) * strict)
    ground = Ground(guide.field, target, under, guide.sides, guide.region, guide.edge)
    spines, counts, colors, fits = trace(seeds, ways, ground, layer.ends)
    widths = np.maximum(fits, NARROWEST * widths)

    ends = spines[np.arange(n), counts - 1].astype(int)
    ends = ends.clip(0, (w - 1, h - 1))
    below = under[ends[:, 1] * small_h // h, ends[:, 0] * small_w // w]
    loaded = loads(seeds, width, rng)
    color, streak, relief = _paint(motif, guide, layer, i, j, colors, below, loaded, rng, brush)
    pointed = wisps | layer.accents
    tips = np.where(pointed, rng.integers(TIPS - DABS, TIPS, n), rng.integers(0, TIPS - DABS, n))
    strokes = Strokes(
        spines / np.float32(max(h, w)), counts, single(widths / max(h, w)), color, streak,
        np.full(n, layer.opacity, np.float32), relief,
        tips.astype(np.uint8), np.zeros(n, np.uint8),
        np.zeros(3, np.float32), (1.0, 1.0),
    )  # fmt: skip
    # Where there is form, lights would cover the lines between fingers: strokes lie in any order.
    form = guide.form[i, j]
    usual = np.average(colors[:, 0], weights=form) if form.any() else 0.0
    return strokes, single(colors[:, 0] + form * (usual - colors[:, 0]))


def _wanted(
    motif: Motif, guide: Guide, layer: Layer, where: NDArray[np.bool_], width: float, miss: Float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.floating], NDArray[np.intp], NDArray[np.intp]]:  # fmt: skip
    """Sow strokes where the error asks for them: x and y, (N, 2) px, and rows and columns, (N,)."""
    (h, w), (small_h, small_w) = motif.size, miss.shape[:2]
    seeds, i, j = sown(where, width * layer.spacing * LENGTH**0.5, rng)
    wanted = layer.wanted * _patience(motif, guide, layer, i, j)
    off = _error(miss, width * small_h / h, i * small_h // h, j * small_w // w)
    chance = np.clip(off / np.maximum(wanted, 1e-3) - 0.5, layer.anyway, 1)
    if layer.accents:
        chance = chance * clustered(seeds / (w, h), rng)
    chosen = rng.random(len(seeds)) < chance
    return seeds[chosen], i[chosen], j[chosen]


def _held(
    motif: Motif, guide: Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp],
    people: bool, width: float, rng: np.random.Generator,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:  # fmt: skip
    """Choose which strokes end at outlines, (N,), and which are strands that leave the hair."""
    subject, n = motif.subject, len(i)
    alike = 1 - smoothstep(guide.contrast[i, j], *ALIKE)
    lost = layer.lost * alike * smoothstep(subject.away[i, j], 1.8, 3.0)
    strict = (rng.random(n) >= lost) & people
    wisps = (rng.random(n) < layer.wisps) & people
    wisps &= may_leave(
        i, j, width, motif.target[..., 0], subject.hair - subject.hat, subject.person, guide.edge,
        guide.inward,
    )  # fmt: skip
    hairline = guide.edge[i, j] < HAIRLINE * guide.outline[i, j]
    hairline &= guide.outline[i, j] > FROM_OUTLINE * width
    strict &= ~wisps & ~(hairline & (rng.random(n) < CROSSED))
    return strict, wisps


def _inward(
    guide: Guide, seeds: NDArray[np.floating], i: NDArray[np.intp], j: NDArray[np.intp],
    by: NDArray[np.floating],
) -> Float:  # fmt: skip
    """Move seeds, (N, 2), by some px away from outlines; not out of what has no such inside."""
    h, w = guide.region.shape
    moved = seeds + by[:, None] * guide.inward[i, j]
    x, y = moved.astype(int).clip(0, (w - 1, h - 1)).T
    astray = guide.region[y, x] != guide.region[i, j]
    return single(np.where(astray[:, None], seeds, moved))


def _paint(
    motif: Motif, guide: Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp],
    colors: Float, below: Float, loaded: NDArray[np.intp], rng: np.random.Generator, brush: Brush,
) -> tuple[Float, Float, Float]:  # fmt: skip
    """Mix each stroke's color and the one that streaks it, (N, 3) sRGB; say how thick it is, (N,).

    `colors`: what is wanted, `below`: what lies there, (N, 3) CIELAB. `loaded`: as `loads` says.
    """
    subject = motif.subject
    behind, calm, hair = 1 - subject.person[i, j], motif.calm[i, j], subject.hair[i, j]
    face, drawn = 1 - smoothstep(subject.away[i, j], 0.95, 1.8), guide.alone[i, j]
    # Light varies less where form is told by little: on faces and skin; their color varies, too.
    lively = BROKEN * (1 - layer.still * calm) * (0.45 + 0.4 * behind) * brush.loose
    # What is fine is confetti where it varies much, and skin is ill.
    lively *= 1 + (brush.lively - 1) * (1 - motif.detail[i, j]) * (1 - subject.skin[i, j])
    lively *= (1 - 0.45 * hair) * (1 - 0.5 * drawn) * layer.lively
    swing = layer.lights * lively * (1 + 0.8 * hair) * (1 - 0.25 * behind)
    bare = np.maximum(face, subject.skin[i, j])
    smooth = bare * (1 - motif.detail[i, j])  # each stroke is seen there
    swing *= 1 - (0.3 * bare + 0.3 * smooth) * layer.held
    swing *= 1 - 0.4 * guide.near_features[i, j]
    lively *= 1 - (0.4 * bare + 0.2 * smooth) * layer.held
    lively *= 1 - QUIET_THERE * guide.near_features[i, j]
    swing *= 1 - QUIET_FORM * guide.form[i, j]
    taken = 0.2 * (1 - face)
    color, streak = mixed(colors, below, motif.palette, loaded, swing, lively, taken, rng)
    relief = (0.35 + 0.65 * np.clip(colors[:, 0] / 80, 0, 1) ** 1.5) * layer.thick
    relief *= 1 + face * (0.15 - 0.5 * guide.near_features[i, j])
    relief *= (1 - 0.4 * layer.thick * smooth) * (1 - 0.3 * calm)
    return color, streak, single(relief)


def _shapes(
    motif: Motif, guide: Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp],
    strict: NDArray[np.bool_], wisps: NDArray[np.bool_], width: float, wide: Float,
    rng: np.random.Generator, brush: Brush,
) -> tuple[Float, Float, Float, Float, Float]:  # fmt: skip
    """Draw widths, lengths, turns, bends and stiffness, (N,) each, as `Ways` has them."""
    subject, n = motif.subject, len(i)
    behind, calm, drawn = 1 - subject.person[i, j], motif.calm[i, j], guide.alone[i, j]
    edge, usual = guide.edge[i, j], np.exp(wide[i, j])
    widths = width * np.exp(rng.normal(0, SPREAD, n))
    widths = np.where(strict, np.minimum(widths, np.maximum(BESIDE * edge, width)), widths)
    # Along outlines strokes are narrow, not short, and turn little: they draw them.
    lengths = np.maximum(widths, LONGER * usual) * LENGTH * layer.long
    lengths *= brush.long * brush.loose**0.5
    lengths *= np.exp(rng.normal(0, LENGTHS, n))
    lengths *= (1 + 0.9 * subject.hair[i, j] + 0.2 * calm) * (1 + 0.2 * behind)
    lengths *= 1 + LONG_PLAIN * _plain(motif, guide, i, j)
    turns = rng.normal(0, layer.wilder * WILD * brush.loose * brush.wild, n)
    turns *= (0.5 + 0.5 * behind) * (1 - LED * guide.lead[i, j]) * (1 - 0.7 * drawn)
    turns *= 1 - layer.steady * _ground(motif, guide, i, j)
    turns *= np.where(behind < 0.5, np.clip(edge / (2 * usual), 0.15, 1), 1)
    bends = rng.normal(0, BEND * brush.loose * brush.wild, n) * (1 - 0.3 * behind)
    narrower, longer, turned = (np.where(wisps, factor, 1) for factor in WISPS)
    widths, lengths = widths * narrower, lengths * longer
    turns = np.where(wisps, turned * rng.normal(0, 1, n), turns)
    stiff = np.clip(0.25 + 0.55 * behind + 0.1 * calm - 0.4 * drawn + 0.6 * wisps, 0, 0.9)
    return single(widths), single(lengths), single(turns), single(bends), single(stiff)


def _patience(
    motif: Motif, guide: Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp]
) -> Float:
    """Return how much more error than usual is left at some pixels before a stroke is wanted."""
    subject = motif.subject
    left = 1 + layer.left * motif.calm[i, j]
    beyond = smoothstep(subject.away[i, j], 0.95, 1.8)
    left *= FACETS + (1 - FACETS) * beyond
    finely = motif.detail[i, j] * (1 - beyond)  # beards and wrinkles
    left *= 1 - DRAWN_THERE * np.maximum(guide.near_features[i, j], finely)
    # Behind people few fine strokes are wanted; a landscape is about what is there.
    behind = (1 - subject.person[i, j]) * (1 - guide.alone[i, j])
    left *= 1 + PLAINER * (2 * guide.people - 1) * behind
    left *= 1 + LEFT_PLAIN * layer.left * _plain(motif, guide, i, j)
    left *= 1 - (0.5 * subject.skin[i, j] * beyond + FINGERS * guide.form[i, j])  # hands are small
    left *= 1 - 0.6 * guide.alone[i, j]
    # Folds of dark cloth and locks of dark hair differ little, and yet are seen.
    dark = np.clip((45 - motif.target[i, j, 0]) / 25, 0, 1)
    return single(left * (1 - 0.4 * subject.person[i, j] * dark))


def _plain(motif: Motif, guide: Guide, i: NDArray[np.intp], j: NDArray[np.intp]) -> Float:
    """Return how far some pixels show plain cloth or bare limbs, in [0, 1]."""
    subject = motif.subject
    worn = subject.person[i, j] * (1 - subject.hair[i, j]) * (1 - guide.form[i, j])
    return worn * (1 - motif.detail[i, j]) * smoothstep(subject.away[i, j], 0.95, 1.8)


def _ground(motif: Motif, guide: Guide, i: NDArray[np.intp], j: NDArray[np.intp]) -> Float:
    """Return how far some pixels show a calm ground behind people, in [0, 1]."""
    return guide.people * (1 - motif.subject.person[i, j]) * motif.calm[i, j]


def _error(miss: Float, width: float, i: NDArray[np.intp], j: NDArray[np.intp]) -> Float:
    """Return by how much a picture misses what is wanted, at some pixels, over all axes.

    What is much finer than a stroke's `width`, px, does not count: wide ones look from afar.
    """
    k = min(1.0, ENOUGH / width)
    h, w = (max(1, round(side * k)) for side in miss.shape[:2])
    off = blurred(resized(miss, (h, w)), 0.5 * width * k)
    off = np.abs(off[i * h // miss.shape[0], j * w // miss.shape[1]])
    return off[:, 0] + off[:, 1] + off[:, 2]
