"""Recolor: give a picture another one's colors."""

import numpy as np
from skimage.exposure import match_histograms

from pipeline.ops.color import to_lab, to_rgb
from pipeline.types import Image


def matched(picture: Image, like: Image) -> Image:
    """Return the picture with the histograms of another one, channel by channel of CIELAB."""
    return to_rgb(
        np.asarray(match_histograms(to_lab(picture), to_lab(like), channel_axis=2), np.float32)
    )


def with_colors(picture: Image, photo: Image) -> Image:
    """Return the picture's light with the colors of a photo of the same size.

    Source: Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer", luminance-only transfer.
    """
    return to_rgb(np.dstack([to_lab(picture)[..., :1], to_lab(photo)[..., 1:]]))
