"""Color in CIELAB: how one picture takes the light of another."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.feather import blurred

Float = NDArray[np.float32]
GAIN_LIMITS = (0.7, 1.4)  # contrast may follow the painting this far; beyond, skin turns to plaster or noise


def to_lab(picture: Float) -> Float:
    """Return sRGB [0, 1] as CIELAB, L in [0, 100]."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)


def to_rgb(lab: Float) -> Float:
    """Return CIELAB as sRGB, clipped to [0, 1]."""
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1)


def harmonized(picture: Float, painting: Float, mask: Float, *, reach_px: float, share: float) -> Float:
    """Return the picture with the painting's local mean and contrast, by `share` in [0, 1].

    Both means are taken over the same masked neighborhood of about `reach_px`, so hair and background next to a face do not
    bleed into it, and the step of color across the mask's edge becomes the painting's own.

    Source: Reinhard et al. 2001, "Color Transfer between Images", made local.
    """
    own, other = to_lab(picture), to_lab(painting)
    weight = np.maximum(blurred(mask, reach_px), np.float32(1e-5))[..., None]

    def local(values: Float) -> Float:
        return np.asarray(blurred(values * mask[..., None], reach_px) / weight, np.float32)

    mean_own, mean_other = local(own), local(other)
    spread_own, spread_other = (np.sqrt(local((v - m) ** 2) + np.float32(1.0)) for v, m in ((own, mean_own), (other, mean_other)))
    gain = np.clip(spread_other / spread_own, *GAIN_LIMITS)
    taken = (own - mean_own) * gain + mean_other
    return to_rgb(np.asarray(own + share * (taken - own), np.float32))
