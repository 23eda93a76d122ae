"""Paint without a network: Monet's light on a photo, then dabs of broken color.

This painter teaches the generator.

The constants were found by a search on 40 training photos and 100 training paintings, for small
distances between their mean features, at the default size of brush; those that decide how much of a
photo is left in its painting were set by eye.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.seed_noise import SOFTNESS_PX

Field = NDArray[np.float32]

# A painting is lighter than a photo, not paler, and warmest between its lights and its darks.
LIGHT_GAIN, LIGHT_SHIFT, COLOR_GAIN, COLOR_KNEE = 0.92, 14.0, 1.15, 130.0
GREENER, YELLOWER = -3.5, 5.0
# Its reds, and with them skin, are neither lighter nor greener: where a photo's a is so much around
# a place, these shifts shrink.
RED_FROM, RED_TO, RED_AROUND_PX, RED_KEEPS = (
    2.0,
    14.0,
    5.0,
    np.array([0.15, 0.45, 0.65], np.float32),
)
SHADOW, LIGHTS = (2.0, -1.0), (0.0, -2.0)  # what darkest and lightest colors gain of a, b
BROKEN_COLOR = np.array(
    [5.8, 4.2, 4.0], np.float32
)  # deviation of strokes from the light's own L, a, b
CALM, BUSY, BUSY_AT = (
    0.5,
    1.3,
    0.33,
)  # strokes differ less where the photo is flat, more where it is busy
RELIEF = 2.5  # of L: how thick the paint is
FINE_AT = 0.2  # edges from which on the fine brush is taken
KEPT = 0.6  # of the structure at edges that strokes have lost
SHARPER = 0.65
# What is added to gradients' squares across and to their products: flat places are painted nearly
# upright.
LEAN = (6e-4, -1.5e-4)
FLOW_PX, AROUND_PX = 2.5, 6.0  # over which a stroke's course, and how busy a photo is, are averaged


@dataclass(frozen=True)
class Brush:
    """One brush: what its strokes grow from, and their size.

    It says which of the three seeds its strokes grow from, and how much wider than these they are
    and how long, px.

    `reach`: from how far a stroke takes its colors, steps of nearly a pixel.
    """

    seed: int
    wider: float
    length: int
    reach: int


STROKE_PX = 8.0  # how wide the widest strokes of these come out
WIDE, FINE = Brush(0, 0.4, 26, 6), Brush(1, 0.0, 22, 2)


def lit_like_monet(photo: Field) -> Field:
    """Return the photo (H, W, 3) in [0, 1] in Monet's light.

    Darks are lifted but for reds, blues are calmer, and middle lights are warmer than others.

    It asks for what is near alone, so that a network without a view of the whole picture can learn
    it.
    """
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB)
    red = np.clip(
        (cv2.GaussianBlur(lab[..., 1], (0, 0), RED_AROUND_PX) - RED_FROM) / (RED_TO - RED_FROM),
        0,
        1,
    )
    shift = np.array([LIGHT_SHIFT, GREENER, YELLOWER], np.float32) * (
        1 - red[..., None] * (1 - RED_KEEPS)
    )
    lightness = lab[..., 0] * LIGHT_GAIN + shift[..., 0]
    tone = np.clip((lightness - 55) / 35, -1, 1)
    shadow, light = np.maximum(-tone, 0), np.maximum(tone, 0)
    gain = COLOR_GAIN / (
        1 + np.hypot(lab[..., 1], lab[..., 2]) / COLOR_KNEE
    )  # dull colors gain, vivid ones are calmed
    a = lab[..., 1] * gain + SHADOW[0] * shadow + LIGHTS[0] * light + shift[..., 1]
    b = lab[..., 2] * gain + SHADOW[1] * shadow + LIGHTS[1] * light + shift[..., 2]
    return _rgb(np.dstack([lightness, a, b]))


def stroked(light: Field, seeds: Field) -> Field:
    """Return the picture, (H, W, 3) in [0, 1], painted in dabs along its edges.

    `seeds`, (H, W, 3) smooth noise (`pipeline.ops.seed_noise`), smeared along the edges, are hills
    that long; every pixel takes the color at the hilltop above it, so that a hill is a dab of one
    color with an edge. The same seeds give the same dabs: a network that is given them can learn
    the dabs themselves instead of their blurred mean.

    Source: Cabral and Leedom 1993, "Imaging Vector Fields Using Line Integral Convolution", for the
    smearing; Comaniciu and Meer 2002, "Mean Shift", for the climb.
    """
    course, edges = flow(light)
    fine = np.clip(cv2.GaussianBlur(edges, (0, 0), 1) / FINE_AT, 0, 1)
    lively = CALM + (BUSY - CALM) * np.clip(
        cv2.GaussianBlur(edges, (0, 0), AROUND_PX) / BUSY_AT, 0, 1
    )
    hills = [_hills(seeds, course, brush) for brush in (WIDE, FINE)]
    climbs = [
        _climb(height, brush.reach) for height, brush in zip(hills, (WIDE, FINE), strict=True)
    ]
    place = climbs[0] * (1 - fine) + climbs[1] * fine
    dabs = _at(place, _along(cv2.GaussianBlur(light, (0, 0), 0.5), course, 4))
    own = _at(
        place,
        _along(cv2.GaussianBlur(seeds[..., [2, 0, 1]], (0, 0), 0.6), course, 6)
        / _deviation(0.6, 6),
    )
    lab = (
        cv2.cvtColor(dabs, cv2.COLOR_RGB2LAB)
        + np.tanh(1.2 * own) * BROKEN_COLOR * lively[..., None]
    )
    height = hills[0] * (1 - fine) + hills[1] * fine
    lab[..., 0] += lively * RELIEF * sum(_slopes(height))
    painted = cv2.GaussianBlur(_rgb(lab), (0, 0), 0.3)
    painted += SHARPER * (painted - cv2.GaussianBlur(painted, (0, 0), 1.5))
    painted += KEPT * fine[..., None] * _along(light - dabs, course, 6)
    return np.clip(painted, 0, 1)


def flow(picture: Field) -> tuple[Field, Field]:
    """Return the direction along edges, radians, and how strong these are, both (H, W).

    Flat places lean a little to one side, as a hand does.
    """
    gray = cv2.GaussianBlur(luminance(picture), (0, 0), 1.2)
    gx, gy = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(v, (0, 0), FLOW_PX) for v in (gx * gx, gy * gy, gx * gy))
    return 0.5 * np.arctan2(2 * (xy + LEAN[1]), xx + LEAN[0] - yy) + np.pi / 2, np.sqrt(xx + yy)


def _hills(seeds: Field, course: Field, brush: Brush) -> Field:
    """Return a brush's hills, (H, W), of deviation 1."""
    seed = seeds[..., brush.seed]
    smeared = _along(
        cv2.GaussianBlur(seed, (0, 0), brush.wider) if brush.wider else seed, course, brush.length
    )
    return smeared / _deviation(brush.wider, brush.length)


