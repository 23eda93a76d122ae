"""Clothes of other colors and patterns, skin and hair of other shades.

People have more of them than any set of photos shows. Folds, shadows and highlights stay.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels
from training.labels import BARE, FACE, FACELESS, PERSON

Region = NDArray[np.bool_]  # (H, W)

LEAST = 0.005  # share of a view that is to be changed
GAMMA = (-0.7, 0.7)  # least and most of its logarithm: from bleached to black
GAIN = 0.25  # deviation of the logarithm of what red, green and blue are multiplied by
PATTERNED = 0.4  # how often a picture is printed on clothes
INK = (0.25, 0.8)  # least and most of a print's share in their colors
LIKE_SKIN = 0.35  # how often clothes have the color of their wearer's skin
SHADE = (0.17, 0.8)  # skin's mean, from the darkest to the palest; equal ratios are equally likely
DIMMED = 0.4  # share of darkening, in logarithms, that is less light; a power alone would redden
WARM = 0.05  # deviation, likewise, of skin's and hair's colors
SOFT_PX = 0.7
SKIN = (Part.SKIN, Part.LIPS, Part.BODY_SKIN, BARE, FACE)


def dyed(photo: Pixels, labels: Labels, print_: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a view whose clothes, or those above or below some height, have other colors.

    photo (H, W, 3), labels (H, W). `print_`: any picture of the view's size, for patterns. What is
    known as somebody's, but not as clothes, has other colors below every face.
    """
    cloth = (labels == Part.PERSON) | _below_faces(labels)
    if cloth.mean() < LEAST:
        return photo
    skin = photo[np.isin(labels, SKIN)]
    rows = np.nonzero(cloth.any(1))[0]
    cut, above = int(rng.choice(rows)), rng.random()
    if above < 0.6:  # a shirt, or trousers
        cloth[slice(cut, None) if above < 0.3 else slice(None, cut)] = False
    light = _lit(photo, float(rng.uniform(*GAMMA)))
    if len(skin) and cloth.any() and rng.random() < LIKE_SKIN:
        return _laid(photo, light * (skin.mean(0) / (255 * light[cloth].mean(0) + 1)), cloth)
    new = light[..., rng.permutation(3)] * np.exp(rng.normal(0, GAIN, 3))
    if rng.random() < PATTERNED:
        new *= 1 + rng.uniform(*INK) * (print_ / max(float(print_.mean()), 1.0) - 1)
    return _laid(photo, new, cloth)


def of_other_shades(photo: Pixels, labels: Labels, rng: np.random.Generator) -> Pixels:
    """Return a view whose skin and hair are lighter or darker, photo (H, W, 3), labels (H, W).

    It stays as it is where labels do not say what all of a person is: a neck is of its face's
    shade.
    """
    if np.isin(labels, (FACELESS, PERSON)).any():
        return photo
    skin, hair = np.isin(labels, SKIN), labels == Part.HAIR
    if skin.mean() >= LEAST:
        mean = float(np.clip(photo[skin].mean() / 255, 0.02, 0.98))
        wanted = float(np.exp(rng.uniform(*np.log(SHADE))))
        light = min(wanted / mean, 1.0) ** DIMMED
        power = np.log(wanted / light) / np.log(mean)
        photo = _laid(photo, light * _lit(photo, np.log(power)) * _warmth(rng), skin)
    if hair.mean() >= LEAST:
        photo = _laid(photo, _lit(photo, float(rng.uniform(*GAMMA))) * _warmth(rng), hair)
    return photo


def _below_faces(labels: Labels) -> Region:
    """Return what belongs to persons below the lowest face, (H, W); nothing without a face."""
    rows = np.nonzero(((labels >= Part.SKIN) & (labels <= Part.TEETH)).any(1))[0]
    below = labels == FACELESS
    below[: rows.max() + 1 if len(rows) else None] = False
    return below


def _warmth(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw what red, green and blue are multiplied by, (3,)."""
    return np.exp(rng.normal(0, WARM) * np.array([1, 0, -1]))


def _lit(photo: Pixels, gamma: float) -> NDArray[np.float32]:
    """Return a photo in [0, 1] to the power of exp(gamma)."""
    return (photo.astype(np.float32) / 255) ** np.float32(np.exp(gamma))


def _laid(photo: Pixels, new: NDArray[np.floating], region: Region) -> Pixels:
    """Return a photo with other colors, in [0, 1], in a region; its edge is soft."""
    alpha = cv2.GaussianBlur(region.astype(np.float32), (0, 0), SOFT_PX)[..., None]
    return (photo + alpha * (255 * new.clip(0, 1) - photo)).clip(0, 255).astype(np.uint8)
