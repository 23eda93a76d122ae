"""The drawing under the first paint: it shows through until finer strokes say the same."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.types import Image

FINE = 0.02  # of the long side: what is finer is drawn

Float = NDArray[np.float32]


def underdrawing(photo: Image, size: tuple[int, int]) -> Float:
    """Draw what is fine in a photo, (H, W, 3) in [0, 1]: by how much it is lighter, (h, w)."""
    light = luminance(resized(photo, size).clip(0, 1))
    return np.asarray(light - blurred(light, FINE * max(size)), np.float32)


def underdrawn(picture: Image, drawing: Float, amount: float) -> Image:
    """Let a drawing show through a picture, (h, w, 3) in [0, 1], by an amount of it."""
    return (picture + np.float32(amount) * drawing[..., None]).clip(0, 1)
