"""See photos without color by two parsers: one of photos in color, one of light alone."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.monochrome import in_tone_of_skin
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.stages.parse import Part
from pipeline.types import Network

# How much of what they say is the light's; and by how much bare skin then counts more, which that
# one says too seldom: the other says it too easily.
OF_LIGHT, BARE = 0.5, 1.2


def of_both(by_light: Network, by_color: Network) -> Network:
    """Return what two parsers, (N, 3, H, W) to (N, 13, H, W), say of photos without color.

    Colors that are guessed repeat what a first look said; the light knows nothing of that.
    """

    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        color = by_color(batch)
        if color.shape[1] <= Part.BODY_SKIN:  # a published one, which does not know a body's
            return color
        toned = [to_batch(in_tone_of_skin(to_picture(each[None]))) for each in batch]
        parts = color + np.float32(OF_LIGHT) * (by_light(np.concatenate(toned)) - color)
        parts[:, Part.BODY_SKIN] *= np.float32(BARE)
        return np.asarray(parts / parts.sum(1, keepdims=True), np.float32)

    return run
