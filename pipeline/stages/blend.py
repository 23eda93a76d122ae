"""Set the kept region into the painting so that no seam shows."""

import numpy as np

from pipeline.ops.color import harmonized
from pipeline.ops.filters import feathered, window_of
from pipeline.ops.parts import inside, joined, parts_of
from pipeline.types import Face, Image, Mask

# Radius, as a fraction of the face's height, of the neighborhood whose color a face's pixel takes.
RADIUS = 0.11
SOFT = 1.5  # widths of the feather: how far from an edge it still changes the mask


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
    """Blend the kept region into the painting; return the result and its alpha, (H, W) in [0, 1].

    `strength`: 0 is the painting, 1 the person's own. `feather`: edge width as a fraction of the
    face's height; without a face, of the region's size. `harmony`: how far the region takes the
    painting's local color statistics, in [0, 1]. The painting is unchanged where the mask is 0.
    """
    alpha = np.zeros_like(mask)
    harmonized_parts = []
    for part in parts_of(mask, faces, extent=SOFT * feather, default_height=_scale(mask)):
        own = feathered(part.mask, feather * part.height) * strength
        inner = window_of(own)
        if inner is None:
            continue
        window = inside(part.window, inner)
        alpha[window] = np.maximum(alpha[window], own[inner])
        near = person[window]
        if harmony:
            how = {"radius_px": max(2.0, RADIUS * part.height), "weight": harmony}
            near = harmonized(near, styled[window], part.mask[inner], **how)
        harmonized_parts.append((window, near, own[inner]))
    window = window_of(alpha)
    if window is None:
        return styled, alpha
    out = styled.copy()
    base = styled[window]
    person = joined(person, harmonized_parts)
    out[window] = base + alpha[window][..., None] * (person[window] - base)
    return out.clip(0, 1), alpha


def _scale(mask: Mask) -> float:
    """Return the side, px, of a square of the region's area, at most half the short side."""
    return float(min(np.sqrt(mask.sum()), min(mask.shape) / 2))
