"""Find small things before a calm ground: a far airplane, a twig, a cord."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
from pipeline.ops.smooth import smoothstep

Float = NDArray[np.float32]

AROUND = 0.04  # of the short side: how far around it is calm where something stands alone


def standing_alone(detail: Float, calm: Float) -> Float:
    """Estimate where something small stands alone, and is lost unless it is drawn, (H, W).

    `detail`: how much fine structure there is, `calm`: how far it is out of focus; all in [0, 1].
    """
    around = blurred(calm, AROUND * min(calm.shape))
    return detail * smoothstep(around, 0.3, 0.6)
