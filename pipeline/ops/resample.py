"""Resize pictures."""

from collections.abc import Callable

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pipeline.ops.tensor import to_float

Float = NDArray[np.float32]


def resized(picture: Float, size: tuple[int, int]) -> Float:
    """Resize a picture, (H, W) or (H, W, C), to `size` (height, width): area down, cubic up."""
    h, w = size
    if picture.shape[:2] == (h, w):
        return picture
    how = cv2.INTER_AREA if h * w < picture.shape[0] * picture.shape[1] else cv2.INTER_CUBIC
    return by_planes(lambda part: cv2.resize(part, (w, h), interpolation=how), picture)


def pixels_resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize bytes, (H, W) or (H, W, 3), to `size` (height, width): area down, cubic up."""
    if pixels.shape[:2] == size:
        return pixels
    how = cv2.INTER_AREA if size[0] < pixels.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size[::-1], interpolation=how), np.uint8)


def shrunk(pixels: NDArray[np.uint8], size: tuple[int, int]) -> Float:
    """Shrink a photo's pixels, (H, W, 3), to `size` (height, width), as floats in [0, 1].

    The shrinking is done on bytes, so that a large photo is never held as floats.
    """
    return to_float(
        np.asarray(cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    )


def bilinear(picture: Float, size: tuple[int, int]) -> Float:
    """Resize a picture, (H, W, C), to `size` by Pillow's antialiased bilinear filter, in floats."""
    if picture.shape[:2] == size:
        return picture
    planes = (
        PIL.Image.fromarray(np.ascontiguousarray(plane)) for plane in picture.transpose(2, 0, 1)
    )
    return np.dstack(
        [
            np.asarray(plane.resize((size[1], size[0]), PIL.Image.Resampling.BILINEAR))
            for plane in planes
        ]
    )


def seen_at(picture: Float, long_px: int, multiple: int) -> tuple[Float, tuple[int, int]]:
    """Resize a picture so that its long side is `long_px`, and pad both sides to a `multiple`.

    The padding repeats the edges at the bottom and the right; values are clipped to [0, 1]. Also
    returned is the (height, width) without the padding.
    """
    h, w = picture.shape[:2]
    k = long_px / max(h, w)
    size = max(1, round(h * k)), max(1, round(w * k))
    small = resized(picture, size).clip(0, 1)
    return cv2.copyMakeBorder(
        small, 0, -size[0] % multiple, 0, -size[1] % multiple, cv2.BORDER_REPLICATE
    ), size


def by_planes(change: Callable[[Float], Float], picture: Float) -> Float:
    """Apply a function to a picture of any number of channels; OpenCV takes at most four.

    A picture of more channels is changed one by one. The result's channels are then contiguous
    planes; the function is faster where the picture's channels are, too.
    """
    if picture.ndim < 3 or picture.shape[2] <= 4:
        return change(picture)
    return np.stack(
        [change(np.ascontiguousarray(picture[..., i])) for i in range(picture.shape[2])]
    ).transpose(1, 2, 0)


def size_within(size: tuple[int, int], pixels: float) -> tuple[int, int]:
    """Shrink a (height, width) to at most `pixels` in area, with the same aspect ratio."""
    k = min(1.0, (pixels / (size[0] * size[1])) ** 0.5)
    return max(1, int(size[0] * k)), max(1, int(size[1] * k))


def scaled_to_long(size: tuple[float, float], long_px: int) -> tuple[int, int]:
    """Scale a (height, width) to a long side of `long_px`, with the same aspect ratio."""
    k = long_px / max(size)
    return max(1, round(size[0] * k)), max(1, round(size[1] * k))


def size_of_least_long(size: tuple[int, int], long_px: int) -> tuple[int, int]:
    """Enlarge a (height, width) to a long side of at least `long_px`, in the same aspect ratio."""
    return scaled_to_long(size, max(*size, long_px))


def size_of_long(size: tuple[int, int], long_px: int) -> tuple[int, int]:
    """Shrink a (height, width) to a long side of at most `long_px`, with the same aspect ratio."""
    return scaled_to_long(size, min(max(size), long_px))


def size_of_short(size: tuple[int, int], short_px: float, multiple: int) -> tuple[int, int]:
    """Scale a (height, width) to a short side near `short_px`, both sides rounded to `multiple`."""
    k = short_px / min(size)
    return max(multiple, round(size[0] * k / multiple) * multiple), max(
        multiple, round(size[1] * k / multiple) * multiple
    )


def rows_enlarged(picture: Float | NDArray[np.uint8], size: tuple[int, int], rows: slice) -> Float:
    """Compute only `rows` of a picture enlarged to `size` (height, width), as float32.

    Bytes become floats of the same range.

    Convention: pixel centers at integers, so row y of the output lies at (y + 0.5) / scale - 0.5 of
    the input; edges repeat.
    """
    scale_y, scale_x = size[0] / picture.shape[0], size[1] / picture.shape[1]
    top = max(0, int((rows.start + 0.5) / scale_y - 0.5) - 1)
    bottom = min(picture.shape[0], int((rows.stop + 0.5) / scale_y) + 2)
    matrix = np.array(
        [
            [1 / scale_x, 0, 0.5 / scale_x - 0.5],
            [0, 1 / scale_y, (rows.start + 0.5) / scale_y - 0.5 - top],
        ]
    )
    return cv2.warpAffine(
        picture[top:bottom].astype(np.float32, copy=False),
        matrix,
        (size[1], rows.stop - rows.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
