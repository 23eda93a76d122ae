"""Bring a picture part by part to the light and the colors of one of a painter's portraits.

A portrait's ground, cloth, hair and skin each have a light and a palette of their own: a mean of
all of them is a brown that nobody painted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.color import by_rank, soft_shift, transport
from pipeline.stages.strokes.light import PORTRAITS, main_colors
from pipeline.stages.strokes.own_colors import chroma_of
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

LONG_PX = 256  # long side, at most, at which pictures are measured
GROUND, CLOTH, HAIR, SKIN = range(4)  # the parts of a portrait
RANKS, COLORS = 17, 6  # quantiles of L, and main colors, of each part
RANGE = (0.03, 0.97)  # of the ranks: a glint of a portrait would be spots on a bare wall
OUTLINE = (0.4, 0.6)  # how sure it is that somebody is there, along people's outline
PURE = 0.9  # from this share on a pixel says what a part is like
LEAST, FEW = 0.004, 24  # share of the picture, and px: smaller parts say nothing
STEADY = 0.002  # how much a plane of light costs: little ground says little of it
# How far each part goes to the portrait's light and colors; cloth and hair stay the person's, skin
# has its own light.
LIGHT, COLOR = (0.9, 0.2, 0.1, 0.6), (0.9, 0.25, 0.15, 0.5)
# How far its colors spread, CIELAB, where a ground is a bare wall, which may become anything, and
# where it is a place; and how far the light and the colors of a place go, but to the dark, in which
# all may lie.
SPREAD, OF_A_PLACE = (6.0, 20.0), (0.15, 0.3)
RICHER = 1.6  # times: the most by which chroma grows
DARKER = 12.0  # L: the most by which skin is painted darker, before `LIGHT`
GAIN = (0.5, 1.6)  # of the contrast of what is small
# How far from its edge, in heights of a face, ground may be seen through hair; how much of it is
# to be around; how far on the way from hair's color to the ground's; and how far apart these are.
NEAR_EDGE, NEAR_GROUND, ALONG, TOLD_APART = 0.06, (0.02, 0.15), (0.35, 0.75), (18.0, 35.0)
BLUR = 14.0  # of the plan by which colors go to a palette, CIELAB squared
# What makes a portrait one that a photo is like: how much a difference in light counts of each
# part, and one in color, which of a gray ground is free; of a part of no size, too.
ALIKE_LIGHT, ALIKE_COLOR, EVEN_SMALL = (0.15, 0.5, 0.4, 0.0), (1.0, 1.0, 0.3, 0.0), 0.15
FREE = 20.0  # chroma of a ground from which on its color has to be alike
USUAL = 0.25  # how much it counts how far a ground's light is from that of most of his portraits
DULL = 0.5  # this share of the portraits, those of the least chroma, lends no colors


@dataclass(frozen=True)
class Portraits:
    """What portraits are like, CIELAB, N of them, four parts each.

    `quantiles`: of L, (N, 4, RANKS). `colors`: main ones, (N, 4, COLORS, 3), and `weights`, (N, 4,
    COLORS): how much of the picture each is, 0 where a part is missing. `fall`: how the ground's L
    changes to the right, downward and away from people, each across the long side, (N, 3).
    """

    quantiles: Float
    colors: Float
    weights: Float
    fall: Float

    @property
    def shares(self) -> Float:
        """How much of the picture each part is, (N, 4)."""
        return np.asarray(self.weights.sum(-1), np.float32)

    @property
    def means(self) -> Float:
        """The mean color of each part, (N, 4, 3)."""
        total = (self.colors * self.weights[..., None]).sum(2)
        return np.asarray(total / np.maximum(self.shares, 1e-6)[..., None], np.float32)

    @property
    def skin(self) -> tuple[Float, Float]:
        """Quantiles of L, (RANKS,), and mean a and b, (2,), of all portraits' skin."""
        bare = self.shares[:, SKIN] > 0
        return self.quantiles[bare, SKIN].mean(0), self.means[bare, SKIN, 1:].mean(0)

    def one(self, at: int) -> "Portraits":
        """Return one of them."""
        return Portraits(**{f.name: getattr(self, f.name)[at : at + 1] for f in fields(self)})

    @property
    def palette(self) -> Float:
        """All colors, and how much of them each is, (N, 4)."""
        weights = self.weights.ravel() / np.maximum(self.weights.sum(), 1e-6)
        return np.column_stack([self.colors.reshape(-1, 3), weights]).astype(np.float32)


@cache
def portraits_by(style: str) -> Portraits:
    """Read what the portraits of a style that is painted by strokes are like.

    Raises: ValueError: a style that the table does not know.
    """
    names = [field.name for field in fields(Portraits)]
    with np.load(PORTRAITS, allow_pickle=False) as file:
        if f"{style}_fall" not in file.files:
            raise ValueError(f"There is no style {style!r} of parts in {PORTRAITS.name}.")
        return Portraits(**{name: file[f"{style}_{name}"].astype(np.float32) for name in names})


