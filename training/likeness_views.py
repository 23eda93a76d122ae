"""Views of faces: changed in shape, mixed with others, lit, blurred, painted, saved badly.

A new shape or a mix of two is nobody's face, but it has a descriptor, so that a few thousand people
are enough. Both networks see the same picture, each cut as it wants it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.metrics.likeness import SIDE as CHIP
from pipeline.metrics.likeness import matrix_of
from pipeline.ops import align
from pipeline.types import Pixels, Points
from training.face_descriptor import CHIP_PX, to_chip
from training.likeness_faces import SIDE, Faces

MIXED, MIX = 0.4, (0.2, 0.8)  # share of views that are two faces, and how much of the other
MIRRORED = 0.5
SHAPED = 0.05  # deviation of an affine change of shape
BENT, BENDS = 2.5, 4  # px, deviation of a smooth change of shape; how many bends across
ASTRAY = 0.012  # deviation of eyes and mouth corners as they are found, in sides of a face's cut
PAINTED, PAINT = 0.35, (0.4, 1.0)  # share of views that are painted, and how much
HERE = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), 2).astype(np.float32)
EYES_MIRRORED, FIVE_MIRRORED = [1, 0, 3, 2], [2, 3, 0, 1, 4]


@dataclass(frozen=True)
class View:
    """A face as the small network sees it, (150, 150, 3), and as dlib's does, (150, 150, 3)."""

    small: Pixels
    large: Pixels


@dataclass(frozen=True)
class Shown:
    """A cut of a face, (S, S, 3), its eyes and mouth, (4, 2) px, and dlib's points, (5, 2) px."""

    pixels: Pixels
    four: Points
    five: Points


def plain(shown: Shown) -> View:
    """Cut out a face for both networks."""
    return View(
        _warped(shown.pixels, matrix_of(shown.four), CHIP),
        _warped(shown.pixels, to_chip(shown.five), CHIP_PX),
    )


def shown_of(faces: Faces, i: int, paint: float = 0.0) -> Shown:
    """Return one of the faces; `paint`: how much of the painted one is laid over it, in [0, 1]."""
    pixels = faces.pixels[i]
    if paint:
        pixels = _mixed(pixels, faces.painted[i], paint)
    return Shown(pixels, faces.four[i], faces.five[i])


def view(faces: Faces, i: int, rng: np.random.Generator) -> View:
    """Return a view of face `i` as none was before."""
    paint = rng.uniform(*PAINT) if rng.random() < PAINTED else 0.0
    shown = shown_of(faces, i, paint)
    if rng.random() < MIXED:
        other = shown_of(faces, int(rng.integers(len(faces))), paint)
        share = rng.uniform(*MIX)
        shown = Shown(
            _mixed(shown.pixels, other.pixels, share),
            (1 - share) * shown.four + share * other.four,
            (1 - share) * shown.five + share * other.five,
        )
    if rng.random() < MIRRORED:
        shown = _mirrored(shown)
    shown = _shaped(shown, rng)
    found = shown.four + rng.normal(0, ASTRAY * SIDE * rng.random(), (4, 2))
    return plain(Shown(damaged(shown.pixels, rng), found.astype(np.float32), shown.five))


def _mixed(one: Pixels, other: Pixels, share: float) -> Pixels:
    return np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), np.uint8)


def _mirrored(shown: Shown) -> Shown:
    def back(points: Points, order: list[int]) -> Points:
        return np.float32([SIDE - 1, 0]) + points[order] * np.float32([-1, 1])

    pixels = np.ascontiguousarray(shown.pixels[:, ::-1])
    return Shown(pixels, back(shown.four, EYES_MIRRORED), back(shown.five, FIVE_MIRRORED))


def _shaped(shown: Shown, rng: np.random.Generator) -> Shown:
    """Stretch, shear and bend a face a little: it becomes another one's."""
    linear = np.eye(2) + rng.normal(0, SHAPED, (2, 2))
    middle = np.full(2, (SIDE - 1) / 2)
    matrix = np.column_stack([linear, middle - linear @ middle])
    pixels = _warped(shown.pixels, matrix, SIDE)
    four, five = (align.map_points(matrix, points) for points in (shown.four, shown.five))
    grid = rng.normal(0, BENT, (BENDS, BENDS, 2)).astype(np.float32)
    field = cv2.resize(grid, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    bent = cv2.remap(pixels, HERE + field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Shown(bent, *(_unbent(points, field) for points in (four, five)))


def _unbent(points: Points, field: NDArray[np.float32]) -> Points:
    """Move points by where pixels went: against the field, which is smooth."""
    x, y = np.clip(np.round(points), 0, SIDE - 1).astype(int).T
    return points - field[y, x]


def damaged(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a face as lamps, lenses, painters and files change it."""
    gray = np.linspace(0, 1, 256, dtype=np.float32)[:, None]
    tone = gray ** np.exp(rng.normal(0, 0.3))
    tone = (tone - 0.5) * np.exp(rng.normal(0, 0.25)) + 0.5 + rng.normal(0, 0.06)
    tone = tone * np.exp(rng.normal(0, 0.08, 3))
    seen = cv2.LUT(pixels, np.clip(255 * tone, 0, 255).astype(np.uint8)[None])
    if rng.random() < 0.5:  # more or less colorful
        light = cv2.transform(seen, np.full((3, 3), 1 / 3, np.float32))
        seen = _mixed(light, seen, rng.uniform(0, 1.6))
    if rng.random() < 0.3:
        seen = cv2.medianBlur(seen, int(rng.choice([3, 5, 7])))  # flat, as dabs are
    if rng.random() < 0.5:
        scale = rng.uniform(0.25, 0.9)
        size = seen.shape[1], seen.shape[0]
        small = cv2.resize(seen, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        noise = rng.standard_normal(seen.shape, np.float32) * rng.uniform(2, 14)
        coarse = cv2.GaussianBlur(noise, (0, 0), 1.2) * 3 if rng.random() < 0.5 else noise
        seen = np.clip(seen + coarse, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        how = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))]
        seen = cv2.imdecode(cv2.imencode(".jpg", seen, how)[1], cv2.IMREAD_COLOR)
    return np.asarray(seen, np.uint8)


def _warped(pixels: Pixels, matrix: align.Matrix | NDArray[np.float32], side: int) -> Pixels:
    warped = cv2.warpAffine(
        pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)
