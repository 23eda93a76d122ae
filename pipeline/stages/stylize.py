"""Paint a whole photo."""

import numpy as np

from pipeline.ops.grain import carried, seeds
from pipeline.ops.resample import resized, size_of_short, size_within
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Image, Network

MAX_PIXELS = 2_000_000
# Of the structure finer than the painter's working size, this much returns: edges sharpen, photographic grain stays away.
STRUCTURE = 0.6


def stylize(photo: Image, network: Network, *, brush: float, stroke_px: float, seeded: bool = False) -> Image:
    """Return the photo painted at its own size.

    `brush`: width of the widest stroke in percent of the short side; `stroke_px`: that width at the network's input, px.
    `seeded`: whether the network was trained with noise from which its strokes grow.
    The working size follows from the two.

    Source: Zhu et al. 2017 (the generator); Lai 2024 paints the whole photo first.
    """
    size = photo.shape[:2]
    working = size_of_short(size, stroke_px * 100 / brush, 4)
    if working[0] * working[1] > MAX_PIXELS:
        working = size_of_short(size, min(size_within(working, MAX_PIXELS)), 4)
    small = np.clip(resized(photo, working), 0, 1)
    given = small * 2 - 1
    if seeded:
        given = given + carried(seeds(working, np.random.default_rng(0)))
    painted = to_picture(network(to_batch(np.asarray(given, np.float32)))) * np.float32(0.5) + np.float32(0.5)
    return np.clip(restructured(resized(painted, size), photo, resized(small, size)), 0, 1)


def restructured(painted: Image, photo: Image, coarse: Image) -> Image:
    """Return the painting with the photo's light that `coarse` (the photo as the painter saw it) has lost."""
    return painted + STRUCTURE * (photo - coarse).mean(2, keepdims=True)
