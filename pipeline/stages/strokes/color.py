"""Give a photo Monet's light: tone, air and palette move, things keep their `own_colors`."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import local_mean
from pipeline.ops.monochrome import without_tone
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.strokes.grays import aired, warmed, without_rose
from pipeline.stages.strokes.light import SIDE, Light, main_colors
from pipeline.stages.strokes.own_colors import (
    BLACK,
    chroma_of,
    dark_cloth,
    dark_form,
    own_hair,
    own_hue,
    own_reds,
    own_skin,
    usual_tint,
    white_cloth,
    without_lime,
)
from pipeline.stages.strokes.subject import PURE, Subject

Float = NDArray[np.float32]

LIGHT_PX = 512  # long side, at most, at which light is changed
# How far light goes to the paintings' quantiles; less in gray photos, where light alone tells what
# is in front.
TONE, TONE_OF_GRAYS = 0.7, 0.4
GAIN = (0.85, 1.3)  # of the contrast of what is small
PALETTE = 0.7  # how far colors go to those of the nearest paintings
NEAREST = 2  # paintings whose palettes count
VIVID, BLUES = 16.0, 0.12  # mean chroma of these paintings, and the share of blue in them
CENTERS = 12  # colors of a photo that are compared with palettes
# How much more than they do things differ from what is around them, as far as this share of the
# short side; and how much less so on skin.
CRISP, CRISP_REACH, CRISP_SKIN = 0.2, 0.03, 0.5
# How far a mood's light is cast over things, and how much less over skin and hair.
CAST, CAST_SKIN, CAST_HAIR = 0.65, 0.6, 0.4


class Lit(NamedTuple):
    """A photo in Monet's light.

    `target`: the picture to paint, (H, W, 3) CIELAB. `palette`: of the paintings it is like, (N,
    4), colors and weights. `gray`: whether the photo had no color.
    """

    target: Float
    palette: Float
    gray: bool


def in_monets_light(
    lab: Float, subject: Subject, detail: Float, light: Light, rng: np.random.Generator
) -> Lit:
    """Give a photo, (H, W, 3) CIELAB, the light of the paintings it is like.

    `detail`: how much fine structure there is, (H, W) in [0, 1]. How colors change is found at
    `LIGHT_PX`; the photo's detail stays.

    Source: Reinhard et al. 2001, "Color Transfer between Images", by ranks; Cuturi 2013, "Sinkhorn
    Distances", for palettes.
    """
    size = (lab.shape[0], lab.shape[1])
    small = size_of_long(size, LIGHT_PX)
    seen = resized(lab, small)
    lit = _lit(seen, subject.at(small), resized(detail, small), light, rng)
    return lit._replace(target=lab + resized(lit.target - seen, size))


def _lit(
    lab: Float, subject: Subject, detail: Float, light: Light, rng: np.random.Generator
) -> Lit:
    plain = without_tone(lab)
    gray, lab = plain is not None, without_rose(lab if plain is None else plain, subject)
    out = toned(lab, light, TONE_OF_GRAYS if gray else TONE)
    out = aired(out, subject, light, rng, people=0.7 if gray else 0.55)
    out, palette = in_palette(out, subject, (light.palettes, light.weights))
    out = vivid(out, subject, light, calmer=gray)
    if gray:
        out = warmed(lab, out, subject)
    out = own_hair(lab, out, subject.hair)
    out = own_skin(lab, out, subject, usual_tint(detail, subject) if gray else None)
    out = own_reds(lab, own_hue(lab, out), subject.skin)
    out = without_lime(lab, out)
    out = dark_form(lab, dark_cloth(lab, out, subject), subject)
    return Lit(cast(white_cloth(lab, out, subject), subject, light), palette, gray)


def in_palette(lab: Float, subject: Subject, palettes: tuple[Float, Float]) -> tuple[Float, Float]:
    """Bring a picture, (H, W, 3) CIELAB, to the colors of those paintings that it is most like.

    `palettes`: as in `nearest_palette`. Return it and their palettes, colors and weights, (N, 4).
    """
    colors = main_colors(resized(lab, (SIDE, SIDE)), CENTERS)
    palette = nearest_palette(colors, palettes)
    return toward(lab, colors, palette, to_palette(subject), subject.person), palette


def to_palette(subject: Subject) -> Float:
    """Return how far colors go to those of paintings, (H, W): people less, skin and hair least."""
    own = np.maximum(0.65 * np.maximum(subject.skin, subject.hair), 0.4 * subject.person)
    return np.asarray(PALETTE * (1 - own), np.float32)


def crisp(lab: Float, subject: Subject) -> Float:
    """Overdo how things differ from their surroundings, least on skin: a painter decides.

    People and what is behind them are each compared with their own kind, else a pale rim would lie
    around dark hair.
    """
    reach = CRISP_REACH * min(lab.shape[:2])
    behind, people = (local_mean(lab, of, reach) for of in (1 - subject.person, subject.person))
    around = behind + subject.person[..., None] * (people - behind)
    weight = np.float32(CRISP) * (1 - np.float32(CRISP_SKIN) * subject.skin)
    out = lab + weight[..., None] * (lab - around)
    out[..., 0] = out[..., 0].clip(min(BLACK, float(lab[..., 0].min())), 98)
    return out.astype(np.float32)


def cast(lab: Float, subject: Subject, light: Light) -> Float:
    """Cast the mood's light over everything, least over skin."""
    if not light.cast.any():
        return lab
    least = np.maximum(CAST_SKIN * subject.skin, CAST_HAIR * subject.hair)
    out = lab.copy()
    out[..., 1:] += (CAST * (1 - least))[..., None] * light.cast_at(lab[..., 0])
    return out


