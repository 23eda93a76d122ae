"""Prepare style pictures."""

from pipeline.ops.color import luminance
from pipeline.ops.resample import resized, shrunk, size_within
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.types import Photo, Style

STYLE_PIXELS = 2_000_000  # larger style pictures are shrunk to this
NO_STYLE = (
    "Wanted a picture to paint like, or to take the colors from, found none; add a style picture, "
    "or choose another painter or mood."
)


def style_of(photo: Photo, weight: float = 1.0, mask: Photo | None = None) -> Style:
    """Make a style of a picture; its style counts where the mask is white, None: everywhere."""
    size = size_within(photo.pixels.shape[:2], STYLE_PIXELS)
    shown = None if mask is None else to_uint8(resized(luminance(to_float(mask.pixels)), size))
    return Style(to_uint8(shrunk(photo.pixels, size)), weight, shown)
