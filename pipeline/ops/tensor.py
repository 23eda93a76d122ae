"""The one place where pictures become network batches and back, or bytes."""

import numpy as np
from numpy.typing import NDArray


def to_batch(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (H, W, C) as (1, C, H, W), contiguous."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


def to_picture(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the first of (N, C, H, W) as (H, W, C), contiguous."""
    return np.ascontiguousarray(batch[0].transpose(1, 2, 0))


def to_planes(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the first of (N, C, H, W) as (H, W, C), each channel's plane contiguous: what is fast for many channels."""
    return batch[0].transpose(1, 2, 0)


def to_uint8(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return [0, 1] as 8 bit, rounded."""
    return (picture.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def to_float(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pixels as light in [0, 1], (H, W, 3) float32."""
    return pixels.astype(np.float32) / np.float32(255)
