"""Light and color: how one picture takes those of another, in CIELAB."""

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized

Float = NDArray[np.float32]
Picture = TypeVar("Picture", NDArray[np.float32], NDArray[np.uint8])
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue
GAIN_LIMITS = (
    0.7,
    1.4,
)  # contrast may follow the painting this far; beyond, skin turns to plaster or noise
STATISTICS_REACH = 12.0  # px; local statistics are taken at the size where their reach is this


def lerp(one: Float, other: Float, share: float) -> Float:
    """Return `one` with a `share` in [0, 1] of the `other`; at 0 it is exactly `one`."""
    return np.asarray(one + np.float32(share) * (other - one), np.float32)


def luminance(picture: Picture) -> Picture:
    """Return a picture's light, (H, W), floats or bytes as the picture's.

    The weights are meant for linear light; here they are taken on sRGB values, as luma is.

    Source: ITU-R Recommendation BT.709, section 3.2.
    """
    return cast(Picture, cv2.transform(picture, np.array([LUMINANCE], np.float32)))


def to_lab(picture: Float) -> Float:
    """Return sRGB [0, 1] as CIELAB, L in [0, 100]."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)


def to_rgb(lab: Float) -> Float:
    """Return CIELAB as sRGB, clipped to [0, 1]."""
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1)


def harmonized(
    picture: Float, painting: Float, mask: Float, *, reach_px: float, share: float
) -> Float:
    """Return the picture with the painting's local mean and contrast, by `share` in [0, 1].

    Both are taken over the same masked neighborhood of about `reach_px`, so hair and background next to a face do not bleed
    into it, and the step of color across the mask's edge becomes the painting's own.

    Source: Reinhard et al. 2001, "Color Transfer between Images", made local.
    """
    mean_own, mean_other, gain = (
        _enlarged(v, picture) for v in _statistics(picture, painting, mask, reach_px)
    )
    own = to_lab(picture)
    taken = (own - mean_own) * gain + mean_other
    return to_rgb(lerp(own, np.asarray(taken, np.float32), share))


def recolored(painting: Float, photo: Float, *, reach_px: float, share: float) -> Float:
    """Return the painting with the photo's color in patches of about `reach_px`, by `share` in [0, 1]; light and strokes stay its own."""
    lab = to_lab(painting)
    lab[..., 1:] += share * blurred(to_lab(photo)[..., 1:] - lab[..., 1:], reach_px)
    return to_rgb(lab)


def _statistics(
    picture: Float, painting: Float, mask: Float, reach_px: float
) -> tuple[Float, Float, Float]:
    """Return local means of both and the gain of contrast between them, reduced in size: nothing finer than the reach is in them."""
    k = min(1.0, STATISTICS_REACH / reach_px)
    size = max(1, round(mask.shape[0] * k)), max(1, round(mask.shape[1] * k))
    own, other = (to_lab(np.clip(resized(p, size), 0, 1)) for p in (picture, painting))
    kept = np.clip(resized(mask, size), 0, 1)
    weight = np.maximum(blurred(kept, reach_px * k), np.float32(1e-5))[..., None]

    def local(values: Float) -> Float:
        return np.asarray(blurred(values * kept[..., None], reach_px * k) / weight, np.float32)

    mean_own, mean_other = local(own), local(other)
    spread_own, spread_other = (
        np.sqrt(local((v - m) ** 2) + np.float32(1.0))
        for v, m in ((own, mean_own), (other, mean_other))
    )
    return (
        mean_own,
        mean_other,
        np.clip(spread_other / spread_own, *GAIN_LIMITS).astype(np.float32, copy=False),
    )


def _enlarged(values: Float, like: Float) -> Float:
    return cv2.resize(values, like.shape[1::-1], interpolation=cv2.INTER_LINEAR)
