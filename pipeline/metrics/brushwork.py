"""Measure the strokes that a picture shows: their width and length, and how they lie together."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized, scaled_to_long
from pipeline.types import Image

Float = NDArray[np.float32]

LONG_PX = 1024  # long side at which pictures are measured
GRAIN_PX = 1.0  # deviation of the blur that takes off a scan's and a JPEG's noise
FORM_PX = 32.0  # deviation of what is taken for form and light, not for strokes
TENSOR_PX = 12.0  # deviation of the structure tensor's average
CELL_PX = 64  # side of the cells in which correlations are averaged
STEP_PX = 2  # between the places that are correlated
LAGS = np.array([0.0, *np.geomspace(1, 96, 16)])  # px
HALF = 0.5  # correlation at which a lag is half a stroke
FLAT = 1e-2  # gradients' squares, CIELAB a px, that are noise, not a direction
LEAST = 1.0  # deviation, CIELAB, below which a cell shows no strokes


@dataclass(frozen=True)
class Brushwork:
    """What a picture's strokes measure; lengths are shares of its long side.

    `width`, `length`: medians. `width_spread`: how many times as wide as the narrow tenth the wide
    tenth is. `coherence`: how far one direction leads among neighboring strokes, in [0, 1].
    """

    width: float
    width_spread: float
    length: float
    coherence: float


def brushwork(picture: Image) -> Brushwork:
    """Measure the strokes of a picture, (H, W, 3) sRGB in [0, 1]; NaN where it shows none.

    In cells, what is finer than form is correlated with itself across and along the structure
    tensor's direction. For strokes of independent colors the correlation falls linearly, to a half
    at half their size; those wider than `FORM_PX` / 2 are measured as narrower than they are.
    """
    lab = measured(picture)
    fine = lab - blurred(lab, FORM_PX)
    across, coherence = _directions(lab)
    widths, lengths = (_extents(fine, angle) for angle in (across, across + np.float32(np.pi / 2)))
    if not len(widths):
        return Brushwork(np.nan, np.nan, np.nan, coherence)
    narrow, middle, wide = np.quantile(widths, (0.1, 0.5, 0.9))
    return Brushwork(
        width=float(middle) / LONG_PX,
        width_spread=float(wide / narrow),
        length=float(np.median(lengths)) / LONG_PX,
        coherence=coherence,
    )


def measured(picture: Image) -> Float:
    """Return a picture, (H, W, 3) sRGB in [0, 1], as CIELAB at the size it is measured at."""
    size = scaled_to_long((picture.shape[0], picture.shape[1]), LONG_PX)
    return to_lab(resized(picture, size).clip(0, 1))


def _directions(lab: Float) -> tuple[Float, float]:
    """Return the direction across strokes, (H, W) radians, and the mean coherence.

    Source: Bigün and Granlund 1987, "Optimal Orientation Detection of Linear Symmetry".
    """
    soft = cv2.GaussianBlur(lab, (0, 0), GRAIN_PX)
    x, y = (cv2.Scharr(soft, cv2.CV_32F, *way, scale=1 / 32) for way in ((1, 0), (0, 1)))
    xx, yy, xy = (
        cv2.GaussianBlur(np.einsum("hwc,hwc->hw", one, other), (0, 0), TENSOR_PX)
        for one, other in ((x, x), (y, y), (x, y))
    )
    strength = np.hypot(xx - yy, 2 * xy)
    coherence = strength / (xx + yy + np.float32(FLAT))
    return np.float32(0.5) * np.arctan2(2 * xy, xx - yy), float(coherence.mean())


def _extents(fine: Float, angle: Float) -> Float:
    """Return how far strokes reach at an angle, (H, W), in each cell that shows some, px."""
    h, w = fine.shape[:2]
    y, x = np.mgrid[0:h:STEP_PX, 0:w:STEP_PX].astype(np.float32)
    sampled = angle[::STEP_PX, ::STEP_PX]
    cos, sin = np.cos(sampled), np.sin(sampled)
    cells = max(1, round(w / CELL_PX)), max(1, round(h / CELL_PX))

    def at(shift: float) -> Float:
        place = x + np.float32(shift) * cos, y + np.float32(shift) * sin
        return cv2.remap(fine, *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    def mean(values: Float) -> NDArray[np.floating]:
        return cv2.resize(values, cells, interpolation=cv2.INTER_AREA).sum(-1).ravel()

    def correlation(lag: float) -> NDArray[np.floating]:
        one, other = at(-lag / 2), at(lag / 2)
        return mean(one * other) / np.sqrt(mean(one * one) * mean(other * other) + 1e-6)

    shows = mean(at(0) ** 2) > LEAST**2
    curves = np.stack([correlation(lag)[shows] for lag in LAGS])
    return _crossings(np.asarray(curves, np.float32))


def _crossings(curves: Float) -> Float:
    """Return twice the lag, px, at which each curve, (lags, N), first falls to a half."""
    below = curves <= HALF
    after = np.where(below.any(0), below.argmax(0), len(LAGS) - 1)
    high, low = (curves[i, np.arange(curves.shape[1])] for i in (after - 1, after))
    part = ((high - HALF) / np.maximum(high - low, 1e-6)).clip(0, 1)
    lags = LAGS[after - 1] + part * (LAGS[after] - LAGS[after - 1])
    return np.asarray(2 * lags, np.float32)
