"""How blurred and how grainy a picture is."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred

Float = NDArray[np.float32]

EDGES = 0.05  # share of the pixels, those with the steepest slopes, that are measured: flat skin says nothing


def blur_px(gray: Float, finest_px: float) -> float:
    """Return about the deviation of the Gaussian, px, that blurred a picture, (H, W) in [0, 1]; a flat one counts as blurred widely.

    An edge loses the less by more blur the more it has lost already: where that makes the slopes R times flatter, it had the blur's
    deviation over sqrt(R^2 - 1). Contrast and light cancel out. The picture is first smoothed by `finest_px`, and what slopes there are
    everywhere is subtracted, so that grain and JPEG's blocks do not count as detail; then it is blurred by twice that. From 1 to 8
    times `finest_px` are told apart; as slopes are measured beside the middle of an edge, too, a sharp face comes out at 1.5 times.

    Source: Zhuo and Sim 2011, "Defocus Map Estimation from a Single Image", equation 6.
    """
    first = blurred(gray, finest_px)
    before, after = _slopes(first), _slopes(blurred(first, 2 * finest_px))
    steep = after >= np.quantile(after, 1 - EDGES)
    ratio = (before[steep].mean() - _everywhere(before)) / max(
        after[steep].mean() - _everywhere(after), 1e-9
    )
    found = 2 * finest_px / np.sqrt(max(ratio - 1, 1e-4))
    return float(np.sqrt(max(found**2 - finest_px**2, 0.0)))


def grain(gray: Float, finest_px: float) -> float:
    """Return the deviation of what is finer than `finest_px` where a picture, (H, W) in [0, 1], is calmest, of 1.

    White noise loses by that about a third of its own; skin and sharp edges count little.
    """
    return (
        float(np.quantile(np.abs(gray - blurred(gray, finest_px)), 0.25)) / 0.3186
    )  # the quartile of |x| of a standard normal x


def _everywhere(slopes: Float) -> float:
    """Return the mean of the squared slopes that grain alone would have, for its median: half of a picture and more is flat."""
    return float(np.median(slopes)) / np.log(2)


def _slopes(gray: Float) -> Float:
    """Return the squared slope between pixels, (H - 1, W - 1)."""
    across = gray[:-1, 1:] + gray[1:, 1:] - gray[:-1, :-1] - gray[1:, :-1]
    down = gray[1:, :-1] + gray[1:, 1:] - gray[:-1, :-1] - gray[:-1, 1:]
    return np.asarray(across**2 + down**2, np.float32)
