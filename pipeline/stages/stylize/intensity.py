"""Temper a painting: with the photo's colors, and with the photo itself."""

import numpy as np

from pipeline.ops.color import lerp, recolored
from pipeline.ops.resample import rows_enlarged
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.types import Image, Pixels, Scene

REACH = 0.04  # of the short side: patches as large as this take the photo's color, single strokes keep their own


def adjust_intensity(
    scene: Scene, photo: Pixels, original: Image, *, strength: float, palette: float
) -> Scene:
    """Return the painting at a `strength`, 0 is the photo and 1 the painting, with colors by `palette`, 0 the photo's and 1 the painting's.

    `photo`: (H, W, 3) uint8; `original`: the same at working size. What is painted finer than that changes by as much, strip by strip.
    """
    if scene.styled is None or (strength == 1 and palette == 1):
        return scene
    reach_px = REACH * min(original.shape[:2])
    painted = (
        recolored(scene.styled, original, radius_px=reach_px, weight=1 - palette)
        if palette < 1
        else scene.styled
    )
    styled = lerp(original, painted, strength)
    if scene.fine is None:
        return Scene(styled)
    fine, recoloring = np.empty_like(scene.fine), painted - scene.styled
    for rows in strips_of(len(fine)):
        own = to_float(photo[rows])
        large = to_float(scene.fine[rows]) + rows_enlarged(recoloring, fine.shape[:2], rows)
        fine[rows] = to_uint8(lerp(own, large, strength))
    return Scene(styled, fine)
