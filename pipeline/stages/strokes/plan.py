"""Plan the strokes of a painting: broad to fine, where it differs from what is wanted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab, to_rgb
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.stages.strokes.accents import clustered, may_leave
from pipeline.stages.strokes.brushes import DABS, TIPS
from pipeline.stages.strokes.field import directions
from pipeline.stages.strokes.layers import LAYERS, Layer
from pipeline.stages.strokes.laying import lay, room_for
from pipeline.stages.strokes.mixing import mixed
from pipeline.stages.strokes.outline import contrast, regions
from pipeline.stages.strokes.small_things import standing_alone
from pipeline.stages.strokes.softened import apart, softened
from pipeline.stages.strokes.sowing import loads, sown
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.trace import WITHIN, trace
from pipeline.stages.strokes.widths import layer_widths, usual_face
from pipeline.types.strokes import Strokes, joined

Float = NDArray[np.float32]

BIN = float(np.log(1.35))  # strokes of widths within this ratio are sown together
SPREAD = 0.30  # of widths within a bin, as a deviation of their logarithm
LENGTH, LENGTHS = 1.9, 0.45  # mean length, in widths, and likewise its deviation
# How much of the error is left on faces, which show facets: their likeness comes from what is kept
# of the person; how much more is left behind people, in a picture that is one from this share on.
FACETS, PLAINER, SOMEBODY = 0.6, 0.5, 0.05
NEAR_FEATURES = 0.06  # of a face's height: how far around them eyes and mouth are painted quietly
# How much less of the error is left there, and how much less colors vary: strokes draw them.
DRAWN_THERE, QUIET_THERE = 0.5, 0.5
WILD, BEND = 0.45, 0.06  # radians: deviations of the direction, and of its change along a stroke
LED = 0.7  # how much less wild it is where form leads
# The contrast of people to what is behind them, CIELAB, up to which their outline hardly shows, and
# from which on it does: edges are lost there, not at heads.
ALIKE = (5.0, 15.0)
BEYOND = 0.5  # widths that strokes pass it by
# Likewise strands that leave the hair; how narrow, long and turned they are.
WISPS_BEYOND, WISPS = 10.0, (0.28, 3.0, 0.22)
UNDER_PX = 560  # long side at which the painting is looked at while it is planned
COARSER = 2  # times: widths are found at a fraction of the size
ENOUGH = 4.0  # px of a width at which errors are compared
GROUND = (82.0, 2.0, 9.0)  # CIELAB
# L: of a dark picture's ground, which would glare where it is seen.
LIGHTER_GROUND, DARKEST_GROUND = 14.0, 38.0
BROKEN = 1.3  # how far colors vary at all
# Where hair lies on skin, nearer than this share of the way to people's outline, so many strokes
# pass its edge: it is no outline, and what is below would show as dots along it. But none that
# begins nearer, in widths, to people's outline, and might pass that, too.
HAIRLINE, CROSSED, FROM_OUTLINE = 0.8, 0.5, 3.0
BESIDE = 2.2  # times as far as the outline: the most a stroke is wide
# But not narrower than this share of its width, where it comes nearer than where it began.
NARROWEST = 0.3
LONGER = 0.7  # of the width away from outlines, that a narrow stroke is as long as
LOOSELY = 0.55  # how much of the face's detail is lost where it is painted like the rest
DISORDER = 20.0  # L: of the order in which strokes are laid, as a deviation


@dataclass(frozen=True)
class Brush:
    """What a person chooses: factors, 1 as usual.

    `size`: of all brushes but the face's. `loose`: strokes are longer, more bent, wilder in
    direction and color. `face_detail`: as in `layer_widths`, 0 to 1.
    """

    size: float = 1.0
    loose: float = 1.0
    face_detail: float = 1.0


USUAL = Brush()


@dataclass(frozen=True)
class Motif:
    """What is painted, (H, W, …): all of it at one size.

    `target`: CIELAB. `palette`: colors that strokes go to, and their weights, (N, 4). `calm`: how
    far the picture is out of focus, `detail`: how much fine structure it has, in [0, 1]. `gray`:
    whether the photo has no color. `loosely`: where faces are painted as broadly as the rest, in
    [0, 1]; nowhere without.
    """

    target: Float
    palette: Float
    subject: Subject
    calm: Float
    detail: Float
    gray: bool = False
    loosely: Float | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), px."""
        return self.target.shape[0], self.target.shape[1]


