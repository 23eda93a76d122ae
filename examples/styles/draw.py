"""Draw the gallery of styles: `python examples/styles/draw.py`. It is public domain (CC0)."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE, SIDE, SCALE = Path(__file__).parent, 640, 2  # px; drawn twice as large, for smooth edges
Canvas = NDArray[np.uint8]
Color = tuple[int, int, int]  # RGB


def field(rng: np.random.Generator, cells: int) -> NDArray[np.float32]:
    """Return smooth noise, (S, S) in about [-1, 1], with so many hills across."""
    return cv2.resize(
        rng.normal(size=(cells, cells)).astype(np.float32),
        (SIDE * SCALE,) * 2,
        interpolation=cv2.INTER_CUBIC,
    )


def stroke(
    canvas: Canvas,
    at: NDArray[np.float64],
    angle: NDArray[np.float32],
    length: int,
    width: int,
    color: Color,
) -> None:
    """Draw one stroke that follows the angles."""
    points = [at]
    for _ in range(length):
        x, y = np.clip(points[-1], 0, SIDE * SCALE - 1).astype(int)
        points.append(points[-1] + 6 * np.array([np.cos(angle[y, x]), np.sin(angle[y, x])]))
    cv2.polylines(canvas, [np.array(points, np.int32)], False, color, width, cv2.LINE_AA)


def strewn(
    rng: np.random.Generator,
    canvas: Canvas,
    count: int,
    angle: NDArray[np.float32],
    length: int,
    width: int,
    pick: Callable,
) -> None:
    """Strew strokes over a canvas; `pick(x, y)` in [0, 1] gives their colors, a little varied."""
    for _ in range(count):
        at = rng.uniform(0, SIDE * SCALE, 2)
        color = np.clip(np.array(pick(*(at / (SIDE * SCALE)))) + rng.normal(0, 14, 3), 0, 255)
        stroke(
            canvas,
            at,
            angle,
            length,
            max(2, round(width * rng.uniform(0.6, 1.3))),
            (int(color[0]), int(color[1]), int(color[2])),
        )


def night(rng: np.random.Generator) -> Canvas:
    """Draw whirling strokes of blue around yellow lights."""
    canvas = np.full((SIDE * SCALE, SIDE * SCALE, 3), (22, 38, 84), np.uint8)
    lights = rng.uniform(0.08, 0.92, (9, 2))
    ys, xs = np.mgrid[0 : SIDE * SCALE, 0 : SIDE * SCALE].astype(np.float32) / (SIDE * SCALE)
    angle = 0.7 * field(rng, 4)
    for x, y in lights:
        near = np.exp(-(((xs - x) ** 2 + (ys - y) ** 2) / 0.012))
        angle = (1 - near) * angle + near * (np.arctan2(ys - y, xs - x) + np.pi / 2)

    def pick(x: float, y: float) -> tuple[float, ...]:
        far = float(np.min(np.hypot(lights[:, 0] - x, lights[:, 1] - y)))
        if far < 0.045:
            return 250, 222, 110
        mix = min(1.0, (far - 0.045) / 0.16)
        pale = rng.random() < 0.3
        return tuple(
            (1 - mix) * np.array([176, 200, 176])
            + mix * np.array([96, 136, 190] if pale else [34, 66, 138])
        )

    strewn(rng, canvas, 9000, angle.astype(np.float32), 9, 9, pick)
    return canvas


def meadow(rng: np.random.Generator) -> Canvas:
    """Draw short strokes of green under a pale sky, with flowers."""
    canvas = np.full((SIDE * SCALE, SIDE * SCALE, 3), (132, 158, 96), np.uint8)
    hills, upright = field(rng, 5), (-np.pi / 2 + 0.45 * field(rng, 9)).astype(np.float32)

    def pick(x: float, y: float) -> tuple[float, ...]:
        horizon = 0.33 + 0.03 * hills[0, min(int(x * SIDE * SCALE), SIDE * SCALE - 1)]
        if y < horizon:
            return (238, 226, 214) if rng.random() < 0.35 else (168, 196, 226)
        flower = rng.random()
        if flower < 0.10 * y:
            return 208, 62, 48
        if flower < 0.18 * y:
            return 246, 236, 214
        return ((70, 104, 58), (132, 162, 74), (182, 186, 96), (92, 122, 116))[rng.integers(4)]

    strewn(rng, canvas, 14000, upright, 4, 8, pick)
    return canvas


def ink(rng: np.random.Generator) -> Canvas:
    """Draw hatching with a pen on cream paper."""
    canvas = np.full((SIDE * SCALE, SIDE * SCALE, 3), (240, 232, 214), np.uint8)
    dark = field(rng, 6)
    for turn in (0.6, -0.7, 1.5):
        angle = (turn + 0.15 * field(rng, 5)).astype(np.float32)
        for _ in range(5200):
            at = rng.uniform(0, SIDE * SCALE, 2)
            x, y = at.astype(int)
            if dark[y, x] > rng.normal(0.2 + 0.3 * abs(turn), 0.5):
                stroke(canvas, at, angle, 9, int(rng.integers(2, 4)), (38, 34, 44))
    return canvas


def mosaic(rng: np.random.Generator) -> Canvas:
    """Lay warm and cool stones in mortar."""
    size, count = SIDE * SCALE, 1500
    stones = cv2.Subdiv2D((0, 0, size, size))
    for point in rng.uniform(1, size - 1, (count, 2)):
        stones.insert((float(point[0]), float(point[1])))
    canvas, warm = np.full((size, size, 3), (58, 54, 52), np.uint8), field(rng, 4)
    palettes = np.array(
        [
            [(196, 92, 54), (226, 170, 82), (150, 56, 48)],
            [(46, 96, 132), (96, 158, 160), (226, 216, 190)],
        ]
    )
    facets, middles = stones.getVoronoiFacetList([])
    for facet, middle in zip(facets, middles, strict=True):
        x, y = np.clip(middle, 0, size - 1).astype(int)
        color = np.clip(
            palettes[int(warm[y, x] < 0), rng.integers(3)] + rng.normal(0, 12, 3), 0, 255
        )
        inner = middle + (facet - middle) * 0.86
        cv2.fillConvexPoly(
            canvas,
            inner.astype(np.int32),
            (int(color[0]), int(color[1]), int(color[2])),
            cv2.LINE_AA,
        )
    return canvas


if __name__ == "__main__":
    for seed, draw in enumerate((night, meadow, ink, mosaic)):
        small = cv2.resize(
            draw(np.random.default_rng(seed)), (SIDE, SIDE), interpolation=cv2.INTER_AREA
        )
        cv2.imwrite(
            str(HERE / f"{draw.__name__}.jpg"), small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85]
        )
