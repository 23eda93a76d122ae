"""Make the result at the photo's own size."""

import numpy as np

from pipeline.ops.color import luminance
from pipeline.ops.resample import rows_enlarged
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.stages.stylize.generator import STRUCTURE
from pipeline.steps.stylize import fine_of
from pipeline.types import Mask, Painting, Pixels


def full_size(painting: Painting) -> Pixels:
    """Return the result at the photo's own size, (H, W, 3) uint8, made strip by strip.

    What the working size lost comes back: of the photo's light all where the person is kept and
    part in the painting, and of the painting all, where it was made larger.
    """
    photo, size = painting.photo.pixels, painting.photo.size
    if painting.original.shape[:2] == size:
        return to_uint8(painting.result)
    out, detail, fine = np.empty(photo.shape, np.uint8), detail_of(painting), fine_of(painting)
    for rows in strips_of(size[0]):
        lost = luminance(to_float(photo[rows]) - rows_enlarged(painting.original, size, rows))
        light = rows_enlarged(detail, size, rows) * lost
        large = rows_enlarged(painting.result, size, rows) + light[..., None]
        if fine is not None and painting.styled is not None:
            finer = to_float(fine[rows]) - rows_enlarged(painting.styled, size, rows)
            large += (1 - rows_enlarged(painting.alpha, size, rows))[..., None] * finer
        out[rows] = to_uint8(np.asarray(large, np.float32))
    return out


def detail_of(painting: Painting) -> Mask:
    """Return how much of the photo's light that the working size lost comes back, (H, W) in [0, 1].

    Restored skin does not get its damage back, and a painting at the photo's own size has what it
    needs.
    """
    strength = painting.settings.intensity.strength
    painted = 1 + strength * (STRUCTURE - 1) if painting.painted is None else 0.0
    detail = np.ones_like(painting.alpha)
    if painting.styled is not None:
        detail = painted + (1 - painted) * painting.alpha
    return detail if painting.share is None else detail * (1 - painting.share)
