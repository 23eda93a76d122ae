"""Smooth a picture into planes of color whose edges stay sharp, as a painter simplifies."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.resample import resized
from pipeline.types import Image

Float = NDArray[np.float32]

SECTORS = 8
REACH = 2.2  # deviations that a sector reaches
WIDE = 1.3  # how far sectors overlap: 1 would meet halfway between their middles
SHARPNESS = 8.0  # the power by which what varies less counts more
SEEN = 1 / 255  # a deviation of luminance below which sides count alike
NEVER = 1e-9  # what each side counts at least: where all vary much, all do alike
# The deviation at most and at least: a larger one is taken in a smaller picture, a smaller one in
# one of twice the size, for a side of few pixels is no circle's.
LARGEST_PX, LEAST_PX = 1.6, 0.9


def kuwahara(picture: Image, sigma: float) -> Image:
    """Replace each pixel by the mean of that side of its neighborhood that varies least.

    `picture`: (H, W, 3) in [0, 1]. `sigma`: the neighborhood's deviation, px; with 0 nothing
    changes.

    Source: Papari et al. 2007, "Artistic Edge and Corner Enhancing Smoothing".
    """
    if sigma <= 0:
        return picture
    if LEAST_PX <= sigma <= LARGEST_PX:
        return _kuwahara(picture, sigma)
    k = 2.0 if sigma < LEAST_PX else LARGEST_PX / sigma
    h, w = picture.shape[:2]
    there = resized(picture, (max(1, round(h * k)), max(1, round(w * k))))
    return resized(_kuwahara(there, sigma * k), (h, w)).clip(0, 1)


def _kuwahara(picture: Image, sigma: float) -> Image:
    light = luminance(picture)
    seen = np.dstack([picture, light * light])

    def side(sector: Float) -> tuple[Float, Float]:
        mean = cv2.filter2D(seen, -1, sector, borderType=cv2.BORDER_REFLECT)
        varies = (mean[..., 3] - luminance(mean[..., :3]) ** 2).clip(0) / np.float32(SEEN**2)
        return mean[..., :3], 1 / (1 + varies ** np.float32(SHARPNESS / 2)) + np.float32(NEVER)

    total, weights = np.zeros_like(picture), np.zeros_like(light)
    with ThreadPoolExecutor() as pool:
        for mean, weight in pool.map(side, _sectors(sigma)):
            total += mean * weight[..., None]
            weights += weight
    return total / weights[..., None]


def _sectors(sigma: float) -> list[Float]:
    """Return the sides' weights, which sum to 1 each and share the middle."""
    reach = max(1, int(np.ceil(REACH * sigma)))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    near, angle = np.exp(-(x * x + y * y) / (2 * sigma * sigma)), np.arctan2(y, x)
    sectors = []
    for number in range(SECTORS):
        off = (angle - 2 * np.pi * number / SECTORS + np.pi) % (2 * np.pi) - np.pi
        sector = near * np.clip(WIDE - np.abs(off) / (2 * np.pi / SECTORS), 0, 1)
        sector[reach, reach] = 2 / SECTORS
        sectors.append(np.asarray(sector / sector.sum(), np.float32))
    return sectors
