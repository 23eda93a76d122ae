"""Transfer lightness and color from one picture to another, in CIELAB."""

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized

Float = NDArray[np.float32]
Picture = TypeVar("Picture", NDArray[np.float32], NDArray[np.uint8])
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue
# Limits of the contrast gain towards the painting; beyond them skin turns to plaster or noise.
GAIN_LIMITS = (0.7, 1.4)
STATISTICS_RADIUS = 12.0  # px; pictures are shrunk until the radius of local statistics is this


def lerp(one: Float, other: Float, weight: float) -> Float:
    """Interpolate linearly from `one` (`weight` 0, exactly) to the `other` (`weight` 1)."""
    out = other - one
    out *= np.float32(weight)
    out += one
    return out


def repeated(values: Float) -> Float:
    """Repeat a value a pixel, (H, W), in three channels; NumPy broadcasts these far more slowly."""
    return cv2.merge([values] * 3)


def luminance(picture: Picture) -> Picture:
    """Weigh a picture's channels into its luminance, (H, W), floats or bytes as the picture's.

    The weights are meant for linear light; here they are applied to sRGB values, as for luma.

    Source: ITU-R Recommendation BT.709, section 3.2.
    """
    return cast(Picture, cv2.transform(picture, np.array([LUMINANCE], np.float32)))


def to_light(picture: Float) -> Float:
    """Convert sRGB in [0, 1] to linear light.

    Source: IEC 61966-2-1, section 5.2.
    """
    light = np.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, np.float32)


def from_light(light: Float) -> Float:
    """Convert linear light in [0, 1] to sRGB.

    Source: IEC 61966-2-1, section 5.2.
    """
    bright = 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055
    return np.asarray(np.where(light <= 0.0031308, 12.92 * light, bright), np.float32)


def to_lab(picture: Float) -> Float:
    """Convert sRGB in [0, 1] to CIELAB, L in [0, 100]."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)


def to_rgb(lab: Float) -> Float:
    """Convert CIELAB to sRGB, clipped to [0, 1]."""
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return rgb.clip(0, 1, out=rgb)


def harmonized(
    picture: Float, painting: Float, mask: Float, *, radius_px: float, weight: float,
    limits: tuple[float, float] = GAIN_LIMITS,
) -> Float:  # fmt: skip
    """Give the picture the painting's local mean and contrast, by `weight` in [0, 1].

    Both are taken over the same masked neighborhood of about `radius_px`. Hair and background next
    to a face thus do not bleed into it, and the step of color across the mask's edge becomes the
    painting's own. `limits`: of the contrast gain.

    Source: Reinhard et al. 2001, "Color Transfer between Images", made local.
    """
    mean_own, mean_other, gain = (
        _enlarged(v, picture) for v in _statistics(picture, painting, mask, radius_px, limits)
    )
    own = to_lab(picture)
    transferred = own - mean_own
    transferred *= gain
    transferred += mean_other
    return to_rgb(lerp(own, transferred, weight))


def chroma_shift(painting: Float, photo: Float, *, radius_px: float) -> Float:
    """Subtract a painting's chroma from the photo's, at scales above `radius_px`.

    Return it as a change in CIELAB, (H, W, 3), of no lightness.
    """
    shift = np.zeros_like(painting)
    shift[..., 1:] = blurred(to_lab(photo)[..., 1:] - to_lab(painting)[..., 1:], radius_px)
    return shift


def recolored(painting: Float, shift: Float, *, weight: float) -> Float:
    """Move a painting's chroma by a `chroma_shift` times `weight` in [0, 1].

    Lightness and strokes stay the painting's own.
    """
    lab = weight * shift
    lab += to_lab(painting)
    return to_rgb(lab)


def _statistics(
    picture: Float, painting: Float, mask: Float, radius_px: float, limits: tuple[float, float]
) -> tuple[Float, Float, Float]:
    """Measure local means of both pictures and the contrast gain between them, in CIELAB.

    They are computed at reduced size, for they have no detail finer than the radius.
    """
    k = min(1.0, STATISTICS_RADIUS / radius_px)
    size = max(1, round(mask.shape[0] * k)), max(1, round(mask.shape[1] * k))
    own, other = (to_lab(np.clip(resized(p, size), 0, 1)) for p in (picture, painting))
    inside = np.clip(resized(mask, size), 0, 1)
    total = np.maximum(blurred(inside, radius_px * k), np.float32(1e-5))[..., None]

    def local(values: Float) -> Float:
        return np.asarray(blurred(values * inside[..., None], radius_px * k) / total, np.float32)

    mean_own = local(own)
    mean_other = local(other)
    spread_own, spread_other = (
        np.sqrt(local((v - m) ** 2) + np.float32(1.0))
        for v, m in ((own, mean_own), (other, mean_other))
    )
    return (
        mean_own,
        mean_other,
        np.clip(spread_other / spread_own, *limits).astype(np.float32, copy=False),
    )


def _enlarged(values: Float, like: Float) -> Float:
    return cv2.resize(values, like.shape[1::-1], interpolation=cv2.INTER_LINEAR)
