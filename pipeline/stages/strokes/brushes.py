"""Brush tips: how bristles lay paint along and across a stroke."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

TIPS, DABS = 32, 8  # of long strokes; the last ones are of dabs
ALONG, ACROSS = 256, 96  # texels of a tip's finest level
LEVELS = 5  # each half as fine as the one before, for strokes of few px
BORDER = 1.12  # a tip reaches this far to the sides, in half-widths; beyond 1 there is no paint
TOOTH, GRAIN_PX = 512, 5.0  # texels of the tooth's side, and of most of its waves
# Flat brushes leave square ends, which look like tiles where strokes are short; a filbert's are
# round. How much of the length, at least and at most, an end is rounded off over.
ROUNDED = (0.12, 0.25)
DRYNESS = (0.05, 0.25, 0.5, 0.0, 0.35, 0.85)  # of the tips by turns: loaded brushes to dry ones


@cache
def tips() -> tuple[Float, ...]:
    """Return the tips' levels, each (TIPS, along, across, 3).

    The channels: opacity, height of the paint, and how far it goes to the stroke's second color;
    the first in [0, 1], the second 0 to about 1.5, the third in [-1, 1].
    """
    rng = np.random.default_rng(1874)
    finest = np.stack(
        [_tip(rng, DRYNESS[i % len(DRYNESS)], dab=i >= TIPS - DABS) for i in range(TIPS)]
    )
    levels = [finest]
    for _ in range(LEVELS - 1):
        one = levels[-1]
        halved = one.reshape(TIPS, one.shape[1] // 2, 2, one.shape[2] // 2, 2, 3).mean((2, 4))
        levels.append(np.ascontiguousarray(halved, np.float32))
    return tuple(levels)


@cache
def tooth() -> Float:
    """Return the canvas's tooth, (TOOTH, TOOTH), ranks in [0, 1]; it goes on at its edges."""
    rng = np.random.default_rng(1840)
    down, across = np.meshgrid(*2 * [np.fft.fftfreq(TOOTH)], indexing="ij")
    frequency = np.hypot(down, across)
    band = np.exp(-((np.log(np.maximum(frequency, 1e-6) * GRAIN_PX) / 0.7) ** 2))
    # Threads lie across and along, and are as uneven as grain.
    slant = np.minimum(np.abs(down), np.abs(across)) / np.maximum(frequency, 1e-6)
    band *= 0.35 + np.exp(-((slant / 0.25) ** 2))
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(0, 1, (TOOTH, TOOTH))) * band).real
    ranks = noise.ravel().argsort().argsort().reshape(noise.shape)
    return (ranks / noise.size).astype(np.float32)


def _tip(rng: np.random.Generator, dry: float, *, dab: bool) -> Float:
    """Return one tip, (ALONG, ACROSS, 3); `dry`: 0 loaded with paint, 1 hardly any.

    `dab`: whether it is one that is set down and drawn off.
    """
    u = (np.arange(ALONG, dtype=np.float32)[:, None] + 0.5) / ALONG
    v = ((np.arange(ACROSS, dtype=np.float32)[None] + 0.5) / ACROSS * 2 - 1) * BORDER
    bristles = _unit(_across(rng, 30, 0.5) + 0.7 * _across(rng, 11, 0.6))
    wander = _noise(rng, (ALONG, ACROSS), (1.6, 24.0))
    begins = 0.03 + 0.05 * _unit(_across(rng, 9, 0.8))
    ends = 0.04 + (0.10 + 0.12 * dry) * _unit(_across(rng, 14, 0.6))
    length = np.clip((u - begins) / 0.035, 0, 1) * np.clip((1 - ends - u) / 0.05, 0, 1)
    ragged = 0.94 - 0.12 * _unit(_noise(rng, (ALONG, 1), (1.0, 9.0)))
    if dab:  # set down round, drawn off to a point, a little askew
        full = np.clip(u / 0.3, 0, 1) ** 0.5 * np.clip((1 - u) / rng.uniform(0.3, 0.7), 0, 1) ** 0.6
        v = v - rng.normal(0, 0.25) * (u - 0.4)
        ragged = ragged * full + 0.05 * wander * full
    else:
        first, last = rng.uniform(*ROUNDED, 2)
        ragged = ragged * _rounded((u - begins.min()) / first) * _rounded((1 - u - 0.04) / last)
    sides = np.clip((ragged - np.abs(v)) / 0.12, 0, 1)
    gaps = np.clip((bristles + 0.16 * wander - (0.85 * dry * u**1.3 - 0.22)) / 0.28, 0, 1)
    opacity = length * sides * (gaps * 0.75 + 0.25 * (1 - dry))
    ridge = np.exp(-(((np.abs(v) - 0.78) / 0.13) ** 2))
    heap = 0.25 * np.exp(-(((u - 0.06) / 0.06) ** 2))
    heap = heap + 0.3 * np.exp(-(((u - 0.88) / 0.08) ** 2)) * (1 - dry)
    height = (0.45 + 0.36 * bristles + 0.14 * wander + 0.24 * ridge + 0.5 * heap) * opacity
    streaks = 1.4 * (0.6 * _unit(_across(rng, 7, 0.8)) + 0.4 * _unit(_across(rng, 24, 0.5)) - 0.5)
    streaks = streaks + 0.3 * wander
    planes = (opacity, height, np.clip(np.broadcast_to(streaks, opacity.shape), -1, 1))
    return np.stack(planes, -1).astype(np.float32)


def _rounded(way: Float) -> Float:
    """Return how wide a round end is, in [0, 1], some way from where it begins, 1: all of it."""
    return np.sqrt(1 - (1 - np.clip(way, 0, 1)) ** 2)


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
