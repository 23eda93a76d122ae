"""Make the result at the size that is asked for."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.resample import pixels_resized, rows_enlarged, scaled_to_long
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.settings import Settings
from pipeline.stages.border import around, inside, lay, width_around
from pipeline.stages.frame import placed
from pipeline.stages.stylize.generator import STRUCTURE
from pipeline.steps.blend import strokes_kept
from pipeline.steps.strokes import Tell, large_enough
from pipeline.steps.stylize import fine_of
from pipeline.steps.ways import has_own_edges, in_strokes
from pipeline.types import Mask, Painting, Photo, Pixels


def full_size(
    painting: Painting, size: tuple[int, int] | None = None, tell: Tell = lambda _: None
) -> Pixels:
    """Return the result with its border at a (height, width), (H, W, 3) uint8.

    `size`: by default what the settings ask for, `result_size`. `tell`: as in `painted_at`.
    """
    size = result_size(painting.photo.size, painting.settings) if size is None else size
    within = inside(size, painting.settings.frame.border)
    return lay(painted_at(painting, within, tell), size)


def painted_at(painting: Painting, size: tuple[int, int], tell: Tell = lambda _: None) -> Pixels:
    """Return the result without a border at a (height, width), made strip by strip.

    `tell` is told the share of the strokes that is rendered; what it raises passes through.

    What the working size lost comes back. Of the photo's luminance that is all of it where the
    person is kept, and a part in the painting. Of a painting made at a larger size it is all, and
    strokes are rendered at this one.
    """
    working = painting.original.shape[0]
    if size[0] <= working:  # nothing was lost
        return pixels_resized(to_uint8(painting.result), size)
    has_own = painting.strokes is not None or working > painting.photo.size[0]  # edges of its own
    photo = photo_at(painting.photo, size) if has_own else painting.photo
    made = _at_size_of(photo, painting, tell)
    return pixels_resized(made, size)


def result_size(photo: tuple[int, int], settings: Settings) -> tuple[int, int]:
    """Return the (height, width), px, of the result of a framed photo, its border included.

    Where the long side is asked for, it is the border's; else the painting has the photo's, or
    what strokes and prints have at least.
    """
    asked, percent = settings.result.size, settings.frame.border
    if asked.isdecimal():
        width = width_around(photo, percent)
        return scaled_to_long((photo[0] + 2 * width, photo[1] + 2 * width), int(asked))
    how = settings.paint
    larger = asked == "auto" and how.on and has_own_edges(how)
    return around(large_enough(photo) if larger else photo, percent)


def size_to_come(photo: tuple[int, int], settings: Settings) -> tuple[int, int]:
    """Return the (height, width), px, of the result of a photo that is not framed yet.

    Raises: PhotoError: the frame leaves too little of the photo.
    """
    return result_size(placed(photo, settings.frame)[1], settings)


def alpha_of(painting: Painting, size: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Return the alpha of the result at a (height, width, …), whose border is opaque.

    None where the photo is opaque.
    """
    sheet = size[0], size[1]
    alpha = alpha_at(painting.photo, inside(sheet, painting.settings.frame.border))
    return None if alpha is None else lay(alpha, sheet, (255,))


def photo_at(photo: Photo, size: tuple[int, int]) -> Photo:
    """Return a photo at another (height, width)."""
    if photo.size == size:
        return photo
    return replace(photo, pixels=pixels_resized(photo.pixels, size), alpha=alpha_at(photo, size))


def alpha_at(photo: Photo, size: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Return a photo's alpha at another (height, width, …); None where it is opaque."""
    return None if photo.alpha is None else pixels_resized(photo.alpha, (size[0], size[1]))


def _at_size_of(photo: Photo, painting: Painting, tell: Tell) -> Pixels:
    """Return the result at the size that this `photo` of it has."""
    size = photo.size
    out = np.empty(photo.pixels.shape, np.uint8)
    detail, own = detail_of(painting), own_of(painting)
    fine = fine_of(painting, photo, tell)
    for rows in strips_of(size[0]):
        seen = rows_enlarged(painting.original, size, rows)
        light = rows_enlarged(detail, size, rows) * luminance(to_float(photo.pixels[rows]) - seen)
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
    stays = strokes_kept(how.blend) if in_strokes(how.paint) else 0.0
    return painting.alpha * np.float32(1 - stays)
