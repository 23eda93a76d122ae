"""Plan the strokes of a painting: broad to fine, where what is there differs from what is wanted."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab, to_rgb
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.brushes import TIPS, tips
from pipeline.stages.strokes.field import directions
from pipeline.stages.strokes.strokes import Strokes, joined
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.trace import trace

Float = NDArray[np.float32]

LAYERS = 5
# Widths, layer by layer: of what is behind and of clothes as shares of the short side, of hair,
# skin and features as shares of the face's height. Between these places they pass smoothly.
BACK = (0.110, 0.062, 0.036, 0.021, 0.013)
CLOTHES = (0.065, 0.038, 0.022, 0.013, 0.0085)
HAIR = (0.16, 0.085, 0.046, 0.027, 0.017)
SKIN = (0.12, 0.065, 0.038, 0.023, 0.0145)
FEATURES = (0.05, 0.028, 0.016, 0.010, 0.0068)
BIN = np.log(1.35)  # strokes of widths within this ratio are sown together
SPREAD = 0.30  # of widths within a bin, log
LENGTH, LENGTHS = 3.2, 0.32  # mean length, in widths, and its log's deviation
SPACING = 0.55  # between seeds, in widths times the root of the length
# Error, CIELAB over three axes, from which on a stroke is wanted, layer by layer; how often one is
# laid where none is.
WANTED = (0.0, 5.0, 9.0, 13.0, 16.0)
ANYWAY = (1.0, 0.35, 0.12, 0.05, 0.02)
ENDS = (30.0, 24.0, 18.0, 14.0, 12.0)  # `trace`'s tolerance
WILD, BEND = 0.20, 0.06  # radians
UNDER_PX = 640  # long side at which the painting is looked at while it is planned
OPACITY = 0.93
BROKEN = (9.0, 4.0, 6.0)  # deviation of strokes' colors, L, a, b
ACCENT = 0.7  # how far strokes go to other colors of the palette


@dataclass(frozen=True)
class Brush:
    """What a person chooses: factors, 1 as usual.

    `size` of all brushes but the face's; `loose`: longer, more bent, wilder in direction and color.
    """

    size: float = 1.0
    loose: float = 1.0


def plan(
    target: Float,
    palette: Float,
    subject: Subject,
    calm: Float,
    rng: np.random.Generator,
    brush: Brush = Brush(),
    tell: Callable[[float], object] = lambda _: None,
) -> Strokes:
    """Plan the strokes that paint `target`, (H, W, 3) CIELAB.

    `palette`: colors that strokes go to, and their weights, (N, 4). `calm`: how far the picture is
    out of focus, (H, W) in [0, 1].

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes".
    """
    size = (target.shape[0], target.shape[1])
    long_px = max(size)
    field = directions(target, calm, subject.around, rng)
    region = (subject.person > 0.5).astype(np.uint8) + 2 * (subject.hair > 0.55).astype(np.uint8)
    widths = layer_widths(subject, min(size), brush)
    ground = to_rgb(np.float32([[[74, 2, 13]]]))[0, 0].astype(np.float32)
    under_size = size_of_long(size, UNDER_PX)
    canvas = np.zeros((*under_size, 4), np.float32)
    canvas[..., :3] = ground
    room = np.empty(under_size, np.int32), np.empty((*under_size, 2), np.float32)
    done: list[Strokes] = []
    for layer in range(LAYERS):
        under = resized(to_lab(canvas[..., :3].clip(0, 1)), size)
        bins = np.round(np.log(widths[layer] / long_px) / BIN).astype(np.int32)
        many = [
            _of_one_size(layer, int(k), bins, target, palette, under, field, region, subject, calm, rng, brush)
            for k in sorted(np.unique(bins), reverse=True)
        ]
        laid = joined([one for one in many if len(one)] or many[:1])
        lights = laid.color @ np.float32([0.3, 0.6, 0.1]) + rng.normal(0, 0.2, len(laid))
        laid = laid[np.argsort(lights, kind="stable")]
        _lay(canvas, room, laid, max(under_size))
        done.append(laid)
        tell((layer + 1) / LAYERS)
    every = joined(done)
    return Strokes(
        **{name: getattr(every, name) for name in every.__dataclass_fields__ if name not in ("ground", "size")},
        ground=ground, size=(size[0] / long_px, size[1] / long_px),
    )


def _lay(canvas: Float, room: tuple[NDArray[np.int32], Float], s: Strokes, long_px: int) -> None:
    room[0].fill(-1)
    kernel.lay_all(
        canvas, *room, float(long_px), s.points, s.counts, s.width, s.color, s.streak, s.opacity,
        s.relief, s.tip, tips(),
    )  # fmt: skip


def layer_widths(subject: Subject, short: float, brush: Brush) -> list[Float]:
    """Return each layer's widths of strokes, (H, W) px."""
    face = np.minimum(subject.face, 0.6 * short)
    typical = float(np.median(face[subject.away < 1.2])) if (subject.away < 1.2).any() else 0.25 * short
    parts = _soft(cv2.dilate(subject.features, np.ones((3, 3)), iterations=max(1, round(0.012 * typical))), 0.02 * typical)
    person = _soft(subject.person, 0.05 * typical)
    out_of_body = (1 - person) * _step(subject.away, 1.05, 1.9)
    out_of_head = (
        _step(subject.away, 1.35, 3.0)
        * (1 - 0.7 * _soft(subject.hair, 0.04 * typical))
        * (1 - 0.65 * _soft(subject.skin, 0.03 * typical))
    )
    out_of_face = _step(subject.away, 0.8, 1.3)
    rest = 1 - out_of_body
    shares = [out_of_body, rest * out_of_head]
    rest = rest * (1 - out_of_head)
    shares.append(rest * out_of_face)
    rest = rest * (1 - out_of_face)
    shares += [rest * (1 - parts), rest * parts]
    # Where faces are small, so are the people and what is around them.
    small = typical / short
    scales = [
        short * brush.size * float(np.clip(small / 0.15, 0.65, 1)),
        short * brush.size * float(np.clip(small / 0.2, 0.5, 1)),
        face, face, face,
    ]  # fmt: skip
    return [
        np.exp(sum(share * np.log(table[layer] * scale) for share, table, scale in zip(shares, (BACK, CLOTHES, HAIR, SKIN, FEATURES), scales, strict=True))).astype(np.float32)
        for layer in range(LAYERS)
    ]  # fmt: skip