@dataclass(frozen=True)
class _Guide:
    """What strokes of all layers follow: directions, (H, W, 2), and regions that end them.

    `lead`: how far form leads, (H, W) in [0, 1]. `edge`: how far the region's outline is,
    `outline`: how far that of people is, (H, W) px. `softened`: the target of people or of what is
    behind, blurred by a deviation, px. `alone`: where something small stands alone, (H, W) in
    [0, 1]. `contrast`: of people to what is behind them, (H, W) CIELAB. `people`: whether there are
    any, in [0, 1]. `near_features`: how near eyes, nose and mouth are, (H, W) in [0, 1].
    """

    field: Float
    lead: Float
    region: NDArray[np.uint8]
    edge: Float
    outline: Float
    softened: Callable[[float, bool], Float]
    alone: Float
    contrast: Float
    people: float
    near_features: Float

    @cached_property
    def inward(self) -> Float:
        """The way from the outline inward, (H, W, 2) unit vectors x and y; 0 where it is far."""
        near = np.minimum(self.edge, np.float32(max(self.edge.shape)))
        way = np.dstack([cv2.Sobel(near, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1))])
        length = np.linalg.norm(way, axis=-1, keepdims=True)
        return np.asarray(way / np.maximum(length, 1e-3), np.float32)

    @cached_property
    def room(self) -> Float:
        """The logarithm of how wide, px, a stroke may be not to pass an outline, (H, W)."""
        return np.log(np.float32(BESIDE) * np.maximum(self.edge, np.float32(0.1)))


