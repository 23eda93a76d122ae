"""Be less sure of bare skin in photos without color."""

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import Part
from pipeline.types import Network

# Without color a parse says too easily that something is bare: how much of that it is believed.
BARE = 0.4


def less_bare(network: Network) -> Network:
    """Return a parser, (N, 3, H, W) to (N, 13, H, W), that is less sure of a body's skin.

    What is taken off it goes to all other classes, as likely as these are.
    """

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = network(batch)
        if parts.shape[1] <= Part.BODY_SKIN:
            return parts
        parts = parts.copy()
        parts[:, Part.BODY_SKIN] *= np.float32(BARE)
        return np.asarray(parts / parts.sum(1, keepdims=True), np.float32)

    return run
