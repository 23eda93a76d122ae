"""Pass smoothly from 0 to 1."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def smoothstep(values: Float, low: float | Float, high: float | Float) -> Float:
    """Return 0 below `low`, 1 above `high`, and a smooth way between."""
    t = ((values - low) / (high - low)).clip(0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
