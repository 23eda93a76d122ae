"""Convert pictures to network batches and back, and floats to bytes and back, and to singles."""

import numpy as np
from numpy.typing import NDArray


def single(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Convert values to single precision."""
    return values.astype(np.float32)


def to_batch(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert (H, W, C) to (1, C, H, W), contiguous."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


def to_picture(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert the first of (N, C, H, W) to (H, W, C), contiguous."""
    return np.ascontiguousarray(batch[0].transpose(1, 2, 0))


def to_planes(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """View the first of (N, C, H, W) as (H, W, C); its channels stay contiguous planes.

    That is faster for pictures of many channels, which are handled plane by plane.
    """
    return batch[0].transpose(1, 2, 0)


def to_uint8(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert [0, 1] to 0-255, rounded; values beyond are clipped."""
    scaled = picture.clip(0, 1)
    scaled *= 255
    scaled += 0.5
    return scaled.astype(np.uint8)


def to_float(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert 0-255 to [0, 1], float32, of the same shape."""
    return pixels.astype(np.float32) / np.float32(255)
