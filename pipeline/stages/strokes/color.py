"""Give a photo Monet's light: tone, air and palette move, each thing keeps its own hue."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.stages.strokes.light import SIDE, Light, main_colors
from pipeline.stages.strokes.monochrome import without_tone
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

LIGHT_PX = 512  # long side, at most, at which light is changed
# How far light goes to the paintings' quantiles; less in gray photos, where light alone tells what
# is in front.
TONE, TONE_OF_GRAYS = 0.7, 0.4
BLACK = 13.0  # L; no painting is darker
GAIN = (0.85, 1.3)  # of the contrast of what is small
AIR = 1.0  # how far grays take color by their light and place
GRAY = 12.0  # chroma of what counts as gray
PALETTE = 0.7  # how far colors go to those of the nearest paintings
NEAREST = 2  # paintings whose palettes count
VIVID, BLUES = 16.0, 0.12  # mean chroma of these paintings, and the share of blue in them
CENTERS = 12  # colors of a photo that are compared with palettes
LIFT = 7.0  # L; the most that skin gains
# Its color, a and b, at middle light; and how lips differ from it.
USUAL_SKIN, USUAL_LIPS = np.array([12, 17], np.float32), np.array([8, -2], np.float32)
# How much less of it there is in a beard; how large one is, as a share of a face's height; and how
# far down a face it begins.
BEARD, BEARD_REACH, BEARD_DOWN = 0.55, 0.06, (0.2, 0.45)
# How much more than they do things differ from what is around them, as far as this share of the
# short side; and how much less so on skin.
CRISP, CRISP_REACH, CRISP_SKIN = 0.2, 0.03, 0.5
# Of a gray photo: how far from skin, in widths of what is near, hands may be; how much darker and
# lighter, L; and how far what may be skin is painted so.
HANDS, LIKE_SKIN, LIGHTER_SKIN, MAYBE_SKIN = 4.0, 18.0, 24.0, 0.85
# How sure it is that something is worn, from which on it is painted less like skin; and how much.
WORN, LESS_SKIN = (0.85, 0.99), 0.7
# How far a mood's light is cast over things, and how much less over skin and hair.
CAST, CAST_SKIN, CAST_HAIR = 0.65, 0.6, 0.4
CREAM = 0.1  # a over b of the least warm of light grays that are yellow
RED = 0.6  # radians, the hue of red
DARK_CLOTH = np.array([2.0, -8.0], np.float32)  # a and b: what black cloth takes of the air
# Chroma of a color, and how far its hue may turn, degrees.
CHROMAS, TURNS = (4.0, 7.5, 11.0, 17.0, 25.0), (180.0, 65.0, 32.0, 18.0, 12.0)


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
    gray, lab = plain is not None, lab if plain is None else plain
    out = toned(lab, light, TONE_OF_GRAYS if gray else TONE)
    out = aired(out, subject, light, rng, people=0.7 if gray else 0.55)
    colors = main_colors(resized(out, (SIDE, SIDE)), CENTERS)
    palette = nearest_palette(colors, light)
    own = np.maximum(0.65 * np.maximum(subject.skin, subject.hair), 0.4 * subject.person)
    how_far = PALETTE * (1 - own)
    out = toward(out, colors, palette, np.asarray(how_far, np.float32))
    out = vivid(out, subject, light, calmer=gray)
    out = own_hair(lab, out, subject.hair)
    out = own_skin(lab, out, subject, 1 - BEARD * _beard(detail, subject) if gray else None)
    out = own_reds(lab, own_hue(lab, out), subject.skin)
    out = without_lime(lab, out)
    out = dark_cloth(lab, out, subject)
    return Lit(cast(white_cloth(lab, out, subject), subject, light), palette, gray)


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
    return _single(out)


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
    quarter = resized(lab, (max(1, size[0] // 4), max(1, size[1] // 4)))
    base = cv2.bilateralFilter(quarter, 9, 12, 6)[..., 0]
    ranks = np.linspace(0, 1, 65)
    own = np.quantile(base, ranks) + np.arange(65) * 1e-3
    aim = np.interp(ranks, np.linspace(0, 1, len(light.quantiles)), light.quantiles)
    levels = np.linspace(0, 100, 256, dtype=np.float32)
    goal = (1 - how_far) * levels + how_far * np.interp(levels, own, aim)
    floor = BLACK + (0.9 - BLACK / 100) * levels
    goal = np.maximum.accumulate(np.maximum(goal, floor)).astype(np.float32)[None]
    goal = cv2.GaussianBlur(goal, (0, 0), 6, borderType=cv2.BORDER_REPLICATE)[0]
    tone = resized(np.ascontiguousarray(base), size)
    moved = np.interp(tone, levels, goal).astype(np.float32)
    slope = np.interp(tone, levels, np.gradient(goal, levels)).astype(np.float32)
    out = lab.copy()
    out[..., 0] = moved + np.clip(slope, *GAIN) * (lab[..., 0] - tone)
    # A deep red that is lifted turns orange: vivid colors stay nearer their own light.
    deep = np.clip((_chroma(lab) - 32) / 25, 0, 1)
    out[..., 0] += 0.65 * deep * np.minimum(lab[..., 0] + 4 - out[..., 0], 0)
    out[..., 1:] *= (np.clip(moved / np.maximum(tone, 4), 1, 1.8) ** 0.5)[..., None]
    return out


def aired(
    lab: Float, subject: Subject, light: Light, rng: np.random.Generator, people: float
) -> Float:
    """Let grays take color by place: blue, violet, green in shadows, cream, rose in lights.

    `people`: how much less they take.
    """
    size = (lab.shape[0], lab.shape[1])
    field = sum(
        cv2.resize(
            rng.normal(0, weight, (n, n + 1, 2)).astype(np.float32),
            size[::-1],
            interpolation=cv2.INTER_CUBIC,
        )
        for n, weight in ((4, 0.8), (9, 0.35))
    )
    place = np.tanh(field)
    up = np.clip((lab[..., :1] - 52) / 34, -1, 1)
    dark = np.concatenate([-1 - 10 * place[..., :1], -10 + 10 * place[..., 1:]], -1)
    pale = np.concatenate([4 + 5 * place[..., :1], 2 + 11 * place[..., 1:]], -1)
    toward_ = np.where(up < 0, -up * dark, up * pale) + (1 - np.abs(up)) * 0.5 * (dark + pale)
    grayness = np.exp(-((_chroma(lab) / GRAY) ** 2))
    weight = AIR * (0.12 + 0.88 * grayness) * light.chroma_at(lab[..., 0]) / 16
    # A coat is of one color; its grays are broken stroke by stroke.
    weight *= 1 - np.maximum(subject.skin, np.maximum(0.8 * subject.hair, people * subject.person))
    out = lab.copy()
    out[..., 1:] += weight[..., None] * toward_
    return out


def nearest_palette(colors: tuple[Float, Float], light: Light) -> Float:
    """Return the palettes of the paintings that a picture is most like: colors, weights, (N, 4).

    `colors`: its `main_colors`.
    """
    centers, share = colors
    palettes, weights = light.palettes, light.weights + np.float32(1e-4)
    lively = (weights * _chroma(palettes)).sum(1) > VIVID
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


def toward(lab: Float, colors: tuple[Float, Float], palette: Float, weight: Float) -> Float:
    """Move a picture's `main_colors` to the palette's by optimal transport; `weight`: (H, W)."""
    size = (lab.shape[0], lab.shape[1])
    centers, share = colors
    goes, _ = transport(
        centers[None], share[None], palette[None, :, :3], palette[None, :, 3], blur=14, rounds=40
    )
    shift = ((goes[0] - centers) * np.array([0.2, 1, 1], np.float32)).astype(np.float32)
    small = resized(lab, (max(1, size[0] // 4), max(1, size[1] // 4)))
    away = ((small.reshape(-1, 1, 3) - centers) ** 2).sum(-1)
    soft = np.exp(-(away - away.min(1, keepdims=True)) / 150)
    moved = ((soft / soft.sum(1, keepdims=True)) @ shift).reshape(small.shape).astype(np.float32)
    shifted = resized(np.asarray(cv2.GaussianBlur(moved, (0, 0), 1.5), np.float32), size)
    return np.asarray(lab + weight[..., None] * shifted, np.float32)


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
    out, chroma, usual = lab.copy(), _chroma(lab), light.chroma_at(lab[..., 0])
    scene = (subject.skin < 0.3) & (subject.hair < 0.5)
    mean = float(chroma[scene].mean()) if scene.any() else 20.0
    gain = np.clip(20.0 / max(mean, 1.0), 1, 1.4 if calmer else 1.7) - 1
    own = (1 - subject.skin) * (1 - 0.5 * subject.hair)
    out[..., 1:] *= (1 + gain * own * np.exp(-((chroma / 45) ** 2)) * usual / 18)[..., None]
    chroma, most = _chroma(out), np.float32(1.05 if calmer else 1.7) * usual
    held = np.where(chroma > most, most + 0.5 * (chroma - most), chroma)
    out[..., 1:] *= (held / np.maximum(chroma, 1e-3))[..., None]
    return out


def own_hair(photo: Float, lab: Float, hair: Float) -> Float:
    """Let hair keep its light and most of its color: dark stays dark."""
    out, hair = lab.copy(), hair[..., None]
    out[..., :1] += 0.8 * hair * (np.clip(photo[..., :1] * 0.97 + 4, BLACK - 2, 100) - out[..., :1])
    out[..., 1:] += 0.75 * hair * (1.08 * photo[..., 1:] - out[..., 1:])
    return out


def own_skin(photo: Float, lab: Float, subject: Subject, tint: Float | None) -> Float:
    """Let skin keep its hue and contrast; its shadows are cool, its lights cream.

    `tint`: of a gray photo, how much of skin's usual color it takes, (H, W) in [0, 1].
    Each person's skin is compared with what is near: its own median light, as it were.
    """
    skin = subject.skin
    if not (skin > 0.5).any():
        return lab
    sigma = float(np.median(subject.face[skin > 0.5])) * 0.6
    if tint is not None:
        skin = np.maximum(skin, _like_skin(photo, subject, sigma))
    light = np.stack([photo[..., 0], lab[..., 0]], -1)
    was, now = np.moveaxis(local_mean(light, skin, sigma), -1, 0)
    most = LIFT if tint is None else LIFT / 2  # a gray photo does not say how light a skin is
    lift = np.clip(now - was, -3, np.clip(np.minimum(most, 66 - was), 0, None))
    own = photo[..., 0] + lift * np.clip(photo[..., 0] / 20, 0.3, 1)
    own = np.where(own > 82, 82 + 13 * np.tanh((own - 82) / 13), np.maximum(own, 0.9 * BLACK))
    shade = np.clip((was + lift - own) / 28, -1, 1) * (1 - 0.7 * subject.features)
    ab = photo[..., 1:].copy()
    if tint is not None:
        lips = subject.features * smoothstep(subject.down, *BEARD_DOWN)
        ab = ab + lips[..., None] * USUAL_LIPS
        ab = ab + (tint * np.clip(1.1 - np.abs(own - 58) / 70, 0.3, 1))[..., None] * USUAL_SKIN
        shade = shade * 1.3
    chroma = np.hypot(ab[..., 0], ab[..., 1])
    held = np.where(chroma > 40, 40 + 0.5 * (chroma - 40), chroma)
    ab = ab * (held / np.maximum(chroma, 1e-3))[..., None]
    cool, warm = np.array([2.0, -8.0], np.float32), np.array([0.5, 3.0], np.float32)
    ab = ab + np.where(shade[..., None] > 0, shade[..., None] * cool, -shade[..., None] * warm)
    out = np.concatenate([own[..., None], ab], -1)
    return (lab + skin[..., None] * (out - lab)).astype(np.float32)


def _like_skin(photo: Float, subject: Subject, sigma: float) -> Float:
    """Guess where a person of a gray photo is bare, too, (H, W) in [0, 1]: about as light as skin.

    Without color, hands and ears are hardly told from cloth; cloth may be of skin's color, but
    a hand may not be lilac.
    """
    light, near = np.ascontiguousarray(photo[..., 0]), blurred(subject.skin, HANDS * sigma)
    usual = blurred(light * subject.skin, HANDS * sigma) / np.maximum(near, 1e-3)
    off = blurred(light, 0.1 * sigma) - usual
    alike = np.exp(-((off / np.where(off > 0, LIGHTER_SKIN, LIKE_SKIN)) ** 2)) * subject.person
    worn = subject.person - np.maximum(subject.skin, subject.hair)
    alike *= 1 - LESS_SKIN * smoothstep(worn, *WORN)
    return _single(MAYBE_SKIN * alike * (1 - subject.hair))


def _beard(detail: Float, subject: Subject) -> Float:
    """Guess where skin is a beard, (H, W) in [0, 1]: below the nose, and finely built all over."""
    reach, bare = BEARD_REACH * usual_face(subject), subject.skin * (1 - subject.features)
    all_over = blurred(_single(detail * bare), reach) / np.maximum(blurred(bare, reach), 1e-3)
    below = smoothstep(subject.down, *BEARD_DOWN) * (1 - subject.features)
    return _single(smoothstep(_single(all_over), 0.6, 0.9) * below)


def own_hue(photo: Float, lab: Float) -> Float:
    """Hold every hue near the photo's, the nearer the more vivid it was; vivid stays vivid."""
    was = cv2.GaussianBlur(photo[..., 1:], (0, 0), 1.0)
    chroma, hue = np.hypot(was[..., 0], was[..., 1]), np.arctan2(was[..., 1], was[..., 0])
    now, turn = _chroma(lab), np.arctan2(lab[..., 2], lab[..., 1]) - hue
    turn = (turn + np.pi) % (2 * np.pi) - np.pi
    # A dark green that is lifted is seen to be green.
    rise = np.clip(lab[..., 0] / np.maximum(photo[..., 0], 8), 1, 2.2) ** 0.7
    most = np.deg2rad(np.interp(chroma * rise, CHROMAS, TURNS))
    kept = np.where(most > 2.5, turn, most * np.tanh(turn / most))
    # What would have turned far goes through gray instead.
    now = now * np.where(
        np.abs(turn) > most, np.clip(1.15 - 0.25 * (np.abs(turn) - most), 0.6, 1), 1
    )
    least = 0.95 * np.minimum(chroma, 30 + 0.8 * np.maximum(chroma - 30, 0))
    now = now + np.clip((chroma - 14) / 14, 0, 1) * np.maximum(least - now, 0)
    planes = (lab[..., 0], now * np.cos(hue + kept), now * np.sin(hue + kept))
    return np.stack(planes, -1).astype(np.float32)


