"""Mix a stroke's paint: broken color around what is wanted, and what lies below taken up."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_rgb

Float = NDArray[np.float32]
Floats = NDArray[np.floating]

BROKEN = (9.0, 4.0, 6.0)  # deviation of strokes' colors, L, a, b
ACCENT = 0.7  # how far strokes go to other colors of the palette
LIKE_L, LIKE_AB = 9.0, 30.0  # how near the palette's colors are to one, light and color
MEAN = 0.5  # of the mean way to the palette that is taken off: the eye mixes broken color


def mixed(
    wanted: Float, below: Float, palette: Float, swing: Floats, picked_up: Floats,
    rng: np.random.Generator,
) -> tuple[Float, Float]:  # fmt: skip
    """Return each stroke's paint, and the second color half mixed into it, (N, 3) sRGB.

    `wanted`, `below`: what is to be painted, and what lies under a stroke's end, (N, 3) CIELAB.
    `palette`: colors and weights, (M, 4). `swing`: how far colors vary, (N,), 1 as in most places;
    `picked_up`: how much of what is below mixes into the second color, (N,).
    """
    n, light = len(wanted), wanted[:, 0]
    if not n:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)
    fade = np.clip(np.minimum(light, 100 - light) / 35, 0.35, 1)
    deviation = (swing * fade)[:, None] * np.array(BROKEN)
    # What is vivid keeps its color stroke by stroke.
    free = np.clip(1.15 - 0.03 * np.hypot(wanted[:, 1], wanted[:, 2]), 0.3, 1)
    reach = (ACCENT * swing * free)[:, None]
    one = wanted + rng.normal(0, 0.7, (n, 3)) * deviation
    one = one + reach * rng.beta(0.8, 1.8, (n, 1)) * _accents(wanted, palette, rng)
    two = one + rng.normal(0, 0.6, (n, 3)) * deviation
    two = two + 0.6 * reach * _accents(wanted, palette, rng)
    two = two + picked_up[:, None] * (below - two)
    return tuple(to_rgb(lab[None].astype(np.float32))[0] for lab in (one, two))


def _accents(wanted: Float, palette: Float, rng: np.random.Generator) -> Floats:
    """Draw for each color the way to one of the palette's that is about as light, (N, 3)."""
    ways = palette[None, :, :3] - wanted[:, None]
    far = ways[..., 0] ** 2 / (2 * LIKE_L**2) + (ways[..., 1:] ** 2).sum(-1) / (2 * LIKE_AB**2)
    odds = palette[:, 3] * np.exp(far.min(1, keepdims=True) - far)
    odds /= odds.sum(1, keepdims=True)
    drawn = (np.cumsum(odds, 1) < rng.random((len(wanted), 1))).sum(1)
    drawn = drawn.clip(0, len(palette) - 1)
    mean = (odds[..., None] * ways).sum(1)
    return ways[np.arange(len(wanted)), drawn] - MEAN * mean
