"""Spot likely faces by the small detector: peaks of its heat map."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import cv2
import numpy as np

from pipeline.ops import align
from pipeline.ops.resample import seen_at
from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Network, Points

LOOKS_PX = (1024, 512)  # long sides at which the photo is looked at
STEP, MULTIPLE = 8, 32  # px between two cells of the heat map; what both sides are a multiple of
LEAST = 0.15  # probability from which on a peak is a likely face
APART = 1.0  # in distances of eyes to mouth: middles that are nearer are one face's

Find = TypeVar("Find")


@dataclass(frozen=True)
class Spot:
    """A likely face: eyes and mouth corners, (4, 2), photo px; how likely it is."""

    points: Points
    score: float

    @cached_property
    def middle(self) -> Points:
        """The middle between eyes and mouth, (2,)."""
        return (self.points[:2].mean(0) + self.points[2:].mean(0)) / 2

    @cached_property
    def drop(self) -> float:
        """The distance from the eyes to the mouth."""
        return align.eyes_to_mouth(self.points)


def spots(photo: Image, finder: Network, least: float = LEAST) -> list[Spot]:
    """Return likely faces of 10 px, at the larger look, to a quarter of the photo.

    `least`: the probability from which on they are likely.
    """
    every = [spot for long_px in LOOKS_PX for spot in spots_at(photo, finder, long_px, least)]
    return each_once(sorted(every, key=lambda spot: -spot.score), same_face)


def same_face(spot: Spot, other: Spot) -> bool:
    """Tell whether two spots are one face's."""
    off = np.hypot(*(spot.middle - other.middle))
    return bool(off <= APART * max(spot.drop, other.drop))


def each_once(finds: Iterable[Find], same: Callable[[Find, Find], bool]) -> list[Find]:
    """Return the finds, the surest first, without those that are the same as one before."""
    kept: list[Find] = []
    for find in finds:
        if not any(same(find, other) for other in kept):
            kept.append(find)
    return kept


def spots_at(photo: Image, finder: Network, long_px: int, least: float = LEAST) -> list[Spot]:
    """Return likely faces of 10 to 130 px, at a long side of `long_px`."""
    padded, size = seen_at(photo, long_px, MULTIPLE)
    heat, *offsets = finder(to_batch(padded))[0]
    peaks = (heat == cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat >= least)
    rows, columns = np.nonzero(peaks)
    centers = (np.stack([columns, rows], 1) + 0.5) * STEP
    points = np.stack(offsets, -1)[rows, columns].reshape(-1, 4, 2) + centers[:, None]
    points = points * (max(photo.shape[:2]) / max(size)) - 0.5
    scores = heat[rows, columns]
    return [Spot(points[i].astype(np.float32), float(scores[i])) for i in range(len(scores))]
