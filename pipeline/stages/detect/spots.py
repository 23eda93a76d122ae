"""Spot likely faces by the small detector: peaks of its heat map."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.ops.resample import seen_at
from pipeline.ops.tensor import to_batch
from pipeline.types import Image, Network, Points

LONG_PX = 1024  # long side at which the photo is looked at
STEP, MULTIPLE = 8, 32  # px between two cells of the heat map; what both sides are a multiple of
LEAST = 0.3  # probability from which on a peak is a likely face


@dataclass(frozen=True)
class Spot:
    """A likely face: eyes and mouth corners, (4, 2), photo px; how likely it is."""

    points: Points
    score: float


def spots(photo: Image, finder: Network, *, long_px: int = LONG_PX) -> list[Spot]:
    """Return likely faces of 10 to 130 px, at a long side of `long_px`, the likeliest first."""
    padded, size = seen_at(photo, long_px, MULTIPLE)
    heat, *offsets = finder(to_batch(padded))[0]
    peaks = (heat == cv2.dilate(heat, np.ones((3, 3), np.uint8))) & (heat >= LEAST)
    rows, columns = np.nonzero(peaks)
    centers = (np.stack([columns, rows], 1) + 0.5) * STEP
    points = np.stack(offsets, -1)[rows, columns].reshape(-1, 4, 2) + centers[:, None]
    points = points * (max(photo.shape[:2]) / max(size)) - 0.5
    scores = heat[rows, columns]
    return [Spot(points[i].astype(np.float32), float(scores[i])) for i in np.argsort(-scores)]
