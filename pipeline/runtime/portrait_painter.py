"""Paint by the network of a portrait style: a picture and what its strokes grow from."""

import numpy as np
from numpy.typing import NDArray

from pipeline.nets.tps_shape import STRIDE as STRIDE
from pipeline.nets.tps_shape import noise_size as noise_size
from pipeline.runtime.engines import Engine
from pipeline.runtime.models import Loaded
from pipeline.runtime.stroke_noise import stroke_noise
from pipeline.types import Network

Field = NDArray[np.float32]


def painting_with(painter: Loaded, noise: Field | None = None) -> Network:
    """Make a network of the picture alone.

    `noise`: (H, W, C) of `noise_size`; without it, the picture's own.
    """
    run: Engine = painter.run  # which takes noise, too

    def paint(batch: Field) -> Field:
        size = noise_size((batch.shape[2], batch.shape[3]))
        grown = stroke_noise(batch[0], size) if noise is None else noise
        return run(batch, np.ascontiguousarray(grown.transpose(2, 0, 1)[None]))

    return paint
