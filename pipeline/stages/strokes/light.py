"""Monet's light: a table of what his paintings' colors are like."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

TABLE = Path(__file__).parent / "monet.npz"  # made by `python -m training.light`
SIDE = 64  # px to which a picture is shrunk: what is finer is strokes, not light
ROUNDS = 12  # of k-means
QUANTILES = 33  # of L, evenly spaced
LIGHTS = (12.0, 30.0, 45.0, 60.0, 75.0, 92.0)  # L at which chroma is known


@dataclass(frozen=True)
class Light:
    """Statistics of paintings, CIELAB.

    `quantiles`: of L, (QUANTILES,). `palettes`: of each painting, (N, 16, 3), and how much of it
    each color is, `weights`, (N, 16). `chroma`: mean chroma at `LIGHTS`.
    """

    quantiles: Float
    palettes: Float
    weights: Float
    chroma: Float

    def chroma_at(self, lightness: Float) -> Float:
        """Return the mean chroma of paintings where they are as light."""
        return np.interp(lightness, LIGHTS, self.chroma).astype(np.float32)


@cache
def monet() -> Light:
    """Read the table of Monet's paintings."""
    with np.load(TABLE, allow_pickle=False) as table:
        return Light(**{name: table[name].astype(np.float32) for name in table.files})


def main_colors(lab: Float, count: int, tries: int = 1) -> tuple[Float, Float]:
    """Return a picture's main colors, (count, 3) CIELAB, and how much of it each is, (count,)."""
    cv2.setRNGSeed(0)
    pixels = lab.reshape(-1, 3)
    ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 0.5)
    start = np.zeros((len(pixels), 1), np.int32)
    _, which, centers = cv2.kmeans(pixels, count, start, ends, tries, cv2.KMEANS_PP_CENTERS)
    share = np.bincount(which.ravel(), minlength=count) / len(pixels)
    return centers, share.astype(np.float32)
