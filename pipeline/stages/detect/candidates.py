"""Find candidates for faces: eyes and mouths that fit together.

There are more candidates than faces; a crop of each verifies it or not.
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.detect.glasses import pairs_of_lenses
from pipeline.stages.detect.landmarks import both_eyes
from pipeline.stages.parse import Part, Probabilities
from pipeline.types import Points

LEAST_AREA = 3  # px² of a part
# Probabilities from which on a part may be there. Small eyes lose most of theirs.
LIKELY_EYE, LIKELY_BROW, LIKELY_MOUTH, LIKELY_GLASSES = 0.12, 0.4, 0.3, 0.5
EYE_OF_LENS = 5  # how many times as large as an eye a lens is


@dataclass(frozen=True)
class Blob:
    """A connected region of one part: center (x, y) px and area px²."""

    center: NDArray[np.float64]
    area: int


def face_candidates(parts: Probabilities) -> list[Points]:
    """Return likely eyes and mouth corners of faces, (4, 2) px each, the best first.

    Every eye and every mouth is used at most once.
    """
    right = _eyes(parts, Part.RIGHT_EYE, Part.RIGHT_BROW)
    left = _eyes(parts, Part.LEFT_EYE, Part.LEFT_BROW)
    hidden = _behind_glasses(parts, right + left)
    right, left = right + hidden[0], left + hidden[1]
    mouths = _blobs(parts[..., Part.LIPS] + parts[..., Part.TEETH] > LIKELY_MOUTH)
    fits = [(_misfit(r, e, m), r, e, m) for r, e, m in product(right, left, mouths)]
    fits += [(1.0 + _misfit_profile(e, m), e, None, m) for e, m in product(right, mouths)]
    fits += [(1.0 + _misfit_profile(e, m), None, e, m) for e, m in product(left, mouths)]
    used: set[int] = set()
    out = []
    for cost, r, e, m in sorted((f for f in fits if np.isfinite(f[0])), key=lambda f: f[0]):
        members = {id(b) for b in (r, e, m) if b is not None}
        if not members & used and cost < 2.0:
            used |= members
            pair = both_eyes([None if b is None else b.center for b in (r, e)], m.center)
            out.append(np.concatenate([pair, _level_mouth(pair, m)]).astype(np.float32))
    return out


def _eyes(parts: Probabilities, eye: Part, brow: Part) -> list[Blob]:
    """Find the eyes of one side; below a brow without one, place one where it should be."""
    eyes = _blobs(parts[..., eye] > LIKELY_EYE)
    below = []
    for blob in _blobs(parts[..., brow] > LIKELY_BROW):
        size = blob.area**0.5
        at = blob.center + np.array([0, 0.9 * size])
        if all(np.hypot(*(at - other.center)) > 2 * size for other in eyes):
            below.append(Blob(at, blob.area))
    return eyes + below


def _behind_glasses(parts: Probabilities, seen: list[Blob]) -> tuple[list[Blob], list[Blob]]:
    """Place eyes where lenses are and no eye is seen: right ones, left ones.

    A lens that stands alone, of a profile or of glasses without a visible bridge, may be either.
    """
    right, left = [], []
    for pair in pairs_of_lenses(parts[..., Part.GLASSES] > LIKELY_GLASSES):
        blobs = [_whole(lens) for lens in pair]
        if any(np.hypot(*(b.center - e.center)) < b.area**0.5 for b in blobs for e in seen):
            continue
        right.append(blobs[0])
        left.append(blobs[-1])
    return right, left


def _whole(region: NDArray[np.bool_]) -> Blob:
    """Return a region as one blob, of the area that an eye behind it would have."""
    rows, columns = np.nonzero(region)
    return Blob(np.array([columns.mean(), rows.mean()]), max(LEAST_AREA, len(rows) // EYE_OF_LENS))


def _misfit(right: Blob, left: Blob, mouth: Blob) -> float:
    """Measure how far two eyes and a mouth are from an upright face's proportions.

    0 is a perfect fit; infinite where they cannot be one face.
    """
    across = left.center - right.center
    down = mouth.center - (left.center + right.center) / 2
    distance, drop = np.hypot(*across), np.hypot(*down)
    if distance < 3 or not 0.5 < drop / distance < 2.6:
        return np.inf
    turn = np.arctan2(across[0] * down[1] - across[1] * down[0], across @ down) - np.pi / 2
    if abs(turn) > 0.7:
        return np.inf
    eye = np.sqrt((right.area + left.area) / 2)
    if not 0.05 < eye / drop < 0.7:
        return np.inf
    return (
        abs(np.log(drop / (1.05 * distance)))
        + abs(turn)
        + 0.3 * abs(np.log(right.area / left.area))
    )


def _misfit_profile(eye: Blob, mouth: Blob) -> float:
    drop = np.hypot(*(mouth.center - eye.center))
    size = np.sqrt(eye.area)
    return abs(np.log(drop / (5 * size))) * 0.5 if 0.08 < size / max(drop, 1e-6) < 0.5 else np.inf


def _level_mouth(eyes: NDArray[np.float64], mouth: Blob) -> NDArray[np.float64]:
    """Place two corners beside a mouth's center, parallel to the eyes, at the usual distance."""
    half = (eyes[1] - eyes[0]) * 0.44
    return np.stack([mouth.center - half, mouth.center + half])


def _blobs(region: NDArray[np.bool_]) -> list[Blob]:
    count, _, stats, centers = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA] if count > 1 else np.zeros(0, int)
    order = np.argsort(-areas)[:40]
    return [Blob(centers[1 + i], int(areas[i])) for i in order if areas[i] >= LEAST_AREA]
