"""Set the kept region into the painting so that no seam shows."""

import numpy as np

from pipeline.ops.color import harmonized
from pipeline.ops.feather import feathered, window_of
from pipeline.types import Face, Image, Mask

REACH = 0.11  # of the face's height: how locally the face takes the painting's color


def blend(
    styled: Image, person: Image, mask: Mask, faces: tuple[Face, ...], *, strength: float, feather: float, harmony: float
) -> tuple[Image, Mask]:
    """Return the painting with the kept region in it, and how much of the person each pixel has, (H, W) in [0, 1].

    `strength`: 0 is the painting, 1 the person's own; `feather`: edge width as a fraction of the face's height; `harmony`: how
    far the region takes the painting's light. All faces are set in at once; without one, the region's own size counts. Exact where
    the mask is 0.
    """
    height = float(np.median([f.height for f in faces])) if faces else _scale(mask)
    alpha = feathered(mask, feather * height) * strength
    window = window_of(alpha)
    if window is None:
        return styled, alpha
    own, base, a = person[window], styled[window], alpha[window][..., None]
    lit = harmonized(own, base, mask[window], reach_px=max(2.0, REACH * height), share=harmony) if harmony else own
    out = styled.copy()
    out[window] = base + a * (lit - base)
    return out.clip(0, 1), alpha


def _scale(mask: Mask) -> float:
    """Return the side of a square as large as the region, px, at most half the picture's short side."""
    return float(min(np.sqrt(mask.sum()), min(mask.shape) / 2))