def _of_one_size(
    layer: int, k: int, bins: NDArray[np.int32], target: Float, palette: Float, under: Float, field: Float,
    region: NDArray[np.uint8], subject: Subject, calm: Float, rng: np.random.Generator, brush: Brush,
) -> Strokes:  # fmt: skip
    """Plan a layer's strokes of one width."""
    h, w = bins.shape
    long_px = max(h, w)
    width = float(np.exp(k * BIN)) * long_px
    sharp = target if width < 2.5 else _soft(target, min(0.22 * width, 14))
    miss = np.abs(_soft(sharp - under, 0.5 * width)).sum(-1)
    seeds = _sown((h, w), width * SPACING * np.sqrt(LENGTH), rng)
    j, i = (at.clip(0, n - 1).astype(int) for at, n in zip(seeds.T, (w, h), strict=True))
    wanted = WANTED[layer] * (1 + calm[i, j] * (0, 0.1, 0.3, 1.0, 1.8)[layer])
    face = 1 - _step(subject.away[i, j], 0.95, 1.8)
    wanted *= 1 - 0.6 * face
    chance = np.clip(miss[i, j] / np.maximum(wanted, 1e-3) - 0.5, ANYWAY[layer], 1)
    kept = (bins[i, j] == k) & (rng.random(len(seeds)) < chance)
    seeds, i, j = seeds[kept], i[kept], j[kept]
    n = len(seeds)
    behind, quiet, firm = 1 - subject.person[i, j], calm[i, j], face[kept]
    loose = brush.loose
    wide = width * np.exp(rng.normal(0, SPREAD, n))
    long = wide * LENGTH * loose**0.5 * np.exp(rng.normal(0, LENGTHS, n)) * (1 + 0.8 * subject.hair[i, j] + 0.4 * quiet)
    turns = rng.normal(0, WILD * loose, n) * (0.4 + 0.9 * behind) * (1 - 0.5 * firm)
    bends = rng.normal(0, BEND * loose, n) * (1 - 0.3 * behind)
    stiff = np.clip(0.25 + 0.55 * behind + 0.1 * quiet, 0, 0.9)
    lost = rng.random(n) < 0.15 * (1 - firm)
    f = np.float32
    spines, counts, color = trace(
        seeds, wide.astype(f), long.astype(f), turns.astype(f), bends.astype(f), stiff.astype(f), ~lost,
        field, sharp, under, region, ENDS[layer],
    )  # fmt: skip
    swing = (1 - 0.72 * firm) * (1 - 0.35 * quiet) * (0.75 + 0.45 * behind) * loose
    swing *= (1 - 0.5 * subject.skin[i, j]) * (0.8, 1.0, 0.9, 0.8, 0.6)[layer]
    fade = np.clip(np.minimum(color[:, 0], 100 - color[:, 0]) / 35, 0.35, 1)
    jitter = (swing * fade)[:, None] * f(BROKEN)
    free = np.clip(1.15 - 0.03 * np.hypot(color[:, 1], color[:, 2]), 0.3, 1)  # vivid things stay
    reach = ACCENT * swing * free * (1 - 0.6 * subject.skin[i, j])
    one = color + rng.normal(0, 1, (n, 3)) * jitter * 0.7
    one = one + (reach * rng.beta(0.8, 1.8, n))[:, None] * _accents(color, palette, rng)
    two = one + rng.normal(0, 1, (n, 3)) * jitter * 0.6
    two = two + (0.6 * reach)[:, None] * _accents(color, palette, rng)
    tail = spines[np.arange(n), counts - 1]
    below = under[tail[:, 1].clip(0, h - 1).astype(int), tail[:, 0].clip(0, w - 1).astype(int)]
    two = two + 0.2 * (below - two) * (1 - firm)[:, None]
    relief = (0.35 + 0.65 * np.clip(color[:, 0] / 80, 0, 1) ** 1.5) * (0.7, 1.0, 1.2, 1.3, 1.3)[layer] * (1 - 0.45 * firm) * (1 - 0.3 * quiet)
    return Strokes(
        spines / f(long_px), counts, (wide / long_px).astype(f), _rgb(one), _rgb(two),
        np.full(n, OPACITY, f), relief.astype(f), rng.integers(0, TIPS, n).astype(np.uint8),
        np.full(n, layer, np.uint8), np.zeros(3, f), (1.0, 1.0),
    )  # fmt: skip


