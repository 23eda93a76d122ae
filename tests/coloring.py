"""A network that guesses one color."""

import numpy as np

from pipeline.stages.colorize import STEP, colors


def all_of(ab, batch):
    """Say, as a colorizer does of a batch, that everything is of the color nearest to a and b."""
    said = np.zeros((len(batch), len(colors()), batch.shape[2] // STEP, batch.shape[3] // STEP))
    said[:, np.abs(colors() - ab).sum(1).argmin()] = 30
    return said.astype(np.float32)
