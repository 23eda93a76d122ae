"""Wear a photo as decades in a drawer do: scratches, creases, dust, stains; and say where."""

from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Image, Mask

SEEN = 0.03  # of a pixel's change in [0, 1], from which on it counts as worn
WHITE, BLACK, BROWN = (0.97, 0.96, 0.93), (0.05, 0.05, 0.05), (0.42, 0.30, 0.16)
SHIFT = 4  # bits of OpenCV's fractions of a pixel
Curve = NDArray[np.float64]  # (N, 2) x, y in px


@dataclass(frozen=True)
class Worn:
    """A photo with damage, (H, W, 3) in [0, 1], and by its kind where that is, (H, W) bool."""

    picture: Image
    where: dict[str, NDArray[np.bool_]]

    @property
    def anywhere(self) -> NDArray[np.bool_]:
        """Where any damage is, (H, W)."""
        return np.any(list(self.where.values()), axis=0)


def wear(photo: Image, seed: int, long: float = 0.0) -> Worn:
    """Draw damage of every kind on a photo, (H, W, 3) in [0, 1]; the same for the same seed.

    `long`: the long side, px, that widths and lengths are shares of; by default the photo's own, a
    larger one where it is a part of a photo.
    """
    rng = np.random.default_rng(seed)
    long = long or max(photo.shape[:2])
    picture, where = photo, {}
    kinds = {"stains": (_stain, 3), "creases": (_crease, 2), "scratches": (_scratch, 12)}
    for kind, (draw, most) in (kinds | {"dust": (_dust, 50)}).items():
        before = picture
        for _ in range(int(rng.integers((most + 1) // 2, most + 1))):
            picture = draw(picture, long, rng)
        where[kind] = np.abs(picture - before).max(2) > SEEN
    return Worn(picture, where)


def _scratch(picture: Image, long: float, rng: np.random.Generator) -> Image:
    """Draw a long thin line that bends a little, with gaps where the layer held."""
    length = long * rng.uniform(0.08, 0.6)
    line = _bent(_anywhere(picture, rng), rng.uniform(0, 2 * pi), length, rng.uniform(0, 0.06), rng)
    width = long * rng.uniform(0.0012, 0.004)
    cover = _covered(picture, [line], width, long * rng.uniform(0.0003, 0.001))
    cover *= _uneven(picture, long * 0.03, rng.uniform(0, 0.6), rng)
    color = WHITE if rng.random() < 0.75 else BLACK
    return _laid(picture, cover * rng.uniform(0.35, 1.0), color)


def _crease(picture: Image, long: float, rng: np.random.Generator) -> Image:
    """Draw a fold across the photo: a broken white line with a shade beside it."""
    h, w = picture.shape[:2]
    across = rng.random() < 0.5
    at = rng.uniform(0.1, 0.9)
    start = (0.0, at * h) if across else (at * w, 0.0)
    angle = (0.0 if across else pi / 2) + rng.uniform(-0.25, 0.25)
    line = _bent(start, angle, 1.3 * max(h, w), rng.uniform(0, 0.02), rng)
    width = long * rng.uniform(0.002, 0.006)
    shade = _covered(picture, [line + width], 3 * width, long * 0.004)
    cover = _covered(picture, [line], width, long * rng.uniform(0.0004, 0.0012))
    cover *= _uneven(picture, long * 0.01, rng.uniform(0.3, 0.8), rng)
    picture = _laid(picture, shade * rng.uniform(0, 0.06), BLACK)
    return _laid(picture, cover * rng.uniform(0.4, 1.0), WHITE)


def _dust(picture: Image, long: float, rng: np.random.Generator) -> Image:
    """Draw a grain or a fiber."""
    fiber = rng.random() < 0.2
    length = long * (rng.uniform(0.01, 0.04) if fiber else rng.uniform(0.0, 0.004))
    turns = rng.uniform(0.2, 0.8) if fiber else 0.3
    line = _bent(_anywhere(picture, rng), rng.uniform(0, 2 * pi), length, turns, rng)
    width = long * (rng.uniform(0.001, 0.0025) if fiber else rng.uniform(0.0015, 0.008))
    cover = _covered(picture, [line], width, long * rng.uniform(0.0003, 0.001))
    return _laid(picture, cover * rng.uniform(0.5, 1.0), WHITE if rng.random() < 0.7 else BLACK)


def _stain(picture: Image, long: float, rng: np.random.Generator) -> Image:
    """Draw a soft brown blot with a rim, as drops leave."""
    angles = np.linspace(0, 2 * pi, 60, endpoint=False)
    waves = (0.25 / k * np.cos(k * angles + rng.uniform(0, 6)) for k in (1, 2, 3))
    wobble = sum(rng.uniform(0, 1) * wave for wave in waves)
    radius = long * rng.uniform(0.008, 0.035) * (1 + wobble)
    x, y = _anywhere(picture, rng)
    edge = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], 1)
    inner = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(inner, [np.round(edge * 2**SHIFT).astype(np.int32)], 1.0, cv2.LINE_AA, SHIFT)
    inner = cv2.GaussianBlur(inner, (0, 0), long * rng.uniform(0.001, 0.004))
    rim = _covered(picture, [np.vstack([edge, edge[:1]])], long * 0.002, long * 0.001)
    share = rng.uniform(0.15, 0.5)
    return _laid(picture, np.clip(share * inner + 0.3 * rim, 0, 0.8), BROWN)


def _anywhere(picture: Image, rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0, picture.shape[1]), rng.uniform(0, picture.shape[0])


def _bent(
    start: tuple[float, float], angle: float, length: float, turn: float, rng: np.random.Generator
) -> Curve:
    """Walk from a point: at each of 24 steps the direction turns by a random share of `turn`."""
    points = [np.array(start)]
    for _ in range(24):
        angle += rng.normal(0, turn)
        points.append(points[-1] + length / 24 * np.array([cos(angle), sin(angle)]))
    return np.array(points)


def _covered(picture: Image, lines: list[Curve], width: float, soft: float) -> Mask:
    """Return how far lines of a width cover each pixel, blurred by `soft` px, (H, W) in [0, 1]."""
    fine = 2  # lines are drawn at twice the size, for widths below 2 px
    h, w = picture.shape[:2]
    cover = np.zeros((h * fine, w * fine), np.float32)
    points = [np.round(line * fine * 2**SHIFT).astype(np.int32) for line in lines]
    thick = max(1, round(width * fine))
    cv2.polylines(cover, points, False, 1.0, thick, cv2.LINE_AA, SHIFT)
    cover = cv2.resize(cover, (w, h), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(cover, (0, 0), max(0.3, soft)), np.float32)


def _uneven(picture: Image, size: float, depth: float, rng: np.random.Generator) -> Mask:
    """Return random weights, (H, W) in [1 - depth, 1], that change over `size` px."""
    h, w = picture.shape[:2]
    small = rng.random((max(2, round(h / size)), max(2, round(w / size)))).astype(np.float32)
    return np.float32(1) - np.float32(depth) * cv2.resize(small, (w, h))


def _laid(picture: Image, cover: Mask, color: tuple[float, float, float]) -> Image:
    return picture + cover[..., None] * (np.array(color, np.float32) - picture)
