"""Find the outlines at which strokes end."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

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
HAIR = 0.55  # probability from which on hair is apart from the rest of people
FINER = 2  # times: how much finer than in pixels outlines are known
FAR_PX = 1e4  # distance from an outline where there is none


class Regions(NamedTuple):
    """What is behind and people, numbered, and how far each one's edge is.

    `sides`: the planes that it is numbered by, (1 or 2, H, W): where one is above a half, the
    number is larger by 1, and by 2. `region`: (H, W). `edge`: (H, W) px.
    """

    sides: Float
    region: NDArray[np.uint8]
    edge: Float


def regions(subject: Subject) -> tuple[Regions, Regions]:
    """Number what is behind and people, and once more with their hair apart from the rest."""
    size = (FINER * subject.person.shape[0], FINER * subject.person.shape[1])
    people = blurred(subject.person, CLOSELY * min(subject.person.shape))
    sides = [people, subject.hair + np.float32(0.5 - HAIR)]
    # Between pixels, too: an outline would be as rough as they are.
    finer = [resized(side, size) for side in sides]
    with ThreadPoolExecutor() as pool:
        whole, parted = pool.map(lambda count: _regions(sides[:count], finer[:count]), (1, 2))
    return whole, parted


def _regions(sides: list[Float], finer: list[Float]) -> Regions:
    region, finely = _numbered(sides), _numbered(finer)
    h, w = region.shape
    edge = np.zeros((h, w), np.float32)
    for own in range(2 ** len(sides)):
        inside = (finely == own).view(np.uint8)
        count = cv2.countNonZero(inside)
        if count == inside.size:
            edge += np.float32(FINER * FAR_PX)
        elif count:
            away = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_3)
            edge += cv2.resize(away, (w, h), interpolation=cv2.INTER_AREA)
    edge = (edge - np.float32(0.5)) / np.float32(FINER)
    return Regions(np.stack(sides), region, edge)


def _numbered(sides: list[Float]) -> NDArray[np.uint8]:
    number = np.zeros(sides[0].shape, np.uint8)
    for k, side in enumerate(sides):
        number |= (side > 0.5).astype(np.uint8) << k
    return number


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
