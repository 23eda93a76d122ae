"""Networks that guess one color, or see one person, and a photo that has two colors."""

import numpy as np

from pipeline.stages.colorize import STEP, colors
from pipeline.stages.parse import Part
from pipeline.types import Photo


def all_of(ab, batch):
    """Say, as a colorizer does of a batch, that everything is of the color nearest to a and b."""
    said = np.zeros((len(batch), len(colors()), batch.shape[2] // STEP, batch.shape[3] // STEP))
    said[:, np.abs(colors() - ab).sum(1).argmin()] = 30
    return said.astype(np.float32)


def one_person(batch):
    """Say, as a parser does of a batch, that everything is somebody's."""
    parts = np.zeros((len(batch), len(Part), *batch.shape[2:]), np.float32)
    parts[:, Part.PERSON] = 1
    return parts


def halves(left, right, size=(120, 100)):
    """Return a photo of two colors side by side: one that has color."""
    pixels = np.full((*size, 3), left, np.uint8)
    pixels[:, size[1] // 2 :] = right
    return Photo(pixels)
