"""Set a painting's intensity: mix in the photo's colors, and the photo itself."""

import numpy as np

from pipeline.ops.color import chroma_shift, lerp, recolored
from pipeline.ops.resample import rows_enlarged
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.types import Image, Pixels, Scene

# Radius, as a fraction of the short side, of the patches that take the photo's color. Strokes
# are smaller, so each keeps its own.
RADIUS = 0.04


def palette_shift(styled: Image, original: Image) -> Image:
    """Measure what takes the photo's colors into a painting, as `chroma_shift` returns it."""
    return chroma_shift(styled, original, radius_px=RADIUS * min(original.shape[:2]))


def adjust_intensity(
    scene: Scene,
    photo: Pixels,
    original: Image,
    *,
    strength: float,
    palette: float,
    shift: Image | None = None,
) -> Scene:
    """Mix the painting with the photo.

    `strength`: 0 is the photo, 1 the painting. `palette`: 0 is the photo's colors, 1 the
    painting's. `photo`: (H, W, 3) uint8. `original`: the same at working size. `shift`: what
    `palette_shift` made of them, where that is kept. The scene's finer picture changes alike, strip
    by strip.
    """
    if scene.styled is None or (strength == 1 and palette == 1):
        return scene
    painted = scene.styled
    if palette < 1:
        shift = palette_shift(painted, original) if shift is None else shift
        painted = recolored(painted, shift, weight=1 - palette)
    styled = lerp(original, painted, strength)
    if scene.fine is None:
        return Scene(styled)
    fine = np.empty_like(scene.fine)
    recoloring = painted - scene.styled
    for rows in strips_of(len(fine)):
        own = to_float(photo[rows])
        large = to_float(scene.fine[rows]) + rows_enlarged(recoloring, fine.shape[:2], rows)
        fine[rows] = to_uint8(lerp(own, large, strength))
    return Scene(styled, fine)
