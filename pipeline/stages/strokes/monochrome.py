"""Tell photos without color, gray or toned as old ones are, and take their tone away."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

# Of photos without color: the geometric mean of their chroma and of how far colors are from those
# of what is as light, at the 95th percentile. A toned photo has chroma, and one hue for each light.
COLORLESS = 6.4
LEVELS = 20  # of light, that have a tone each


def without_tone(lab: Float) -> Float | None:
    """Return a photo without color, (H, W, 3) CIELAB, in plain grays; None where there is color."""
    level = np.clip(lab[..., 0] * (LEVELS / 100), 0, LEVELS - 1).astype(np.int32)
    many = np.maximum(np.bincount(level.ravel(), minlength=LEVELS), 1)
    tone = np.stack(
        [np.bincount(level.ravel(), lab[..., c].ravel(), LEVELS) / many for c in (1, 2)], -1
    )
    own = lab[..., 1:] - tone[level].astype(np.float32)
    colors = (lab[..., 1:], own)
    chroma, off = (np.quantile(np.hypot(ab[..., 0], ab[..., 1]), 0.95) for ab in colors)
    if np.sqrt(chroma * off) >= COLORLESS:
        return None
    return np.concatenate([lab[..., :1], own], -1)
