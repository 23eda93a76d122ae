"""Measure how light and how colored a picture is, and how much detail of each size it has."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.metrics.brushwork import Float, measured
from pipeline.types import Image

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of lightness
BANDS = (30.0, 50.0, 70.0)  # L between dark, dim, bright and light
FEW = 0.005  # of the picture: in less than that a band's chroma is not measured
WINDOW_PX = 16  # side of the windows of color variety
OCTAVES_PX = (256, 128, 64, 32, 16, 8, 4)  # wavelengths between octaves; finer ones are the scan's


@dataclass(frozen=True)
class Tones:
    """A picture's light, color and detail, CIELAB.

    `light`: quantiles of L at `QUANTILES`. `chroma`: mean chroma in the dark, dim, bright and light
    band of L; NaN where a picture has none. `variety`: how far a and b deviate within a window of
    1/64 of the long side, mean over the picture. `detail`: the deviation of L in each octave, from
    waves of 1/4 to 1/8 of the long side to those of 1/128 to 1/256.
    """

    light: tuple[float, ...]
    chroma: tuple[float, ...]
    variety: float
    detail: tuple[float, ...]


def tones(picture: Image) -> Tones:
    """Measure light, color and detail of a picture, (H, W, 3) sRGB in [0, 1]."""
    lab = measured(picture)
    light, color = lab[..., 0], lab[..., 1:]
    return Tones(
        light=tuple(float(v) for v in np.quantile(light, QUANTILES)),
        chroma=_chroma(light, np.hypot(color[..., 0], color[..., 1])),
        variety=_variety(color),
        detail=_detail(light),
    )


def _chroma(light: Float, chroma: Float) -> tuple[float, ...]:
    """Return the mean chroma in each band of light."""
    band = np.digitize(light, BANDS)
    inside = (chroma[band == i] for i in range(len(BANDS) + 1))
    return tuple(float(v.mean()) if v.size > FEW * light.size else np.nan for v in inside)


def _variety(color: Float) -> float:
    """Return how far a and b, (H, W, 2), deviate within windows, mean over all."""
    side = (WINDOW_PX, WINDOW_PX)
    variance = cv2.blur(color * color, side) - cv2.blur(color, side) ** 2
    return float(np.sqrt(variance.sum(-1).clip(0)).mean())


def _detail(light: Float) -> tuple[float, ...]:
    """Return the deviation of L in each octave, by the cosine transform.

    Source: Ahmed, Natarajan and Rao 1974, "Discrete Cosine Transform"; it is orthonormal, so that
    an octave's squares sum to its energy, and mirrors the picture, so that its border is no edge.
    """
    h, w = (side - side % 2 for side in light.shape)  # OpenCV transforms even sides only
    waves = cv2.dct(np.ascontiguousarray(light[:h, :w])) ** 2 / (h * w)
    y, x = np.ogrid[0:h, 0:w]
    frequency = np.hypot(y / (2 * h), x / (2 * w))  # cycles a px
    octave = np.digitize(frequency, [1 / px for px in OCTAVES_PX])
    energy = np.bincount(octave.ravel(), waves.ravel(), len(OCTAVES_PX) + 1)
    return tuple(float(v) for v in np.sqrt(energy[1:-1]))
