"""Broaden the strokes of calm places, as painters do: a wide brush for a wall, the fine one for what it stands behind."""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.feather import blurred
from pipeline.ops.resample import resized, size_of_short
from pipeline.scenes import changed
from pipeline.stages.stylize import STRIDE, stylize
from pipeline.types import Image, Mask, Network, Scene

WIDER = 2.5  # than the widest of the usual strokes
CALM, LIVELY = 1.5, 6.5  # deviation of CIELAB around a place up to which strokes are broad, and from which on none is
NEAR, AROUND = 0.6, 0.8  # of a broad stroke: what its surroundings are there, and over how much deviations are averaged
OWN = 1.6  # of a broad stroke: what is wider than that is light, which the painting has already
EDGE = 0.1  # of a broad stroke: how soft it ends, so that no pixel shows where it is enlarged
CONTRAST = np.float32(1.25)  # of broad strokes to each other, next to that which the painter gives them


def broad_strokes(photo: Image, painted: Image, network: Network, *, brush: float, stroke_px: float, seeded: bool = False) -> Image:
    """Return what broad strokes change of a painting where the photo is calm, (h, w, 3), as large as such strokes need it.

    `photo` and `painted` are of one size; `brush`, `stroke_px` and `seeded` are those of `stylize`.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes": fine ones only where the photo asks for them.
    """
    wide = brush * WIDER
    size = min(size_of_short(photo.shape[:2], stroke_px * 100 / wide, STRIDE), photo.shape[:2])
    small, fine = (resized(picture, size).clip(0, 1) for picture in (photo, painted))
    broad = stylize(small, network, brush=wide, stroke_px=stroke_px, seeded=seeded)
    return broadening(small, fine, broad, stroke_px=wide / 100 * min(size))


def broadening(photo: Image, fine: Image, broad: Image, *, stroke_px: float) -> Image:
    """Return what is added to `fine` strokes where the photo is calm, so that they become `broad` ones of that width; all of one size."""
    own = blurred(broad - fine, EDGE * stroke_px)
    own -= blurred(own, OWN * stroke_px)
    return CONTRAST * calm(photo, stroke_px)[..., None] * own


def calm(photo: Image, stroke_px: float) -> Mask:
    """Return how calm a photo is around each pixel, for strokes of that width: 1 where it shows nothing that they would hide."""
    lab = to_lab(photo)
    differs = ((lab - blurred(lab, NEAR * stroke_px)) ** 2).sum(2)
    deviation = np.sqrt(blurred(differs, AROUND * stroke_px))
    return np.clip((LIVELY - deviation) / (LIVELY - CALM), 0, 1, dtype=np.float32)


def broaden(scene: Scene, strokes: Image, amount: float) -> Scene:
    """Return the painting with so much of what broad `strokes` change."""
    return (
        changed(scene, strokes, lambda picture, change: np.clip(picture + np.float32(amount) * change, 0, 1, dtype=np.float32))
        if amount
        else scene
    )
