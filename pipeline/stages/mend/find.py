"""Find where an old photo is damaged."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized, scaled_to_long
from pipeline.stages.mend.lines import judged, segments_in
from pipeline.stages.mend.ridges import Ridges
from pipeline.stages.mend.spots import find_spots
from pipeline.types import Image

SEEN_PX = 1024  # long side at which damage is looked for
MOST_ENLARGED = 3  # times, for tiny photos
SURE = 0.3  # from which on a segment is a scratch; of held-out photos 0.26 % is wrong then
GROWN_PX = 3  # by how much what is found is widened, since lines have soft edges


def find_damage(photo: Image) -> NDArray[np.bool_]:
    """Find scratches, creases and spots of a photo, (H, W, 3) in [0, 1].

    Returned is where they are, (H, W), with the soft edges that they have.
    """
    size = photo.shape[0], photo.shape[1]
    long_px = min(SEEN_PX, MOST_ENLARGED * max(size))
    seen = resized(photo, scaled_to_long(size, long_px)).clip(0, 1)
    found = find_lines(seen) | find_spots(seen)
    grown = cv2.dilate(found.astype(np.uint8), np.ones((GROWN_PX, GROWN_PX), np.uint8))
    there = cv2.resize(grown.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    return there > 0.5


def find_lines(seen: Image, sure: float = SURE) -> NDArray[np.bool_]:
    """Find scratches and creases of a photo of `SEEN_PX`; return where they are, (H, W)."""
    segments, ridges = segments_in(seen)
    found = np.zeros(ridges.share.shape[1:], np.uint8)
    if len(segments.pixels):
        for number in np.flatnonzero(judged(segments.features) > sure):
            found.ravel()[segments.pixels[number]] = 1
    return _as_wide(found, ridges, (seen.shape[0], seen.shape[1]))


def _as_wide(found: NDArray[np.uint8], ridges: Ridges, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Join the pieces of lines found, at half the size, and widen them to the lines' own width."""
    joined = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    near = cv2.dilate(joined, np.ones((3, 3), np.uint8)) > 0
    wide = (joined > 0) | (near & (ridges.here.max(0) > 0.25))
    large = cv2.resize(wide.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    return large > 0.5