def measured(lab: Float, subject: Subject) -> Portraits:
    """Measure one picture, (H, W, 3) CIELAB, from afar."""
    small = size_of_long((lab.shape[0], lab.shape[1]), LONG_PX)
    lab, subject = resized(lab, small), subject.at(small)
    quantiles = np.zeros((1, 4, RANKS), np.float32)
    colors, weights = np.zeros((1, 4, COLORS, 3), np.float32), np.zeros((1, 4, COLORS), np.float32)
    for part, pure in enumerate(_pure(parts_of(subject))):
        if _enough(pure):
            own = lab[pure]
            quantiles[0, part] = _ranked(own[:, 0])
            colors[0, part], share = main_colors(own, COLORS)
            weights[0, part] = share * pure.mean()
    return Portraits(quantiles, colors, weights, _fall(lab[..., 0], subject)[None])


def joined(portraits: Sequence[Portraits]) -> Portraits:
    """Put what is known of portraits together."""
    names = [field.name for field in fields(Portraits)]
    return Portraits(
        **{name: np.concatenate([getattr(each, name) for each in portraits]) for name in names}
    )


def parts_of(subject: Subject) -> Float:
    """Return how far each pixel is of each part, (H, W, 4); they sum to 1.

    People end within little: what is half a dark ground and half a face would be a rim.
    """
    person = smoothstep(subject.person, *OUTLINE)
    skin = np.minimum(subject.skin, person)
    hair = np.minimum(subject.hair, person - skin)
    return np.stack([1 - person, person - skin - hair, hair, skin], -1).astype(np.float32)


def seen_through(lab: Float, subject: Subject) -> Float:
    """Return how far what is seen in hair is what is behind it, (H, W) in [0, 1], along its edge.

    That is where colors are those of the ground nearby rather than of the hair nearby; left as they
    are, they would be a rim of the old ground before the new one.
    """
    reach = NEAR_EDGE * usual_face(subject)
    ground = (subject.person < 0.5).astype(np.float32)
    hair = (subject.hair > 0.5).astype(np.float32)
    behind, own = (local_mean(lab, of, 2 * reach) for of in (ground, hair))
    way = behind - own
    contrast = np.linalg.norm(way, axis=-1)
    along = ((lab - own) * way).sum(-1) / np.maximum(contrast, 1) ** 2
    near = hair * smoothstep(blurred(ground, reach), *NEAR_GROUND)
    return single(near * smoothstep(along, *ALONG) * smoothstep(contrast, *TOLD_APART))


def bareness(lab: Float, subject: Subject) -> float:
    """Return how far the ground of a picture is a bare wall, by how its colors spread."""
    small = size_of_long((lab.shape[0], lab.shape[1]), LONG_PX)
    pure = parts_of(subject.at(small))[..., GROUND] > PURE
    if not _enough(pure):
        return 0.0
    spread = np.linalg.norm(resized(lab, small)[pure].std(0))
    return 1 - float(smoothstep(np.full(1, spread, np.float32), *SPREAD)[0])


def most_alike(own: Portraits, portraits: Portraits) -> int:
    """Return which portrait a picture, `own`, is most like: in its cloth and hair, most of all."""
    chroma = (portraits.weights * chroma_of(portraits.colors)).sum((1, 2))
    mean, means = own.means[0], portraits.means
    color = np.array(ALIKE_COLOR, np.float32)
    color[GROUND] *= min(1.0, float(chroma_of(mean[GROUND])) / FREE)
    away = (means - mean) ** 2
    cost = np.array(ALIKE_LIGHT, np.float32) * away[..., 0] + color * away[..., 1:].sum(-1)
    # A portrait that lacks a part is as far off in it as most are.
    known = portraits.shares > 0
    usual = np.nanmedian(np.where(known, cost, np.nan), 0)
    cost = np.where(known, cost, usual) * (own.shares[0] > 0) * (EVEN_SMALL + own.shares[0])
    light = portraits.quantiles[:, GROUND].mean(-1)
    total = cost.sum(-1) + USUAL * (light - np.median(light)) ** 2
    return int(np.argmin(np.where(chroma < np.quantile(chroma, DULL), np.inf, total)))


