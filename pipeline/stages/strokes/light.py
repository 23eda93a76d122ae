"""Monet's light, and that of painters of portraits: tables of what paintings' colors are like."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.resample import resized
from pipeline.types import Image

Float = NDArray[np.float32]

ALL = "monet"  # the mood of all his paintings
TABLE = Path(__file__).parent / "monet.npz"  # made by `python -m training.light`
PORTRAITS = TABLE.with_name("portraits.npz")  # likewise, with `--portraits`
SIDE = 64  # px to which a picture is shrunk: what is finer is strokes, not light
COLORS = 16  # of a palette
ROUNDS, TRIES = 12, 3  # of k-means
FEW = 20  # px
QUANTILES = 33  # of L, evenly spaced
LIGHTS = (12.0, 30.0, 45.0, 60.0, 75.0, 92.0)  # L at which chroma is known


@dataclass(frozen=True)
class Light:
    """Statistics of paintings, CIELAB.

    `quantiles`: of L, (QUANTILES,). `palettes`: of each painting, (N, 16, 3), and how much of it
    each color is, `weights`, (N, 16). `chroma`: mean chroma at `LIGHTS`. `hues`: mean a and b
    there, (6, 2). `cast`: by how much these differ from those of all of Monet's paintings.
    """

    quantiles: Float
    palettes: Float
    weights: Float
    chroma: Float
    hues: Float
    cast: Float

    def chroma_at(self, lightness: Float) -> Float:
        """Return the mean chroma of paintings where they are as light."""
        return np.interp(lightness, LIGHTS, self.chroma).astype(np.float32)

    def cast_at(self, lightness: Float) -> Float:
        """Return `cast` where the paintings are as light, (..., 2)."""
        planes = [np.interp(lightness, LIGHTS, self.cast[:, axis]) for axis in range(2)]
        return np.stack(planes, -1).astype(np.float32)


@cache
def monet(mood: str = ALL) -> Light:
    """Read the table of Monet's paintings: of all, or of those in a mood.

    Raises: ValueError: a mood that the table does not know.
    """
    with np.load(TABLE, allow_pickle=False) as file:
        table = {name: file[name].astype(np.float32) for name in file.files}
    if f"{mood}_members" not in table:
        raise ValueError(f"There is no mood {mood!r} in {TABLE.name}.")
    members = table[f"{mood}_members"] > 0
    own = {name: table[f"{mood}_{name}"] for name in ("quantiles", "chroma", "hues")}
    return Light(
        **own, palettes=table["palettes"][members], weights=table["weights"][members],
        cast=own["hues"] - table[f"{ALL}_hues"],
    )  # fmt: skip


def light_of(painting: Image) -> Light:
    """Measure the light of one painting, (H, W, 3) sRGB."""
    lab = to_lab(resized(painting, (SIDE, SIDE)).clip(0, 1))
    palette, weights = main_colors(lab, COLORS, TRIES)
    own = statistics(lab[None])
    return Light(
        **own, palettes=palette[None], weights=weights[None], cast=own["hues"] - monet().hues
    )


def statistics(paintings: Float) -> dict[str, Float]:
    """Return quantiles, chroma and hues, as in `Light`, of paintings, (N, H, W, 3) CIELAB."""
    ranks = np.linspace(0, 1, QUANTILES)
    every = paintings.reshape(-1, 3)
    near = np.digitize(every[:, 0], [(low + high) / 2 for low, high in pairwise(LIGHTS)])
    # Of light that there is hardly any of, what is known of all is as good a guess.
    some = np.array([FEW + (near == i).sum() for i in range(len(LIGHTS))])[:, None]
    mean = every[:, 1:].mean(0)
    hues = [every[near == i, 1:].sum(0) + FEW * mean for i in range(len(LIGHTS))] / some
    strength = np.hypot(*every[:, 1:].T)
    chroma = [strength[near == i].sum() + FEW * strength.mean() for i in range(len(LIGHTS))]
    return {
        "quantiles": np.quantile(paintings[..., 0], ranks, axis=(1, 2)).mean(1).astype(np.float32),
        "chroma": (chroma / some[:, 0]).astype(np.float32),
        "hues": hues.astype(np.float32),
    }


def main_colors(lab: Float, count: int, tries: int = 1) -> tuple[Float, Float]:
    """Return a picture's main colors, (count, 3) CIELAB, and how much of it each is, (count,)."""
    cv2.setRNGSeed(0)
    pixels = lab.reshape(-1, 3)
    ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 0.5)
    start = np.zeros((len(pixels), 1), np.int32)
    _, which, centers = cv2.kmeans(pixels, count, start, ends, tries, cv2.KMEANS_PP_CENTERS)
    share = np.bincount(which.ravel(), minlength=count) / len(pixels)
    return centers, share.astype(np.float32)
