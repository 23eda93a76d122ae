"""Broaden the strokes of calm places, as painters take a wide brush for a wall.

The embedded painter learned its manner beneath them; paintings are made without them by now.

Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes": fine
strokes only where the photo asks for them.
"""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.types import Image, Mask

WIDER = 2.5  # times the width of the widest usual stroke
# Local standard deviation of CIELAB: up to `CALM` strokes are all broad, from `LIVELY` on none is.
CALM, LIVELY = 1.5, 6.5
# The Gaussians' deviations, in widths of a broad stroke: of the local mean, and of the average of
# the squared differences from it.
NEAR, AROUND = 0.6, 0.8
# Likewise: what is coarser than this is taken out of the change. It is light and shadow, which the
# painting has already.
OWN = 1.6


def broad_change(
    photo: Image, fine: Image, broad: Image, small: tuple[int, int], *, stroke_px: float
) -> Image:
    """Return what turns `fine` strokes into `broad` ones, faded out where the photo is not calm.

    All (H, W, 3). `small`: the (height, width) at which broad strokes are `stroke_px` wide.
    """
    size = photo.shape[:2]
    own = broad - resized(resized(fine, small), size)
    own -= blurred(own, OWN * stroke_px * size[0] / small[0])
    quiet = calm(resized(photo, small).clip(0, 1), stroke_px)
    return np.asarray(resized(quiet, size).clip(0, 1)[..., None] * own, np.float32)


def calm(photo: Image, stroke_px: float) -> Mask:
    """Measure how calm a photo is around each pixel, (H, W) in [0, 1].

    1 is where it shows nothing that strokes of this width would hide.
    """
    lab = to_lab(photo)
    differs = ((lab - blurred(lab, NEAR * stroke_px)) ** 2).sum(2)
    deviation = np.sqrt(blurred(differs, AROUND * stroke_px))
    return np.clip((LIVELY - deviation) / (LIVELY - CALM), 0, 1, dtype=np.float32)
