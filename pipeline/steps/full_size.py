"""Make the result at the photo's own size."""

import numpy as np

from pipeline.ops.color import luminance
from pipeline.ops.resample import rows_enlarged
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.stages.stylize.generator import STRUCTURE
from pipeline.steps.stylize import fine_of
from pipeline.types import Mask, Painting, Pixels
from pipeline.variants import PAINTERS


def full_size(painting: Painting) -> Pixels:
    """Return the result at the photo's own size, (H, W, 3) uint8, made strip by strip.

    What the working size lost comes back. Of the photo's luminance that is all of it where the
    person is kept, and a part in the painting. Of a painting made at a larger size it is all.
    """
    photo = painting.photo.pixels
    size = painting.photo.size
    if painting.original.shape[:2] == size:
        return to_uint8(painting.result)
    out = np.empty(photo.shape, np.uint8)
    detail, own = detail_of(painting), own_of(painting)
    fine = fine_of(painting)
    for rows in strips_of(size[0]):
        lost = luminance(to_float(photo[rows]) - rows_enlarged(painting.original, size, rows))
        light = rows_enlarged(detail, size, rows) * lost
        large = rows_enlarged(painting.result, size, rows) + light[..., None]
        if fine is not None and painting.styled is not None:
            finer = to_float(fine[rows]) - rows_enlarged(painting.styled, size, rows)
            large += (1 - rows_enlarged(own, size, rows))[..., None] * finer
        out[rows] = to_uint8(np.asarray(large, np.float32))
    return out


def detail_of(painting: Painting) -> Mask:
    """Compute the weight of the photo's luminance that the working size lost, (H, W) in [0, 1].

    It is lower where a face was restored, whose damage shall not come back, and 0 in a painting
    made at the photo's own size, which has its own detail.
    """
    strength = painting.settings.intensity.strength
    painted = 1 + strength * (STRUCTURE - 1) if painting.painted is None else 0.0
    detail = np.ones_like(painting.alpha)
    if painting.styled is not None:
        detail = painted + (1 - painted) * own_of(painting)
    return detail if painting.share is None else detail * (1 - painting.share)


def own_of(painting: Painting) -> Mask:
    """Return how much of a pixel's detail is the person's, not strokes', (H, W) in [0, 1]."""
    how = painting.settings
    stays = how.blend.painterly if PAINTERS[how.paint.painter].on_faces else 0.0
    return painting.alpha * np.float32(1 - stays)
