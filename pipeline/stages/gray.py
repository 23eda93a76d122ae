"""See photos without color by a network that has learned such."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.monochrome import in_tone_of_skin
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Network


def in_one_tone(network: Network) -> Network:
    """Return a network that is shown the light of pictures alone, (N, 3, H, W), in skin's tone.

    What is guessed of colors says nothing that the light does not.
    """

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        toned = [to_batch(in_tone_of_skin(to_picture(each[None]))) for each in batch]
        return network(np.concatenate(toned))

    return run
