"""Find the outlines at which strokes end."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.stages.strokes.subject import Subject

Float = NDArray[np.float32]

CLOSELY = 0.0025  # of the short side: deviation of what of an outline a brush leaves
AROUND = 0.012  # of the short side: deviation of what counts as beside an outline
# What of both has to be around a place, for their contrast to be known there; and what it counts as
# elsewhere, CIELAB.
LEAST_SHARE, UNKNOWN = 0.02, 100.0
FAR_PX = 1e4  # distance from an outline where there is none


def regions(subject: Subject, *, hair: bool) -> tuple[NDArray[np.uint8], Float]:
    """Number what is behind and people, (H, W), and measure how far each one's edge is, px.

    `hair`: whether it is counted apart from the rest of people.
    """
    close = blurred(subject.person, CLOSELY * min(subject.person.shape))
    region = (close > 0.5).astype(np.uint8)
    if hair:
        region += 2 * (subject.hair > 0.55).astype(np.uint8)
    edge = np.full(region.shape, FAR_PX, np.float32)
    for own in np.unique(region):
        inside = (region == own).astype(np.uint8)
        if not inside.all():
            away = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_3)
            edge = np.where(inside, away, edge).astype(np.float32)
    return region, edge


def contrast(lab: Float, person: Float) -> Float:
    """Return how much people differ from what is behind them, (H, W) CIELAB over all axes.

    Far from outlines, where nothing says it, by `UNKNOWN`.
    """
    size = (person.shape[0], person.shape[1])
    small = (-(-size[0] // 4), -(-size[1] // 4))  # it is smooth
    lab, person = resized(lab, small), resized(person, small)
    people, behind = (local_mean(lab, of, AROUND * min(small)) for of in (person, 1 - person))
    share = blurred(person, AROUND * min(small))
    known = np.minimum(share, 1 - share) > LEAST_SHARE
    found = np.where(known, np.abs(people - behind).sum(-1), UNKNOWN)
    return resized(np.asarray(found, np.float32), size)
