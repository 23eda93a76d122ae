"""Set the kept region into the painting so that no seam shows."""

import numpy as np

from pipeline.ops.color import harmonized
from pipeline.ops.filters import feathered, window_of
from pipeline.ops.parts import inside, joined, parts_of
from pipeline.types import Face, Image, Mask

REACH = 0.11  # of the face's height: how locally the face takes the painting's color
SOFT = 1.5  # feathers from an edge on which it is not felt


def blend(
    styled: Image,
    person: Image,
    mask: Mask,
    faces: tuple[Face, ...],
    *,
    strength: float,
    feather: float,
    harmony: float,
) -> tuple[Image, Mask]:
    """Return the painting with the kept region in it, and how much of the person each pixel has, (H, W) in [0, 1].

    `strength`: 0 is the painting, 1 the person's own; `feather`: edge width as a fraction of the face's height; `harmony`: how
    far the region takes the painting's light. Each face is set in by its own height; without one, the
    region's own size counts. Exact where the mask is 0.
    """
    alpha, lit = np.zeros_like(mask), []
    for part in parts_of(mask, faces, extent=SOFT * feather, default_height=_scale(mask)):
        own = feathered(part.mask, feather * part.height) * strength
        inner = window_of(own)
        if inner is None:
            continue
        window = inside(part.window, inner)
        alpha[window] = np.maximum(alpha[window], own[inner])
        near = person[window]
        if harmony:
            how = {"radius_px": max(2.0, REACH * part.height), "weight": harmony}
            near = harmonized(near, styled[window], part.mask[inner], **how)
        lit.append((window, near, own[inner]))
    window = window_of(alpha)
    if window is None:
        return styled, alpha
    out, base = styled.copy(), styled[window]
    out[window] = base + alpha[window][..., None] * (joined(person, lit)[window] - base)
    return out.clip(0, 1), alpha


def _scale(mask: Mask) -> float:
    """Return the side of a square as large as the region, px, at most half the picture's short side."""
    return float(min(np.sqrt(mask.sum()), min(mask.shape) / 2))
