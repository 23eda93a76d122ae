"""Clothes of other colors and patterns: people own more of them than any set of photos shows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels

LEAST = 0.005  # share of a view that clothes cover
GAMMA = (-0.7, 0.7)  # least and most of its logarithm: from bleached to black
GAIN = 0.25  # deviation of the logarithm of what red, green and blue are multiplied by
PATTERNED = 0.4  # how often a picture is printed on them
INK = (0.25, 0.8)  # least and most of a print's share in their colors
SOFT_PX = 0.7


def dyed(photo: Pixels, labels: Labels, print_: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a view whose clothes, or those above or below some height, have other colors.

    photo (H, W, 3), labels (H, W). `print_`: any picture of the view's size, for patterns; folds
    and shadows stay, for it is multiplied in.
    """
    cloth = labels == Part.PERSON
    if cloth.mean() < LEAST:
        return photo
    rows = np.nonzero(cloth.any(1))[0]
    cut, above = int(rng.choice(rows)), rng.random()
    if above < 0.6:  # a shirt, or trousers
        cloth = cloth.copy()
        cloth[slice(cut, None) if above < 0.3 else slice(None, cut)] = False
    alpha = cv2.GaussianBlur(cloth.astype(np.float32), (0, 0), SOFT_PX)[..., None]
    light = (photo.astype(np.float32) / 255) ** np.float32(np.exp(rng.uniform(*GAMMA)))
    new = light[..., rng.permutation(3)] * np.exp(rng.normal(0, GAIN, 3)).astype(np.float32)
    if rng.random() < PATTERNED:
        new = _printed(new, print_, float(rng.uniform(*INK)))
    return (photo + alpha * (255 * new.clip(0, 1) - photo)).clip(0, 255).astype(np.uint8)


def _printed(light: NDArray[np.float32], print_: Pixels, ink: float) -> NDArray[np.float32]:
    """Return cloth, (H, W, 3) in [0, 1], that has a print's colors by this share."""
    inked = print_.astype(np.float32) / max(float(print_.mean()), 1.0)
    return light * (1 + ink * (inked - 1))
