"""The pictures that a photo is painted like."""

import numpy as np

from pipeline.ops.resample import resized, size_within
from pipeline.ops.tensor import lit
from pipeline.types import Photo, Style

STYLE_PIXELS = 2_000_000  # what is kept of a style picture
NO_STYLE = "Wanted a picture to paint like, found none; add a style picture, or choose the painter Monet."


def style_of(photo: Photo, share: float = 1.0, mask: Photo | None = None) -> Style:
    """Return a picture as a style; a mask's white says where its style counts."""
    size = size_within(photo.pixels.shape[:2], STYLE_PIXELS)
    pixels = np.asarray(np.round(np.clip(resized(lit(photo.pixels), size), 0, 1) * 255), np.uint8)
    shown = None if mask is None else np.asarray(np.round(np.clip(resized(lit(mask.pixels).mean(2), size), 0, 1) * 255), np.uint8)
    return Style(pixels, share, shown)