def toned(lab: Float, light: Light, how_far: float) -> Float:
    """Move light by rank toward the paintings' quantiles; what is small keeps its contrast."""
    size = (lab.shape[0], lab.shape[1])
    base = tone_of(quarter(lab))
    ranks = np.linspace(0, 1, 65)
    aim = np.interp(ranks, np.linspace(0, 1, len(light.quantiles)), light.quantiles)
    tone = resized(base, size)
    moved, slope = by_rank(tone, np.quantile(base, ranks), aim, how_far, floor=BLACK)
    out = lab.copy()
    out[..., 0] = moved + np.clip(slope, *GAIN) * (lab[..., 0] - tone)
    # A deep red that is lifted turns orange: vivid colors stay nearer their own light.
    deep = np.clip((chroma_of(lab) - 32) / 25, 0, 1)
    out[..., 0] += 0.65 * deep * np.minimum(lab[..., 0] + 4 - out[..., 0], 0)
    out[..., 1:] *= (np.clip(moved / np.maximum(tone, 4), 1, 1.8) ** 0.5)[..., None]
    return out


def quarter(lab: Float) -> Float:
    """Return a picture, (H, W, 3), at a quarter of its size."""
    return resized(lab, (max(1, lab.shape[0] // 4), max(1, lab.shape[1] // 4)))


def tone_of(lab: Float) -> Float:
    """Return the light of a picture, (H, W, 3) CIELAB, without what is small."""
    return np.ascontiguousarray(cv2.bilateralFilter(lab, 9, 12, 6)[..., 0])


def by_rank(
    tone: Float, own: NDArray[np.floating], aim: NDArray[np.floating], how_far: float,
    floor: float | None = None,
) -> tuple[Float, Float]:  # fmt: skip
    """Move light, L, from the quantiles that are its own so far to others; say how steeply, too.

    `floor`: the darkest that it becomes.
    """
    levels = np.linspace(0, 100, 256, dtype=np.float32)
    own = own + np.arange(len(own)) * 1e-3
    goal = (1 - how_far) * levels + how_far * np.interp(levels, own, aim)
    if floor is not None:
        goal = np.maximum(goal, floor + (0.9 - floor / 100) * levels)
    goal = np.maximum.accumulate(goal).astype(np.float32)[None]
    goal = cv2.GaussianBlur(goal, (0, 0), 6, borderType=cv2.BORDER_REPLICATE)[0]
    moved = np.interp(tone, levels, goal).astype(np.float32)
    return moved, np.interp(tone, levels, np.gradient(goal, levels)).astype(np.float32)


def nearest_palette(colors: tuple[Float, Float], known: tuple[Float, Float]) -> Float:
    """Return the palettes of the paintings that a picture is most like: colors, weights, (N, 4).

    `colors`: its `main_colors`. `known`: colors of each painting, (P, C, 3), and how much of it
    each is, (P, C).
    """
    centers, share = colors
    palettes, weights = known[0], known[1] + np.float32(1e-4)
    lively = (weights * chroma_of(palettes)).sum(1) > VIVID
    lively &= (weights * (palettes[..., 2] < -3)).sum(1) > BLUES
    if lively.sum() >= NEAREST:  # else it is a mood of few colors, or one painting
        palettes, weights = palettes[lively], weights[lively]
    many = (len(palettes), 1, 1)
    _, cost = transport(
        np.tile(centers, many), np.tile(share, many[:2]), palettes, weights, blur=60, rounds=6
    )
    best = np.argsort(cost, kind="stable")[:NEAREST]
    nearest, share = palettes[best].reshape(-1, 3), weights[best].ravel()
    return np.column_stack([nearest, share / share.sum()]).astype(np.float32)


def toward(
    lab: Float, colors: tuple[Float, Float], palette: Float, weight: Float, person: Float
) -> Float:
    """Move a picture's `main_colors` to the palette's by optimal transport.

    `weight`: how far, (H, W). `person`: where people are, (H, W) in [0, 1]; what is behind them
    goes its own way up to their outline, else it would have a rim there.
    """
    size = (lab.shape[0], lab.shape[1])
    centers, share = colors
    goes, _ = transport(
        centers[None], share[None], palette[None, :, :3], palette[None, :, 3], blur=14, rounds=40
    )
    shift = ((goes[0] - centers) * np.array([0.2, 1, 1], np.float32)).astype(np.float32)
    small = quarter(lab)
    moved = soft_shift(small, centers, shift)
    own = resized(person, small.shape[:2]).clip(0, 1)
    behind, people = (resized(local_mean(moved, of**PURE, 1.5), size) for of in (1 - own, own))
    shifted = behind + person[..., None] * (people - behind)
    return np.asarray(lab + weight[..., None] * shifted, np.float32)


def soft_shift(lab: Float, centers: Float, shift: Float) -> Float:
    """Return by how much each pixel, (H, W, 3), moves, where `centers`, (n, 3), move by `shift`."""
    away = ((lab.reshape(-1, 1, 3) - centers) ** 2).sum(-1)
    soft = np.exp(-(away - away.min(1, keepdims=True)) / 150)
    return ((soft / soft.sum(1, keepdims=True)) @ shift).reshape(lab.shape).astype(np.float32)


def transport(
    one: Float, share: Float, other: Float, weight: Float, *, blur: float, rounds: int
) -> tuple[Float, Float]:
    """Return where each color of `one`, (B, n, 3), goes in `other`, (B, m, 3), and the cost, (B,).

    `share`, `weight`: how much of each color there is, (B, n) and (B, m).
    """
    cost = ((one[:, :, None] - other[:, None]) ** 2 * np.array([0.7, 1, 1], np.float32)).sum(-1)
    kernel = np.exp(-cost / (4 * blur)) + np.float32(1e-9)
    u, v = np.ones_like(share), np.ones_like(weight)
    for _ in range(rounds):
        u = share / np.einsum("bij,bj->bi", kernel, v)
        v = weight / np.einsum("bij,bi->bj", kernel, u)
    plan = u[..., None] * kernel * v[:, None]
    goes = np.einsum("bij,bjc->bic", plan, other) / plan.sum(2)[..., None]
    return goes.astype(np.float32), (plan * cost).sum((1, 2))


def vivid(lab: Float, subject: Subject, light: Light, *, calmer: bool) -> Float:
    """Bring a pale scene to the chroma of paintings, and too much chroma back."""
    out, chroma, usual = lab.copy(), chroma_of(lab), light.chroma_at(lab[..., 0])
    scene = (subject.skin < 0.3) & (subject.hair < 0.5)
    mean = float(chroma[scene].mean()) if scene.any() else 20.0
    gain = np.clip(20.0 / max(mean, 1.0), 1, 1.4 if calmer else 1.7) - 1
    own = (1 - subject.skin) * (1 - 0.5 * subject.hair)
    out[..., 1:] *= (1 + gain * own * np.exp(-((chroma / 45) ** 2)) * usual / 18)[..., None]
    chroma, most = chroma_of(out), np.float32(1.05 if calmer else 1.7) * usual
    held = np.where(chroma > most, most + 0.5 * (chroma - most), chroma)
    out[..., 1:] *= (held / np.maximum(chroma, 1e-3))[..., None]
    return out