def _accents(color: Float, palette: Float, rng: np.random.Generator) -> Float:
    """Draw for each color, (N, 3), the way to one of the palette's that is about as light.

    Half of the mean way is taken off: broken color is mixed by the eye to what it should be.
    """
    off = palette[None, :, :3] - color[:, None]
    odds = palette[:, 3] * np.exp(-(off[..., 0] ** 2) / (2 * 9.0**2) - (off[..., 1:] ** 2).sum(-1) / (2 * 30.0**2))
    odds /= odds.sum(1, keepdims=True) + 1e-12
    drawn = (np.cumsum(odds, 1) < rng.random((len(color), 1))).sum(1).clip(0, len(palette) - 1)
    return off[np.arange(len(color)), drawn] - 0.5 * (odds[..., None] * off).sum(1)


def _rgb(lab: NDArray[np.floating]) -> Float:
    return to_rgb(lab[None].astype(np.float32))[0] if len(lab) else np.zeros((0, 3), np.float32)


def _sown(shape: tuple[int, int], gap: float, rng: np.random.Generator) -> Float:
    """Return seeds, (N, 2) x, y: a jittered grid, every other row shifted, to beyond the edge."""
    h, w = shape
    ys, xs = np.arange(-0.4 * gap, h + 0.9 * gap, 0.9 * gap), np.arange(-0.9 * gap, w + gap, gap)
    y, x = np.meshgrid(ys, xs, indexing="ij")
    x = x + (np.arange(len(ys)) % 2)[:, None] * gap / 2
    at = np.stack([x.ravel(), y.ravel()], -1) + rng.uniform(-0.42, 0.42, (y.size, 2)) * gap
    return at.astype(np.float32)


def _soft(values: Float, sigma: float) -> Float:
    """Blur; at a fraction of the size where the blur is wide."""
    sigma = max(sigma, 0.3)
    k = int(sigma // 3)
    if k < 2:
        return cv2.GaussianBlur(values, (0, 0), sigma)
    size = values.shape[1], values.shape[0]
    small = cv2.resize(values, (max(1, size[0] // k), max(1, size[1] // k)), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / k), size, interpolation=cv2.INTER_LINEAR)


def _step(values: Float, low: float, high: float) -> Float:
    t = ((values - low) / (high - low)).clip(0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
