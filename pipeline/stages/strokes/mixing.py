"""Mix a stroke's paint: broken color around what is wanted, and what lies below taken up."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_rgb

Float = NDArray[np.float32]
Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

BROKEN = (12.0, 8.0, 10.0)  # deviation of strokes' colors, L, a, b
STREAKED = (1.6, 1.0, 1.0)  # how much more the second color differs from the first
ACCENT = 1.0  # how far strokes go to other colors of the palette, at most
FAR = (0.8, 1.8)  # of a beta distribution: how far they go
LIKE_L, LIKE_AB = 9.0, 30.0  # how near the palette's colors are to one, light and color
LOAD = 0.6  # how far strokes of one load are alike
MEAN = 0.5  # of the mean way to the palette that is taken off: the eye mixes broken color


def mixed(
    wanted: Float, below: Float, palette: Float, loads: Ints, swing: Floats, lively: Floats,
    picked_up: Floats, rng: np.random.Generator,
) -> tuple[Float, Float]:  # fmt: skip
    """Return each stroke's paint, and the second color half mixed into it, (N, 3) sRGB.

    `wanted`, `below`: what is to be painted, and what lies under a stroke's end, (N, 3) CIELAB.
    `palette`: colors and weights, (M, 4). `loads`: which strokes are laid with one load of the
    brush, (N,), numbered from 0. `swing`, `lively`: how far light and color vary, (N,), 1 as in
    most places; `picked_up`: how much of what is below mixes into the second color, (N,).
    """
    n, light = len(wanted), wanted[:, 0]
    if not n:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)
    # Folds of a dark coat differ little in light, and so do strokes there; their color varies.
    end = np.minimum(light, 100 - light) / 35
    in_light, in_color = end.clip(0.25, 1), end.clip(0.45, 1)
    deviation = np.stack([swing * in_light, *2 * [lively * in_color]], -1) * BROKEN
    # What is vivid keeps its color stroke by stroke.
    free = np.clip(1.15 - 0.03 * np.hypot(wanted[:, 1], wanted[:, 2]), 0.3, 1)
    reach = ACCENT * (swing * free)[:, None] * np.stack([in_light, *2 * [np.ones(n)]], -1)
    many, alone = int(loads.max()) + 1, rng.random(n) >= LOAD
    off = LOAD**0.5 * rng.normal(0, 1, (many, 3))[loads]
    off = off + (1 - LOAD) ** 0.5 * rng.normal(0, 1, (n, 3))
    drawn = np.where(alone, rng.random(n), rng.random(many)[loads])
    far = np.where(alone, rng.beta(*FAR, n), rng.beta(*FAR, many)[loads])
    one = wanted + 0.7 * off * deviation
    accents = _Accents(wanted, palette)
    one = one + reach * far[:, None] * accents.drawn(drawn)
    two = one + rng.normal(0, 1, (n, 3)) * deviation * STREAKED
    two = two + 0.6 * reach * accents.drawn(rng.random(n))
    two = two + picked_up[:, None] * (below - two)
    return tuple(to_rgb(lab[None].astype(np.float32))[0] for lab in (one, two))


class _Accents:
    """Ways from each of some colors, (N, 3), to those of the palette that are about as light."""

    def __init__(self, wanted: Float, palette: Float) -> None:
        self.ways = palette[None, :, :3] - wanted[:, None]
        far = self.ways**2 @ np.array([1 / LIKE_L**2, *2 * [1 / LIKE_AB**2]], np.float32) / 2
        odds = palette[:, 3] * np.exp(far.min(1, keepdims=True) - far)
        odds /= odds.sum(1, keepdims=True)
        self.until = odds.cumsum(1)
        self.mean = np.einsum("nm,nmc->nc", odds, self.ways)

    def drawn(self, by: Floats) -> Floats:
        """Return one way for each color, (N, 3), the likelier the nearer; `by`: (N,) in [0, 1]."""
        which = (self.until < by[:, None]).sum(1).clip(0, self.ways.shape[1] - 1)
        return self.ways[np.arange(len(by)), which] - MEAN * self.mean
