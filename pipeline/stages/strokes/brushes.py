"""Brush tips: how bristles lay paint along and across a stroke."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

TIPS = 24
ALONG, ACROSS = 256, 96  # texels of a tip's finest level
LEVELS = 5  # each half as fine as the one before, for strokes of few px
BORDER = 1.12  # a tip reaches this far to the sides, in half-widths; beyond 1 there is no paint
DRYNESS = (0.05, 0.25, 0.5, 0.0, 0.35, 0.85)  # of the tips by turns: loaded brushes to dry ones


@cache
def tips() -> tuple[Float, ...]:
    """Return the tips' levels, each (TIPS, along, across, 3).

    The channels: opacity, height of the paint, and how far it goes to the stroke's second color;
    the first in [0, 1], the second 0 to about 1.5, the third in [-1, 1].
    """
    rng = np.random.default_rng(1874)
    finest = np.stack([_tip(rng, DRYNESS[i % len(DRYNESS)]) for i in range(TIPS)])
    levels = [finest]
    for _ in range(LEVELS - 1):
        one = levels[-1]
        halved = one.reshape(TIPS, one.shape[1] // 2, 2, one.shape[2] // 2, 2, 3).mean((2, 4))
        levels.append(np.ascontiguousarray(halved, np.float32))
    return tuple(levels)


def _tip(rng: np.random.Generator, dry: float) -> Float:
    """Return one tip, (ALONG, ACROSS, 3); `dry`: 0 loaded with paint, 1 hardly any."""
    u = (np.arange(ALONG, dtype=np.float32)[:, None] + 0.5) / ALONG
    v = ((np.arange(ACROSS, dtype=np.float32)[None] + 0.5) / ACROSS * 2 - 1) * BORDER
    bristles = _unit(_across(rng, 30, 0.5) + 0.7 * _across(rng, 11, 0.6))
    wander = _noise(rng, (ALONG, ACROSS), (1.6, 24.0))
    begins = 0.03 + 0.05 * _unit(_across(rng, 9, 0.8))
    ends = 0.04 + (0.10 + 0.12 * dry) * _unit(_across(rng, 14, 0.6))
    length = np.clip((u - begins) / 0.035, 0, 1) * np.clip((1 - ends - u) / 0.05, 0, 1)
    ragged = 0.94 - 0.12 * _unit(_noise(rng, (ALONG, 1), (1.0, 9.0)))
    sides = np.clip((ragged - np.abs(v)) / 0.12, 0, 1)
    gaps = np.clip((bristles + 0.16 * wander - (0.85 * dry * u**1.3 - 0.22)) / 0.28, 0, 1)
    opacity = length * sides * (gaps * 0.75 + 0.25 * (1 - dry))
    ridge = np.exp(-(((np.abs(v) - 0.78) / 0.13) ** 2))
    heap = 0.25 * np.exp(-(((u - 0.06) / 0.06) ** 2))
    heap = heap + 0.3 * np.exp(-(((u - 0.88) / 0.08) ** 2)) * (1 - dry)
    height = (0.35 + 0.55 * bristles + 0.12 * wander + 0.28 * ridge + 0.5 * heap) * opacity
    streaks = _unit(_across(rng, 7, 0.8)) * 2 - 1 + 0.25 * wander
    planes = (opacity, height, np.clip(np.broadcast_to(streaks, opacity.shape), -1, 1))
    return np.stack(planes, -1).astype(np.float32)


def _across(rng: np.random.Generator, hairs: int, softness: float) -> Float:
    """Return a profile across the brush, (1, ACROSS), of so many hairs."""
    profile = cv2.GaussianBlur(rng.random((1, hairs)).astype(np.float32), (0, 0), softness)
    return cv2.resize(profile, (ACROSS, 1), interpolation=cv2.INTER_CUBIC)


def _noise(rng: np.random.Generator, shape: tuple[int, int], sigma: tuple[float, float]) -> Float:
    """Return smooth noise of deviation 1; `sigma`: across and along."""
    raw = rng.normal(0, 1, shape).astype(np.float32)
    smooth = cv2.GaussianBlur(raw, (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])
    return smooth / max(float(smooth.std()), 1e-6)


def _unit(values: NDArray[np.floating]) -> Float:
    """Stretch values to [0, 1]."""
    spread = values.max() - values.min() + 1e-6
    return np.asarray((values - values.min()) / spread, np.float32)
