"""Shadows that people cast: dark, of their shape, and not theirs."""

import cv2
import numpy as np

from pipeline.types import Labels, Pixels
from training.labels import OUTSIDE, UNKNOWN

DARKER = (0.25, 0.8)  # least and most of the light that a shadow takes
LEANING = 0.9  # how far to a side a shadow falls, of its height
# Of the person's height: away from the camera or, where it is negative, toward it. Short ones lie
# around the feet.
LENGTH = (-0.6, 1.15)
ASIDE = 0.4  # how far beside the person one on a wall is, of the person's width
WALL = 0.5  # how often it falls on a wall
BLURRED = (0.4, 3.0)  # px
COOL = np.float32([1.0, 0.97, 0.9])  # how much of the darkness red, green and blue get
LEAST = 0.01  # share of a view that whoever casts a shadow covers


def with_shadow(photo: Pixels, labels: Labels, rng: np.random.Generator) -> Pixels:
    """Return a view in which its people cast a shadow on the background, on a wall or the ground.

    photo (H, W, 3), labels (H, W); a view of nobody stays as it is.
    """
    person = ~np.isin(labels, (0, UNKNOWN, OUTSIDE))
    if person.mean() < LEAST:
        return photo
    rows, columns = np.nonzero(person)
    foot, width = float(rows.max()), float(np.ptp(columns)) + 1
    if rng.random() < WALL:
        lean, length = rng.uniform(-0.1, 0.1), rng.uniform(0.9, 1.1)
        offset = rng.choice((-1, 1)) * rng.uniform(0.1, ASIDE) * width
    else:
        lean, length, offset = rng.uniform(-LEANING, LEANING), rng.uniform(*LENGTH), 0.0
    # What is h px above the foot falls length * h px above it, and lean * h px aside.
    matrix = np.float32([[1, -lean, lean * foot + offset], [0, length, (1 - length) * foot]])
    shape = cv2.warpAffine(person.astype(np.float32), matrix, labels.shape[::-1])
    dark = cv2.GaussianBlur(shape, (0, 0), rng.uniform(*BLURRED)) * rng.uniform(*DARKER)
    dark *= labels == 0
    return (photo * (1 - dark[..., None] * COOL)).astype(np.uint8)
