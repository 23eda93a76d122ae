"""How still a film's paintings are: what changes between two of them beyond the film's own motion.

Source: Lai et al. 2018, "Learning Blind Video Temporal Consistency", section 4.2.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.flow import Flow, Motion, carried
from pipeline.ops.tensor import to_float
from pipeline.types import Pixels

LONG_PX = (4096, 4096)  # motion is looked for at full size


class Motions:
    """Find motion between a film's pictures, carefully: they are measured by it."""

    def __init__(self) -> None:
        self._flow = Flow(LONG_PX, carefully=True)

    def __call__(self, before: Pixels, after: Pixels) -> Motion:
        """Return the motion between two pictures of one size."""
        small = self._flow.small(before), self._flow.small(after)
        return self._flow.motion(*small, (before.shape[0], before.shape[1]))


def warping_error(before: Pixels, after: Pixels, motion: Motion) -> float:
    """Average the squared difference of two neighbors, carried along, where motion is trusted.

    Pictures count in [0, 1].
    """
    there = to_float(carried(before, motion.back))
    apart = np.square(to_float(after) - there).mean(2)
    return float((apart * motion.trust).sum() / max(motion.trust.sum(), 1.0))


def gradient_energy(pixels: Pixels) -> float:
    """Average the squared differences of neighboring pixels' light: how much there is to see."""
    gray: NDArray[np.float32] = luminance(to_float(pixels))
    return float(np.square(np.diff(gray, axis=0)).mean() + np.square(np.diff(gray, axis=1)).mean())
