"""The pictures that a photo is painted like."""

from pipeline.ops.color import to_gray
from pipeline.ops.resample import resized, shrunk, size_within
from pipeline.ops.tensor import lit, to_pixels
from pipeline.types import Photo, Style

STYLE_PIXELS = 2_000_000  # what is kept of a style picture
NO_STYLE = "Wanted a picture to paint like, found none; add a style picture, or choose the painter Monet."


def style_of(photo: Photo, share: float = 1.0, mask: Photo | None = None) -> Style:
    """Return a picture as a style; a mask's white says where its style counts."""
    size = size_within(photo.pixels.shape[:2], STYLE_PIXELS)
    shown = None if mask is None else to_pixels(resized(to_gray(lit(mask.pixels)), size))
    return Style(to_pixels(shrunk(photo.pixels, size)), share, shown)
