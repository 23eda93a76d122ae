"""Brighten a photo that had too little light."""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from pipeline.ops.color import from_light, luminance, to_lab, to_light
from pipeline.ops.monochrome import without_tone
from pipeline.ops.resample import pixels_resized, resized, size_within
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import to_float
from pipeline.types import Image, Photo

BRIGHTEST = 0.99  # the quantile of its pixels' largest channels by which a photo is judged
LOOKED_AT = 65_536  # px at which it is
# px at which it is told whether it has color, in enough light: of 90 color photos with a sixteenth
# of their light a third seemed to have none as they were, and none does so. Of 91 brown ones 8 seem
# to have some, for dark pixels have few levels; of as few px, whose levels are means, the fewest.
TONE_SEEN_AT = 4096
# Of 31 portraits the darkest has 0.74 there; of 290 scenes of people one in twenty has less than
# 0.63, and faces were dull in them. A photo of `LIGHT` and more stays as it is, one of `DARK` and
# less becomes as light as `WANTED`.
DARK, LIGHT, WANTED = 0.45, 0.65, 0.8
MOST = 40.0  # times the light; what is darker has too few levels left to show a face


class Exposure(NamedTuple):
    """By what a photo's linear light is multiplied, and its chroma, once it is lighter.

    The chroma is multiplied by less than 1 where the photo has no color but a tone.
    """

    gain: float
    chroma: float


def exposure_of(photo: Photo) -> Exposure | None:
    """Return how to expose a dark photo; None where it is light enough."""
    size = size_within(photo.size, LOOKED_AT)
    small = to_float(pixels_resized(photo.pixels, size))
    seen = small.max(2)
    if photo.alpha is not None and (there := pixels_resized(photo.alpha, size) > 0).any():
        seen = seen[there]
    brightest = float(np.quantile(seen, BRIGHTEST))
    if brightest >= LIGHT:
        return None
    stays = float(smoothstep(np.array(brightest, np.float32), DARK, LIGHT))
    wanted = WANTED + stays * (brightest - WANTED)
    found, light = (float(each) for each in to_light(np.array([brightest, wanted], np.float32)))
    gain = min(MOST, light / max(found, 1e-6))
    # The faint tone of a photo without color stays as faint as it is.
    return Exposure(gain, brightest / wanted if _without_color(small, gain) else 1.0)


def _without_color(small: Image, gain: float) -> bool:
    coarse = resized(small, size_within((small.shape[0], small.shape[1]), TONE_SEEN_AT)).clip(0, 1)
    lit = from_light(np.minimum(np.float32(gain) * to_light(coarse), 1))
    return without_tone(to_lab(lit)) is not None


def brightened(photo: Photo, exposure: Exposure, amount: float = 1.0) -> Photo:
    """Return a photo of any size, exposed anew; hues stay.

    `amount`: how far, in stops: 0 not at all, 1 until it is light enough.
    """
    gain, chroma = exposure.gain**amount, exposure.chroma**amount
    levels = np.linspace(0, 1, 256, dtype=np.float32)
    table = from_light(np.minimum(gain * to_light(levels), 1))
    lit = cv2.LUT(photo.pixels, np.round(255 * table).astype(np.uint8))
    if chroma < 1:
        gray = cv2.cvtColor(luminance(lit), cv2.COLOR_GRAY2RGB)
        lit = cv2.addWeighted(lit, chroma, gray, 1 - chroma, 0)
    return replace(photo, pixels=np.asarray(lit, np.uint8))
