"""Similarity transforms between a photo and an upright face crop.

Convention: a transform is a (2, 3) float64 matrix that maps photo points (x, y) to crop points; pixel centers at integers.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import by_planes
from pipeline.types import Points

Matrix = NDArray[np.float64]

# Eyes and mouth corners in a 512 px FFHQ-aligned crop, the picture's left one first.
# Source: the five-point template published with facexlib, without the nose.
FFHQ_512 = np.array([[192.98, 239.95], [318.90, 240.19], [201.26, 371.41], [313.09, 371.15]])


def template(side: int, share: float = 1.0, middle: float = 256.0) -> NDArray[np.float64]:
    """Return the four points in a `side` px crop; `share` < 1 leaves more room around the face.

    `middle`: which row of the FFHQ crop's 512 px lies in the middle of this one.
    """
    return (FFHQ_512 + 0.5 - (256.0, middle)) * (share * side / 512) + (side - 1) / 2


def similarity(source: Points, target: NDArray[np.float64]) -> Matrix:
    """Return the least-squares rotation, scale and shift from `source` to `target`, both (N, 2).

    Source: Umeyama 1991, closed form without reflection (points as complex numbers).
    """
    z = source[:, 0].astype(np.float64) + 1j * source[:, 1]
    t = target[:, 0] + 1j * target[:, 1]
    dz, dt = z - z.mean(), t - t.mean()
    a = (dz.conj() * dt).sum() / (np.abs(dz) ** 2).sum()
    b = t.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def scale_of(matrix: Matrix) -> float:
    """Return how much larger crop lengths are than photo lengths."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def crop(picture: NDArray[np.float32], matrix: Matrix, side: int) -> NDArray[np.float32]:
    """Return the (side, side, …) crop; the picture is blurred first where the crop is much smaller, edges repeat."""
    k = scale_of(matrix)
    if k < 0.7:
        picture, matrix = _reduced(*_covered(picture, matrix, side, round(4 / k)), k)
    return cv2.warpAffine(
        picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _covered(
    picture: NDArray[np.float32], matrix: Matrix, side: int, room: int
) -> tuple[NDArray[np.float32], Matrix]:
    """Return the part of the picture that a crop covers, with `room` px around it, and that part's transform to the crop."""
    rows, columns = window(matrix, side, picture.shape[:2])
    top, left = max(0, rows.start - room), max(0, columns.start - room)
    return picture[top : rows.stop + room, left : columns.stop + room], _shifted(matrix, left, top)


def _shifted(matrix: Matrix, left: int, top: int) -> Matrix:
    """Return the transform to the crop from the part of the photo that begins at (left, top)."""
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ (left, top)
    return shifted


def _reduced(
    picture: NDArray[np.float32], matrix: Matrix, k: float
) -> tuple[NDArray[np.float32], Matrix]:
    """Shrink by area first, so that the warp neither aliases nor blurs more than its result can show."""
    h, w = picture.shape[:2]
    size = max(1, round(h * k)), max(1, round(w * k))
    small = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
    sx, sy = w / size[1], h / size[0]
    grown = np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]])
    return small, matrix @ grown


def between(one: Matrix, other: Matrix) -> Matrix:
    """Return the transform from one crop to another of the same photo."""
    back = np.vstack([inverse(one), [0, 0, 1]])
    return other @ back


def map_points(matrix: Matrix, points: NDArray[np.floating]) -> Points:
    """Return `points` (N, 2) mapped by `matrix`."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def inverse(matrix: Matrix) -> Matrix:
    """Return the transform from crop to photo."""
    return cv2.invertAffineTransform(matrix)


def window(matrix: Matrix, side: int, size: tuple[int, int]) -> tuple[slice, slice]:
    """Return the (rows, columns) of a `size` (height, width) photo that the crop covers."""
    corners = np.array([[0, 0], [side - 1, 0], [0, side - 1], [side - 1, side - 1]])
    x, y = map_points(inverse(matrix), corners).T
    h, w = size
    rows = slice(
        int(np.clip(np.floor(y.min()), 0, h - 1)), int(np.clip(np.ceil(y.max()) + 1, 1, h))
    )
    return rows, slice(
        int(np.clip(np.floor(x.min()), 0, w - 1)), int(np.clip(np.ceil(x.max()) + 1, 1, w))
    )


def no_finer(
    crop_picture: NDArray[np.float32], matrix: Matrix, times: float
) -> tuple[NDArray[np.float32], Matrix]:
    """Return a crop with at most so many times the photo's resolution, shrunk by area, and its matrix.

    Pasted back, a much finer one would leave of every few pixels one, by chance.
    """
    k = times / scale_of(matrix)
    if k >= 1:
        return crop_picture, matrix
    h, w = crop_picture.shape[:2]
    size = max(1, round(h * k)), max(1, round(w * k))
    sx, sy = size[1] / w, size[0] / h
    shrunk = np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5]])
    return cv2.resize(crop_picture, size[::-1], interpolation=cv2.INTER_AREA), shrunk @ np.vstack(
        [matrix, [0, 0, 1]]
    )


def paste_into(
    shape: tuple[slice, slice], crop_picture: NDArray[np.float32], matrix: Matrix
) -> NDArray[np.float32]:
    """Return the crop warped back onto the photo's window `shape` (rows, columns); zero outside the crop."""
    rows, columns = shape
    shifted = _shifted(matrix, columns.start, rows.start)
    size = columns.stop - columns.start, rows.stop - rows.start
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return by_planes(lambda part: cv2.warpAffine(part, shifted, size, flags=flags), crop_picture)
