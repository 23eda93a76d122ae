"""Measure what portraits are like, part by part: ground, cloth, hair and skin."""

from dataclasses import fields
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.distance import distance_to
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.stages.strokes.light import PORTRAITS, main_colors
from pipeline.stages.strokes.motif import Motif
from pipeline.stages.strokes.own_colors import chroma_of
from pipeline.stages.strokes.subject import Subject
from pipeline.types.portraits import COLORS, GROUND, PARTS, RANKS, Portraits

Float = NDArray[np.float32]

LONG_PX = 256  # long side, at most, at which pictures are measured
RANGE = (0.03, 0.97)  # of the ranks: a glint of a portrait would be spots on a bare wall
OUTLINE = (0.4, 0.6)  # how sure it is that somebody is there, along people's outline
PURE = 0.9  # from this share on a pixel says what a part is like
LEAST, FEW = 0.004, 24  # share of the picture, and px: smaller parts say nothing
STEADY = 0.002  # how much a plane of light costs: little ground says little of it
# How far its colors spread, CIELAB, where a ground is a bare wall, and where it is a place.
SPREAD = (6.0, 20.0)
# What makes a portrait one that a photo is like: how much a difference in light counts of each
# part, and one in color, which of a gray ground is free; of a part of no size, too.
ALIKE_LIGHT, ALIKE_COLOR, EVEN_SMALL = (0.15, 0.5, 0.4, 0.0), (1.0, 1.0, 0.3, 0.0), 0.15
FREE = 20.0  # chroma of a ground from which on its color has to be alike
USUAL = 0.25  # how much it counts how far a ground's light is from that of most of his portraits
DULL = 0.5  # this share of the portraits, those of the least chroma, lends no colors


@cache
def portraits_by(style: str) -> Portraits:
    """Read what the portraits of a style that is painted by strokes, or printed, are like.

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
    for part, pure in enumerate(pure_of(parts_of(subject))):
        if enough(pure):
            own = lab[pure]
            quantiles[0, part] = ranked(own[:, 0])
            colors[0, part], share = main_colors(own, COLORS)
            weights[0, part] = share * pure.mean()
    return Portraits(quantiles, colors, weights, _fall(lab[..., 0], subject)[None])


def parts_of(subject: Subject) -> Float:
    """Return how far each pixel is of each part, (H, W, 4); they sum to 1.

    People end within little: what is half a dark ground and half a face would be a rim.
    """
    person = smoothstep(subject.person, *OUTLINE)
    skin = np.minimum(subject.skin, person)
    hair = np.minimum(subject.hair, person - skin)
    return np.stack([1 - person, person - skin - hair, hair, skin], -1).astype(np.float32)


def bareness(lab: Float, subject: Subject) -> float:
    """Return how far the ground of a picture is a bare wall, by how its colors spread."""
    small = size_of_long((lab.shape[0], lab.shape[1]), LONG_PX)
    ground = parts_of(subject.at(small))[..., GROUND] > PURE
    if not enough(ground):
        return 0.0
    spread = np.linalg.norm(resized(lab, small)[ground].std(0))
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
    usual = [np.median(cost[known[:, part], part]) if known[:, part].any() else 0 for part in PARTS]
    cost = np.where(known, cost, usual) * (own.shares[0] > 0) * (EVEN_SMALL + own.shares[0])
    light = portraits.quantiles[:, GROUND].mean(-1)
    total = cost.sum(-1) + USUAL * (light - np.median(light)) ** 2
    return int(np.argmin(np.where(chroma < np.quantile(chroma, DULL), np.inf, total)))


def one_alike(plain: Motif, portraits: Portraits) -> Portraits:
    """Return the portrait that what is seen in a photo is most like."""
    return portraits.one(most_alike(measured(plain.target, plain.subject), portraits))


def _fall(light: Float, subject: Subject) -> Float:
    """Return how the ground's L changes to the right, downward and away from people, (3,)."""
    own = subject.person > 0.5
    ground = cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if not own.any() or not enough(ground):
        return np.zeros(3, np.float32)
    where = places(own)[ground]
    where = np.column_stack([np.ones(len(where)), where])
    cost = np.diag([0, 1, 1, 1]) * len(where) * STEADY
    found = np.linalg.solve(where.T @ where + cost, where.T @ light[ground])
    return found[1:].astype(np.float32)


def places(own: NDArray[np.bool_]) -> Float:
    """Return where each pixel is from people's middle, right and down, and how far from them."""
    y, x = np.mgrid[: own.shape[0], : own.shape[1]].astype(np.float32)
    middle = np.argwhere(own).mean(0)
    where = np.stack([x - middle[1], y - middle[0], distance_to(own)], -1)
    return where.astype(np.float32) / max(own.shape)


def enough(pixels: NDArray[np.bool_]) -> bool:
    """Tell whether so many pixels, (H, W), say something."""
    return bool(pixels.sum() >= max(FEW, LEAST * pixels.size))


def pure_of(parts: Float) -> NDArray[np.bool_]:
    """Mark the pixels that are of nothing but one part, of each part, (4, H, W)."""
    return np.moveaxis(parts > PURE, -1, 0)


def ranked(light: Float) -> Float:
    """Return the quantiles of some pixels' light, (RANKS,)."""
    return np.quantile(light, np.linspace(*RANGE, RANKS)).astype(np.float32)
