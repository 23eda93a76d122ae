"""Find what no cut-out may show: straight pieces of its outline, parallel to an axis."""

from dataclasses import dataclass

import contourpy
import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Mask, Pixels

Spot = tuple[float, float, float]
Curve = NDArray[np.float64]  # (N, 2) x, y in px, a point a pixel

LEVEL = 0.5
PARALLEL_DEG = 1.0
CHORD_PX = 4  # over which a direction is taken: a mask's own grid shows below
LEAST_SHARE = 0.08  # of the face's height, from which on a piece is seen
LEAST_PX = 8.0  # a shorter piece says more of the grid than of the mask
NEAR_PX = 3.0  # an edge of the photo so near explains a straight piece
CANNY = (60, 120)


@dataclass(frozen=True)
class Straight:
    """A straight piece: its ends, (x, y) px, and length, px."""

    start: tuple[float, float]
    end: tuple[float, float]
    length: float


def straight_pieces(mask: Mask, photo: Pixels, faces: list[Spot]) -> list[Straight]:
    """Return the straight pieces of a mask's 0.5 contour that nothing in the photo explains.

    `mask`: (H, W) in [0, 1]; `photo`: of the same size; `faces`: center x, y and height of each,
    px: a piece is measured by the nearest. Pieces on the picture's border do not count.
    """
    lines = contourpy.contour_generator(z=mask.astype(np.float64)).lines(LEVEL)
    free = _unexplained(photo)
    pieces = [piece for line in lines for piece in _pieces(_resampled(line))]
    return [p for p in pieces if p.length > _least(p, faces) and _lies_in(free, p)]


def _least(piece: Straight, faces: list[Spot]) -> float:
    """Return from which length on a piece counts."""
    middle = (np.array(piece.start) + piece.end) / 2
    nearest = min(faces, key=lambda face: float(np.hypot(*(middle - face[:2]))))
    return max(LEAST_PX, LEAST_SHARE * nearest[2])


def _resampled(line: Curve) -> Curve:
    """Return a curve's points a pixel apart."""
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0.0, steps[-1], 1.0)
    return np.stack([np.interp(at, steps, line[:, axis]) for axis in (0, 1)], 1)


def _pieces(curve: Curve) -> list[Straight]:
    """Return the runs of a curve whose every chord is parallel to an axis."""
    if len(curve) <= CHORD_PX:
        return []
    chords = np.abs(curve[CHORD_PX:] - curve[:-CHORD_PX])
    within = np.tan(np.deg2rad(PARALLEL_DEG))
    out = []
    for long, short in ((0, 1), (1, 0)):
        flat = (chords[:, short] <= within * chords[:, long]).astype(np.int8)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [0]])))
        for first, after in zip(edges[::2], edges[1::2], strict=True):
            start, end = curve[first], curve[after - 1 + CHORD_PX]
            length = float(np.hypot(*(end - start)))
            out.append(Straight(tuple(start.tolist()), tuple(end.tolist()), length))
    return out


def _unexplained(photo: Pixels) -> NDArray[np.bool_]:
    """Return where neither the picture's border nor an edge in the photo is near."""
    edges = cv2.Canny(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), *CANNY)
    edges[[0, -1], :] = edges[:, [0, -1]] = 255
    return cv2.distanceTransform(255 - edges, cv2.DIST_L2, 5) > NEAR_PX


def _lies_in(free: NDArray[np.bool_], piece: Straight) -> bool:
    """Say whether most of a piece lies where nothing explains it."""
    points = np.linspace(piece.start, piece.end, max(2, round(piece.length)))
    x, y = np.round(points).astype(int).T
    h, w = free.shape
    return bool(free[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)].mean() > 0.5)