def own_reds(photo: Float, lab: Float, skin: Float) -> Float:
    """Let deep reds keep their light: lifted at the same hue they would be seen as orange."""
    was = cv2.GaussianBlur(photo, (0, 0), 1.0)
    hue = np.arctan2(was[..., 2], was[..., 1])
    red = (
        np.clip((_chroma(was) - 25) / 15, 0, 1) * np.exp(-(((hue - RED) / 0.35) ** 2)) * (1 - skin)
    )
    out = lab.copy()
    out[..., 0] += 0.85 * red * np.minimum(was[..., 0] + 4 - lab[..., 0], 0)
    turn = np.arctan2(out[..., 2], out[..., 1]) - hue
    back = 0.8 * red * np.clip(turn, 0, np.pi)
    cos, sin = np.cos(back), np.sin(back)
    a, b = out[..., 1].copy(), out[..., 2].copy()
    out[..., 1], out[..., 2] = a * cos + b * sin, b * cos - a * sin
    return out


def without_lime(photo: Float, lab: Float) -> Float:
    """Let light grays become cream or rose where they would be lime: no wall of his is."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    gray = np.exp(-((_chroma(soft) / GRAY) ** 2)) * np.clip((lab[..., 0] - 45) / 20, 0, 1)
    out = lab.copy()
    warm = CREAM * np.maximum(lab[..., 2], 0)
    out[..., 1] += gray * np.maximum(warm - lab[..., 1], 0) * np.clip(lab[..., 2] / 4, 0, 1)
    return out


def white_cloth(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let white cloth stay white, with a breath of color."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    white = np.clip((soft[..., 0] - 66) / 14, 0, 1) * np.clip((13 - _chroma(soft)) / 6, 0, 1)
    white = white * subject.person * (1 - subject.skin)
    out, chroma = lab.copy(), _chroma(lab)
    out[..., 1:] *= (1 - white * (1 - np.minimum(chroma, 7) / np.maximum(chroma, 1e-3)))[..., None]
    return out


def dark_cloth(photo: Float, lab: Float, subject: Subject) -> Float:
    """Let dark cloth stay dark, and its color no stronger than it was; what has none is violet."""
    soft = cv2.GaussianBlur(photo, (0, 0), 2)
    cloth = subject.person * (1 - np.maximum(subject.skin, subject.hair))
    dark = np.clip((38 - soft[..., 0]) / 16, 0, 1) * cloth
    out, chroma, most = lab.copy(), _chroma(lab), np.maximum(_chroma(soft), 7)
    own = np.maximum(photo[..., 0] + 4, BLACK)
    out[..., 0] += 0.6 * dark * np.minimum(own - out[..., 0], 0)
    out[..., 1:] *= (1 - dark * (1 - np.minimum(chroma, most) / np.maximum(chroma, 1e-3)))[
        ..., None
    ]
    dull = np.clip((52 - soft[..., 0]) / 28, 0, 1) * np.exp(-((_chroma(soft) / GRAY) ** 2)) * cloth
    out[..., 1:] += dull[..., None] * DARK_CLOTH
    return out


def _single(values: NDArray[np.floating]) -> Float:
    return values.astype(np.float32)


def _chroma(lab: Float) -> Float:
    return np.hypot(lab[..., 1], lab[..., 2])
