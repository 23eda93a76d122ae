"""Draw the noise that a fast painter's strokes grow from: streaks along what a photo shows.

Noise of round spots says where strokes are, and a network lays all of them in one direction. Of
streaks along edges, and between them as the edges around ask for, it lays them as a hand would.
"""

from itertools import cycle, islice

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.streamlines import along

Field = NDArray[np.float32]

# Of the streaks in its channels, in turn, in places of the noise: width, odd, and half the length.
STREAKS = ((1, 3), (1, 7), (3, 7), (5, 12))
# Neighborhoods that say where a place's edges go, px of the noise, and how much each counts: the
# wider ones only where there is nothing near.
AROUND = ((1.5, 1.0), (6.0, 0.04), (20.0, 0.01))
WANDER, WANDER_PX = 3e-6, 9.0  # of walls without any edge: how much chance turns strokes, and where


def stroke_noise(
    photo: Field, size: tuple[int, int, int], rng: np.random.Generator | None = None
) -> Field:
    """Draw noise in streaks of a size a channel, (H, W, C); its variance is 1.

    `photo`: (3, H', W') in [-1, 1]. Without `rng` it is always the same. A film carries the noise
    of its first picture along: drawn anew, it would boil.
    """
    rng = rng or np.random.default_rng(0)
    h, w, channels = size
    white = rng.standard_normal(size, np.float32)
    widths, lengths = zip(*islice(cycle(STREAKS), channels), strict=True)
    for channel, width in enumerate(widths):
        plane = np.ascontiguousarray(white[..., channel])
        white[..., channel] = cv2.blur(plane, (width, width), borderType=cv2.BORDER_REFLECT_101)
    gray = cv2.resize(photo.mean(0), (w, h), interpolation=cv2.INTER_AREA)
    smeared = along(white, tangents(gray, rng), lengths)
    return smeared / smeared.std((0, 1)).clip(1e-6)


def tangents(gray: Field, rng: np.random.Generator) -> Field:
    """Return the direction that edges have at each place, (H, W, 2), of length 1.

    `gray`: (H, W) in [-1, 1]. Which of two opposite directions it is, is chance.
    Source: Brox et al. 2006, "Adaptive Structure Tensors and their Applications", eq. 2.
    """
    soft = cv2.GaussianBlur(gray, (0, 0), 1.0)
    x, y = (cv2.Sobel(soft, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    tensor = np.dstack([x * x, x * y, y * y])
    near = sum(
        share * cv2.GaussianBlur(tensor, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
        for sigma, share in AROUND
    )
    chance = cv2.GaussianBlur(rng.standard_normal((*gray.shape, 2), np.float32), (0, 0), WANDER_PX)
    turn = np.float32(WANDER) * chance / chance.std().clip(1e-6)
    xx, xy, yy = cv2.split(np.asarray(near, np.float32))
    across = np.arctan2(2 * xy + turn[..., 1], xx - yy + turn[..., 0]) / 2
    return np.dstack([-np.sin(across), np.cos(across)])