def like_a_portrait(
    lab: Float, subject: Subject, bare: float, portrait: Portraits, all_of: Portraits
) -> Float:
    """Bring a picture, (H, W, 3) CIELAB, to the light and colors of one portrait, part by part.

    `bare`: how far its ground is a bare wall, in [0, 1]. `all_of`: all portraits of the painter:
    their skin says what light does on it, for one's may be a sick man's.

    Source: Reinhard et al. 2001, "Color Transfer between Images", by ranks and by parts; Cuturi
    2013, "Sinkhorn Distances", for palettes.
    """
    size = (lab.shape[0], lab.shape[1])
    small = (max(1, size[0] // 4), max(1, size[1] // 4))
    seen, look = resized(lab, small), subject.at(small)
    tone = cv2.bilateralFilter(seen, 9, 12, 6)[..., 0].copy()
    parts, fine = parts_of(subject), lab[..., 0] - resized(tone, size)
    through = seen_through(lab, subject)
    parts[..., GROUND] += through * parts[..., HAIR]
    parts[..., HAIR] *= 1 - through
    out = np.zeros_like(lab)
    for part, pure in enumerate(_pure(resized(parts, small))):
        own = lab
        known = (all_of if part == SKIN else portrait).shares[:, part].any()
        if known and _enough(pure):
            free = bare if part == GROUND else 1.0
            sloped = _sloped(tone, look, portrait, part)
            moves = (
                _of_skin(seen, tone, pure, all_of)
                if part == SKIN
                else _of_part(seen, tone, sloped, pure, free, portrait, part)
            )
            light, gain, *_ = np.moveaxis(whole := resized(moves, size), -1, 0)
            own = np.dstack([light + gain * fine, lab[..., 1:] + whole[..., 2:]])
        out += parts[..., part, None] * own
    out[..., 0] = out[..., 0].clip(0, 100)
    return out


def _of_part(
    seen: Float, tone: Float, sloped: Float, pure: NDArray[np.bool_], free: float,
    portrait: Portraits, part: int,
) -> Float:  # fmt: skip
    """Say how a picture moves to the light and colors of one part of a portrait, (H, W, 4).

    That is its light, how much of what is fine it keeps, and what is added to a and b. `free`: how
    far it is nothing of its own, in [0, 1].
    """
    low = min(0.0, float(sloped.min()))  # what falls off may leave L's range
    own, aim = _ranked(sloped[pure]), portrait.quantiles[0, part]
    lightens, colors = (least + (1 - least) * free for least in OF_A_PLACE)
    how_far = LIGHT[part] * (lightens if aim.mean() > own.mean() else 1)
    light, gain = by_rank(sloped - low, own - low, aim, how_far)
    gain = gain.clip(*GAIN)
    lit = single(np.dstack([light + gain * (seen[..., 0] - tone), seen[..., 1:]]))
    centers, share = main_colors(lit[pure], COLORS)
    goes, _ = transport(
        centers[None], share[None], portrait.colors[:, part],
        portrait.weights[:, part] / portrait.shares[:, part, None] + np.float32(1e-4),
        blur=BLUR, rounds=40,
    )  # fmt: skip
    shift = soft_shift(lit, centers, np.float32(COLOR[part] * colors) * (goes[0] - centers))
    # What was averaged over all that a network knows is paler than anything that was painted.
    paler = _chroma(portrait, part) / max(float(chroma_of(lit + shift)[pure].mean()), 1e-3)
    richer = float(np.clip(paler, 1, RICHER)) ** COLOR[part]
    return np.dstack([light, gain, richer * (seen + shift)[..., 1:] - seen[..., 1:]])


def _of_skin(seen: Float, tone: Float, pure: NDArray[np.bool_], portraits: Portraits) -> Float:
    """Say likewise how skin takes the play of light and the tint of all portraits' skin.

    It is not made lighter.
    """
    ranks, (light, tint) = _ranked(tone[pure]), portraits.skin
    darker = float(np.clip(light.mean() - ranks.mean(), -DARKER, 0))
    moved, gain = by_rank(tone, ranks, light - light.mean() + ranks.mean() + darker, LIGHT[SKIN])
    shift = COLOR[SKIN] * (tint - seen[pure, 1:].mean(0))
    return np.dstack([moved, gain.clip(*GAIN), np.broadcast_to(shift, (*tone.shape, 2))])


def _chroma(portrait: Portraits, part: int) -> float:
    return float((portrait.weights * chroma_of(portrait.colors))[0, part].sum()) / float(
        portrait.shares[0, part]
    )


def _sloped(tone: Float, subject: Subject, portrait: Portraits, part: int) -> Float:
    """Let the light of a ground fall off as the portrait's does: a bare wall has no other light."""
    own = subject.person > 0.5
    if part != GROUND or not own.any():
        return tone
    return np.asarray(tone + _places(own) @ portrait.fall[0], np.float32)


def _fall(light: Float, subject: Subject) -> Float:
    """Return how the ground's L changes to the right, downward and away from people, (3,)."""
    own = subject.person > 0.5
    ground = cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if not own.any() or not _enough(ground):
        return np.zeros(3, np.float32)
    places = _places(own)[ground]
    places = np.column_stack([np.ones(len(places)), places])
    cost = np.diag([0, 1, 1, 1]) * len(places) * STEADY
    found = np.linalg.solve(places.T @ places + cost, places.T @ light[ground])
    return found[1:].astype(np.float32)


def _places(own: NDArray[np.bool_]) -> Float:
    """Return where each pixel is from people's middle, right and down, and how far from them."""
    y, x = np.mgrid[: own.shape[0], : own.shape[1]].astype(np.float32)
    middle = np.argwhere(own).mean(0)
    far = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.stack([x - middle[1], y - middle[0], far], -1).astype(np.float32) / max(own.shape)


def _enough(pixels: NDArray[np.bool_]) -> bool:
    return bool(pixels.sum() >= max(FEW, LEAST * pixels.size))


def _pure(parts: Float) -> NDArray[np.bool_]:
    return np.moveaxis(parts > PURE, -1, 0)


def _ranked(light: Float) -> Float:
    return np.quantile(light, np.linspace(*RANGE, RANKS)).astype(np.float32)