def plan(
    motif: Motif, rng: np.random.Generator, brush: Brush = USUAL,
    tell: Callable[[float, Float], object] = lambda *_: None, layers: int = len(LAYERS),
    only: NDArray[np.bool_] | None = None,
) -> Strokes:  # fmt: skip
    """Plan the strokes that paint a motif, in painting order; `layers`: only the first so many.

    `only`: where strokes begin, (H, W); None: everywhere.

    `tell` is told the share of the layers that are planned, and shown those that are laid, a small
    picture, (H, W, 3) sRGB.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes".
    """
    subject, size = motif.subject, motif.size
    field, lead = directions(motif.target, motif.calm, subject, rng)

    clean = apart(motif.target, subject)
    motif = replace(motif, target=clean)
    soft = softened(clean, subject.person)
    alone = standing_alone(motif.detail, motif.calm)
    shown = contrast(clean, subject.person)
    near = np.clip(3 * blurred(subject.features, NEAR_FEATURES * usual_face(subject)), 0, 1)
    people = min(1.0, float(subject.person.mean()) / SOMEBODY)
    # The broadest strokes go over a hairline, so that no ground is bare along it.
    whole, parted = (regions(subject, hair=hair) for hair in (False, True))
    first, later = (
        _Guide(field, lead, *each, whole[1], soft, alone, shown, people, near)
        for each in (whole, parted)
    )
    half = (-(-size[0] // COARSER), -(-size[1] // COARSER))
    loosely = 0.0 if motif.loosely is None else LOOSELY * resized(motif.loosely, half)
    widths = layer_widths(
        subject.at(half), resized(motif.detail, half), resized(motif.calm, half),
        brush.size, brush.face_detail * (1 - loosely), gray=motif.gray,
    )  # fmt: skip
    wides = [resized(np.log(np.float32(COARSER) * each), size) for each in widths]
    tone = np.clip(motif.target[..., 0].mean() + LIGHTER_GROUND, DARKEST_GROUND, GROUND[0])
    ground = to_rgb(np.array([[[tone, *GROUND[1:]]]], np.float32))[0, 0]
    # What is behind is painted first and goes on beneath people, who are set before it: their
    # outlines are whole strokes, and nothing behind is cut into crumbs along them. Neither hides
    # what the other is planned by, so that both are planned at once.
    own = first.region > 0
    asked = np.ones_like(own) if only is None else only
    kinds = [people for people in (False, True) if (asked & (own == people)).any()]
    if not kinds:
        asked, kinds = np.ones_like(own), [bool(own.any())]
    small = resized(motif.target, size_of_long(size, UNDER_PX))
    so_far = _SoFar(own, kinds, small.shape[:2], ground, tell)

    def of_kind(people: bool, rng: np.random.Generator) -> list[Strokes]:
        canvas = so_far.canvases[people]
        room = room_for(canvas, max(canvas.shape[:2]))
        planned: list[Strokes] = []
        for number, layer in enumerate(LAYERS[:layers]):
            guide = later if number else first
            under = to_lab(np.ascontiguousarray(canvas[..., :3]))
            planned.append(
                _layer(
                    motif, guide, layer, asked & (own == people), people, wides[number], under,
                    small - under, rng, brush,
                )
            )  # fmt: skip
            planned[-1].layer[:] = number
            if number < len(LAYERS) - 2:  # accents are not set for the finest strokes' errors
                lay(canvas, planned[-1], room, max(canvas.shape[:2]))
            so_far.tell()
        return planned

    # Who is told may know by the context whose painting it is.
    with ThreadPoolExecutor() as pool:
        jobs = [
            pool.submit(copy_context().run, of_kind, people, own_rng)
            for people, own_rng in zip(kinds, rng.spawn(len(kinds)), strict=True)
        ]
        parts = [job.result() for job in jobs]
    whole = (size[0] / max(size), size[1] / max(size))
    strokes = joined([layer for part in parts for layer in part])
    return replace(strokes, ground=_single(ground), size=whole)


class _SoFar:
    """The small canvases that what is behind and people are laid on, and who is shown both."""

    def __init__(
        self, own: NDArray[np.bool_], kinds: list[bool], size: tuple[int, int], ground: Float,
        tell: Callable[[float, Float], object],
    ) -> None:  # fmt: skip
        blank = np.dstack([np.broadcast_to(ground, (*size, 3)), np.zeros(size)]).astype(np.float32)
        self.canvases = {people: blank.copy() for people in kinds}
        self._own = resized(own.astype(np.float32), size) > 0.5
        self._done, self._tell, self._lock = 0, tell, Lock()

    def tell(self) -> None:
        """Say that one more layer is laid, and show them."""
        with self._lock:
            self._done += 1
            shown = [canvas[..., :3] for canvas in self.canvases.values()]
            shown = np.where(self._own[..., None], shown[-1], shown[0])
            self._tell(self._done / (len(self.canvases) * len(LAYERS)), shown)


def _layer(
    motif: Motif, guide: _Guide, layer: Layer, where: NDArray[np.bool_], people: bool, wide: Float,
    under: Float, miss: Float, rng: np.random.Generator, brush: Brush,
) -> Strokes:  # fmt: skip
    """Plan one layer's strokes of people or of what is behind, in the order of their laying.

    `under`: what is painted already, (h, w, 3) CIELAB, smaller than the motif, and `miss`: by how
    much it misses what is wanted.
    """
    fits = wide
    if people:
        fits = np.minimum(wide, np.maximum(guide.room, wide + np.float32(np.log(layer.narrow))))
    bins = np.round(fits / BIN).astype(np.int32)
    least = bins.min()
    sizes = np.flatnonzero(np.bincount((bins - least)[where]))[::-1] + least
    many = [
        _of_one_size(
            motif, guide, layer, people, (bins == k) & where, np.exp(k * BIN), wide, under, miss,
            rng, brush,
        )
        for k in sizes
    ]  # fmt: skip
    laid, order = joined([each for each, _ in many]), np.concatenate([each for _, each in many])
    # As painters do: darks first, lights last, but not strictly. By the light that was wanted:
    # by the paint's own, the lightest would lie on top wherever strokes are many.
    order = order + rng.normal(0, DISORDER, len(laid))
    return laid[np.argsort(order, kind="stable")]


def _of_one_size(
    motif: Motif, guide: _Guide, layer: Layer, people: bool, where: NDArray[np.bool_], width: float,
    wide: Float, under: Float, miss: Float, rng: np.random.Generator, brush: Brush,
) -> tuple[Strokes, Float]:  # fmt: skip
    """Plan a layer's strokes of about one width, px, in some places.

    `under`: what is painted already, smaller, and `miss`: by how much it misses what is wanted.
    `wide`: the logarithm of how wide they are away from outlines, (H, W). The second value says in
    which order they are laid: the light that is wanted of each, L.
    """
    subject, (h, w) = motif.subject, motif.size
    seeds, i, j = sown(where, width * layer.spacing * LENGTH**0.5, rng)
    wanted = layer.wanted * _patience(motif, guide, layer, i, j)
    small_h, small_w = under.shape[:2]
    off = _error(miss, width * small_h / h, i * small_h // h, j * small_w // w)
    chance = np.clip(off / np.maximum(wanted, 1e-3) - 0.5, layer.anyway, 1)
    if layer.accents:
        chance = chance * clustered(seeds / (w, h), rng)
    chosen = rng.random(len(seeds)) < chance
    seeds, i, j = seeds[chosen], i[chosen], j[chosen]

    n = len(seeds)
    target = guide.softened(min(0.22 * width, 14), people) if width >= 2.5 else motif.target
    alike = 1 - smoothstep(guide.contrast[i, j], *ALIKE)
    lost = layer.lost * alike * smoothstep(subject.away[i, j], 1.8, 3.0)
    strict = (rng.random(n) >= lost) & people
    wisps = (rng.random(n) < layer.wisps) & people
    wisps &= may_leave(
        i, j, width, subject.hair - subject.hat, subject.person, guide.edge, guide.inward
    )
    hairline = guide.edge[i, j] < HAIRLINE * guide.outline[i, j]
    hairline &= guide.outline[i, j] > FROM_OUTLINE * width
    strict &= ~wisps & ~(hairline & (rng.random(n) < CROSSED))
    beyond = _single(np.where(strict, 0, np.where(wisps, WISPS_BEYOND, BEYOND)))
    shapes = _shapes(motif, guide, layer, i, j, strict, wisps, width, wide, rng, brush)
    widths = shapes[0]
    inward = np.maximum(WITHIN * widths - guide.edge[i, j], 0) * strict
    moved = seeds + inward[:, None] * guide.inward[i, j]
    x, y = moved.astype(int).clip(0, (w - 1, h - 1)).T
    astray = guide.region[y, x] != guide.region[i, j]  # what is narrow has no inside
    seeds = _single(np.where(astray[:, None], seeds, moved))
    spines, counts, colors = trace(
        seeds, *shapes, beyond, guide.field, target, under, guide.region, guide.edge, layer.ends,
    )  # fmt: skip

    least = BESIDE * _least(guide.edge, spines, counts)
    widths = np.where(strict, np.clip(least, NARROWEST * widths, widths), widths)

    ends = spines[np.arange(n), counts - 1].astype(int)
    ends = ends.clip(0, (w - 1, h - 1))
    below = under[ends[:, 1] * small_h // h, ends[:, 0] * small_w // w]
    behind, calm, hair = 1 - subject.person[i, j], motif.calm[i, j], subject.hair[i, j]
    face, drawn = 1 - smoothstep(subject.away[i, j], 0.95, 1.8), guide.alone[i, j]
    # Light varies less where form is told by little: on faces and skin; their color varies, too.
    lively = BROKEN * (1 - layer.still * calm) * (0.45 + 0.4 * behind) * brush.loose
    lively *= (1 - 0.45 * hair) * (1 - 0.5 * drawn) * layer.lively
    swing = layer.lights * lively * (1 + 0.8 * hair) * (1 - 0.25 * behind)
    bare = np.maximum(face, subject.skin[i, j])
    smooth = bare * (1 - motif.detail[i, j])  # each stroke is seen there
    swing *= 1 - (0.3 * bare + 0.3 * smooth) * layer.held
    swing *= 1 - 0.4 * guide.near_features[i, j]
    lively *= 1 - (0.4 * bare + 0.2 * smooth) * layer.held
    lively *= 1 - QUIET_THERE * guide.near_features[i, j]
    loaded, taken = loads(seeds, width, rng), 0.2 * (1 - face)
    color, streak = mixed(colors, below, motif.palette, loaded, swing, lively, taken, rng)
    relief = (0.35 + 0.65 * np.clip(colors[:, 0] / 80, 0, 1) ** 1.5) * layer.thick
    relief *= 1 + face * (0.15 - 0.5 * guide.near_features[i, j])
    relief *= (1 - 0.4 * layer.thick * smooth) * (1 - 0.3 * calm)
    pointed = wisps | layer.accents
    tips = np.where(pointed, rng.integers(TIPS - DABS, TIPS, n), rng.integers(0, TIPS - DABS, n))
    strokes = Strokes(
        spines / np.float32(max(h, w)), counts, _single(widths / max(h, w)), color, streak,
        np.full(n, layer.opacity, np.float32), _single(relief),
        tips.astype(np.uint8), np.zeros(n, np.uint8),
        np.zeros(3, np.float32), (1.0, 1.0),
    )  # fmt: skip
    return strokes, _single(colors[:, 0])


def _least(values: Float, spines: Float, counts: NDArray[np.int16]) -> Float:
    """Return the least of some values, (H, W), along each spine, (N,)."""
    h, w = values.shape
    x, y = spines[..., 0].astype(int).clip(0, w - 1), spines[..., 1].astype(int).clip(0, h - 1)
    beyond = np.arange(spines.shape[1]) >= counts[:, None]
    return np.where(beyond, np.inf, values[y, x]).min(1, initial=np.inf)


def _shapes(
    motif: Motif, guide: _Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp],
    strict: NDArray[np.bool_], wisps: NDArray[np.bool_], width: float, wide: Float,
    rng: np.random.Generator, brush: Brush,
) -> tuple[Float, Float, Float, Float, Float]:  # fmt: skip
    """Draw widths, lengths, turns, bends and stiffness, (N,) each, as `trace` takes them."""
    subject, n = motif.subject, len(i)
    behind, calm, drawn = 1 - subject.person[i, j], motif.calm[i, j], guide.alone[i, j]
    edge, usual = guide.edge[i, j], np.exp(wide[i, j])
    widths = width * np.exp(rng.normal(0, SPREAD, n))
    widths = np.where(strict, np.minimum(widths, np.maximum(BESIDE * edge, width)), widths)
    # Along outlines strokes are narrow, not short, and turn little: they draw them.
    lengths = np.maximum(widths, LONGER * usual) * LENGTH * layer.long * brush.loose**0.5
    lengths *= np.exp(rng.normal(0, LENGTHS, n))
    lengths *= (1 + 0.9 * subject.hair[i, j] + 0.2 * calm) * (1 + 0.2 * behind)
    turns = rng.normal(0, layer.wilder * WILD * brush.loose, n)
    turns *= (0.5 + 0.5 * behind) * (1 - LED * guide.lead[i, j]) * (1 - 0.7 * drawn)
    turns *= np.where(behind < 0.5, np.clip(edge / (2 * usual), 0.15, 1), 1)
    bends = rng.normal(0, BEND * brush.loose, n) * (1 - 0.3 * behind)
    narrower, longer, turned = (np.where(wisps, factor, 1) for factor in WISPS)
    widths, lengths = widths * narrower, lengths * longer
    turns = np.where(wisps, turned * rng.normal(0, 1, n), turns)
    stiff = np.clip(0.25 + 0.55 * behind + 0.1 * calm - 0.4 * drawn + 0.6 * wisps, 0, 0.9)
    return _single(widths), _single(lengths), _single(turns), _single(bends), _single(stiff)


def _patience(
    motif: Motif, guide: _Guide, layer: Layer, i: NDArray[np.intp], j: NDArray[np.intp]
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
    left *= 1 - 0.5 * subject.skin[i, j] * beyond  # hands are small
    left *= 1 - 0.6 * guide.alone[i, j]
    # Folds of dark cloth and locks of dark hair differ little, and yet are seen.
    dark = np.clip((45 - motif.target[i, j, 0]) / 25, 0, 1)
    return _single(left * (1 - 0.4 * subject.person[i, j] * dark))


def _error(miss: Float, width: float, i: NDArray[np.intp], j: NDArray[np.intp]) -> Float:
    """Return by how much a picture misses what is wanted, at some pixels, over all axes.

    What is much finer than a stroke's `width`, px, does not count: wide ones look from afar.
    """
    k = min(1.0, ENOUGH / width)
    h, w = (max(1, round(side * k)) for side in miss.shape[:2])
    off = blurred(resized(miss, (h, w)), 0.5 * width * k)
    off = np.abs(off[i * h // miss.shape[0], j * w // miss.shape[1]])
    return off[:, 0] + off[:, 1] + off[:, 2]


def _single(values: NDArray[np.floating]) -> Float:
    return values.astype(np.float32)