def _deviation(wider: float, length: int) -> float:
    """Return the deviation that seeds have left after a blur and a smear of this length.

    It is the same at every picture's size.
    """
    width = float(np.hypot(SOFTNESS_PX, wider))
    return SOFTNESS_PX / width / (1 + length / (3.5 * width)) ** 0.5


def _slopes(height: Field) -> tuple[Field, Field]:
    return cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(
        height, cv2.CV_32F, 0, 1, scale=1 / 8
    )


def _climb(height: Field, steps: int) -> Field:
    """Return how far every pixel comes uphill in so many steps of nearly one pixel.

    The way is (2, H, W), x and y.
    """
    slopes = np.stack(_slopes(height))
    slopes *= 0.95 / (np.hypot(*slopes) + 0.02)
    moved = np.zeros_like(slopes)
    for _ in range(steps):
        moved = moved + np.stack([_at(moved, slope) for slope in slopes])
    return moved


def _at(moved: Field, picture: Field) -> Field:
    """Return what a picture shows where each pixel has moved to."""
    ys, xs = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    return cv2.remap(
        picture, xs + moved[0], ys + moved[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )


def _along(picture: Field, course: Field, length: int) -> Field:
    """Average over a line of `length` px through every pixel."""
    step = np.stack([np.cos(course), np.sin(course)])
    return sum(
        _at(t * step, picture)
        for t in np.linspace(-length / 2, length / 2, length, dtype=np.float32)
    ) / np.float32(length)


def _rgb(lab: Field) -> Field:
    return np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)
