"""Estimate a picture's blur and its noise."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred

Float = NDArray[np.float32]

# Fraction of the pixels that is measured: those with the steepest gradients. Flat skin has no edges
# from which blur could be read.
EDGES = 0.05


def blur_px(gray: Float, finest_px: float) -> float:
    """Estimate the deviation, px, of the Gaussian that blurred a picture, (H, W) in [0, 1].

    The picture is blurred again, by a known Gaussian. A sharp edge loses much of its gradient by
    that, a blurred edge little: where the gradient shrinks R times, the edge's own blur has the
    known deviation over sqrt(R^2 - 1). Contrast and brightness cancel out.

    The picture is first smoothed by `finest_px`, and the gradients of its flat parts are
    subtracted, so that noise and JPEG blocks do not count as detail. The known blur is twice
    `finest_px`. Results are meaningful from 1 to 8 times `finest_px`. Gradients beside the middle
    of an edge count, too, so a sharp face comes out at 1.5 times `finest_px`. A flat picture comes
    out as strongly blurred.

    Source: Zhuo and Sim 2011, "Defocus Map Estimation from a Single Image", equation 6.
    """
    first = blurred(gray, finest_px)
    before = _squared_gradients(first)
    after = _squared_gradients(blurred(first, 2 * finest_px))
    steep = after >= np.quantile(after, 1 - EDGES)
    ratio = (before[steep].mean() - _noise_mean(before)) / max(
        after[steep].mean() - _noise_mean(after), 1e-9
    )
    found = 2 * finest_px / np.sqrt(max(ratio - 1, 1e-4))
    return float(np.sqrt(max(found**2 - finest_px**2, 0.0)))


def noise_deviation(gray: Float, finest_px: float) -> float:
    """Estimate the deviation of a picture's noise, (H, W) in [0, 1], from its calmest quarter.

    Noise is what is finer than `finest_px`. White noise comes out about a third too low, for its
    coarser part does not count. Skin and sharp edges hardly count.
    """
    fine = np.abs(gray - blurred(gray, finest_px))
    return float(np.quantile(fine, 0.25)) / 0.3186  # the quartile of |x| of a standard normal x


def _noise_mean(squared: Float) -> float:
    """Estimate the mean of the squared gradients of noise alone from the picture's median.

    At least half of a picture is flat, so the median is that of noise. Squared gradients of
    Gaussian noise are exponentially distributed: their mean is the median over log 2.
    """
    return float(np.median(squared)) / np.log(2)


def _squared_gradients(gray: Float) -> Float:
    """Square the gradient's length between pixels, (H - 1, W - 1), four times as large."""
    across = gray[:-1, 1:] + gray[1:, 1:] - gray[:-1, :-1] - gray[1:, :-1]
    down = gray[1:, :-1] + gray[1:, 1:] - gray[:-1, :-1] - gray[:-1, 1:]
    return np.asarray(across**2 + down**2, np.float32)
