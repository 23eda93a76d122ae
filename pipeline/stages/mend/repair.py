"""Repair a photo where it is damaged, from what is around."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import rows_enlarged
from pipeline.ops.tensor import to_uint8
from pipeline.ops.tiles import strips_of
from pipeline.types import Image, Photo, Pixels

RADIUS = 3.0  # px around a damaged one that it is filled from
SOFT = 0.7  # px by which the repair's edge is blurred


def filled(photo: Image, damaged: NDArray[np.bool_]) -> Pixels:
    """Return a photo, (H, W, 3) in [0, 1], as bytes, filled where it is damaged, (H, W).

    Source: Telea 2004, "An Image Inpainting Technique Based on the Fast Marching Method".
    """
    mask = damaged.astype(np.uint8)
    return np.asarray(cv2.inpaint(to_uint8(photo), mask, RADIUS, cv2.INPAINT_TELEA), np.uint8)


def repaired(photo: Photo, fill: Pixels, damaged: NDArray[np.bool_]) -> Photo:
    """Return a photo of any size with what is damaged in a small copy of it taken from a `fill`.

    `fill`, (h, w, 3), and `damaged`, (h, w): of the copy's size. All else stays to the byte.
    """
    soft = np.clip(2 * cv2.GaussianBlur(damaged.astype(np.float32), (0, 0), SOFT), 0, 1)
    pixels = np.array(photo.pixels)
    for rows in strips_of(photo.size[0]):
        share = rows_enlarged(soft, photo.size, rows)[..., None]
        if share.any():
            new = rows_enlarged(fill, photo.size, rows)
            mixed = pixels[rows] + share * (new - pixels[rows])
            pixels[rows] = np.round(mixed).astype(np.uint8)
    return replace(photo, pixels=pixels)
