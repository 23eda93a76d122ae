"""Broaden the strokes of calm places, as painters take a wide brush for a wall."""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.stages.stylize.generator import asked_size, stylize
from pipeline.stages.stylize.scene import change_scene
from pipeline.types import Image, Mask, Network, Scene

WIDER = 2.5  # times the width of the widest usual stroke
# Local standard deviation of CIELAB: up to `CALM` strokes are all broad, from `LIVELY` on none is.
CALM, LIVELY = 1.5, 6.5
# The Gaussians' deviations, in widths of a broad stroke: of the local mean, and of the average of
# the squared differences from it.
NEAR, AROUND = 0.6, 0.8
# Likewise: what is coarser than this is taken out of the change. It is light and shadow, which the
# painting has already.
OWN = 1.6


def broad_strokes(
    photo: Image,
    painted: Image,
    network: Network,
    *,
    brush: float,
    stroke_px: float,
    seeded: bool = False,
) -> Image:
    """Paint the photo with broad strokes; return their difference from `painted` in calm places.

    All (H, W, 3). `brush`, `stroke_px` and `seeded` are those of `stylize`.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes": fine
    ones only where the photo asks for them.
    """
    wide = brush * WIDER
    size = photo.shape[:2]
    broad = stylize(photo, network, brush=wide, stroke_px=stroke_px, seeded=seeded)
    return broad_change(
        photo,
        painted,
        broad,
        asked_size(size, brush=wide, stroke_px=stroke_px),
        stroke_px=stroke_px,
    )


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


def lay_broad_strokes(scene: Scene, strokes: Image, amount: float) -> Scene:
    """Add the broad `strokes`, as `broad_strokes` returns them, times `amount` to the painting."""
    if not amount:
        return scene
    return change_scene(
        scene,
        np.float32(amount) * strokes,
        _sum,
    )


def _sum(picture: Image, change: Image) -> Image:
    out = picture + change
    return out.clip(0, 1, out=out)
