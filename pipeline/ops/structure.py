"""How finely a picture is built, place by place."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.smooth import smoothstep

Float = NDArray[np.float32]

FINE, AROUND = 0.016, 0.03  # of a face's height: what is finer is detail; it counts so far around
# Contrast, L on mid gray over about 2.5, from which on detail is seen, and is clear.
SEEN, PLAIN = 0.6, 2.0


def fine_structure_of(
    light: Float, face: float, mean: Callable[[Float, float], Float] = blurred
) -> Float:
    """Estimate how much structure there is that is finer than a face's form, (H, W) in [0, 1].

    `light`: L, (H, W); `face`: a face's height, px. Beards, curls, wrinkles, patterns and seams
    have it, smooth skin does not. `mean`: averages what is within so many px.
    """
    fine = mean(np.abs(light - mean(light, FINE * face)), AROUND * face)
    # In dark hair a little light is much.
    fine = fine / (1 + np.float32(0.2) * np.sqrt(light.clip(0)))
    return smoothstep(np.asarray(fine, np.float32), SEEN, PLAIN)


def fine_structure_in(picture: Float, face: float) -> Float:
    """Estimate `fine_structure_of` a picture's light; the picture: (H, W, 3) sRGB."""
    return fine_structure_of(np.ascontiguousarray(to_lab(picture.clip(0, 1))[..., 0]), face)
