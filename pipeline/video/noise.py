"""Carry the noise that a painting grows from along with a film."""

from collections.abc import Callable

import numpy as np

from pipeline.ops.flow import carried, grid_of, sampled
from pipeline.ops.seed_noise import Field
from pipeline.video.steady import Moved

Size = tuple[int, int, int]
DOUBTED = 0.3  # trust in a motion below which noise stays in its place


class CarriedNoise:
    """The noise that strokes, or strands of hair, grow from, carried along by a film's motion."""

    def __init__(self) -> None:
        self._noise = self._places = np.zeros((0, 0, 2), np.float32)

    def __call__(self, drawn: Callable[[Size], Field], size: Size, moved: Moved | None) -> Field:
        """Return the noise of a film's next picture, of a (height, width, channels).

        `drawn` draws a scene's first.
        """
        h, w, _ = size
        if self._noise.shape != size or moved is None or moved.cut:
            self._noise, self._places = drawn(size), grid_of(h, w)
            return self._noise
        back, trust = moved.at((h, w))
        # Where each place of the noise has gone, so that the noise itself is not blurred.
        there = carried(self._places, back)
        self._places = np.where(trust[..., None] < DOUBTED, grid_of(h, w), there)
        return sampled(self._noise, self._places).reshape(size)  # OpenCV drops a channel of one
