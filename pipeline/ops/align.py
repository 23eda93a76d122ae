"""Map between a photo and an upright face crop by similarity transforms.

Convention: a transform is a (2, 3) float64 matrix that maps photo points (x, y) to crop points;
pixel centers at integers.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.transform import SimilarityTransform

from pipeline.ops.resample import by_planes
from pipeline.types import Points

Matrix = NDArray[np.float64]

# Eyes and mouth corners in a 512 px FFHQ-aligned crop, the picture's left one first.
# Source: the five-point template published with facexlib, without the nose.
FFHQ_512 = np.array([[192.98, 239.95], [318.90, 240.19], [201.26, 371.41], [313.09, 371.15]])
SHARPLY = 3.5  # times: what is enlarged more shows noise and the file's blocks


def template(side: int, scale: float = 1.0, middle: float = 256.0) -> NDArray[np.float64]:
    """Place the four FFHQ points, (4, 2), in a crop of `side` px.

    `scale`: the face's size relative to an FFHQ crop; below 1 more background is around the face.
    `middle`: the row of the 512 px FFHQ crop that lies in the middle of this one.
    """
    return (FFHQ_512 + 0.5 - (256.0, middle)) * (scale * side / 512) + (side - 1) / 2


def similarity(source: Points, target: NDArray[np.float64]) -> Matrix:
    """Fit rotation, scale and shift from `source` to `target`, both (N, 2), by least squares.

    Source: Umeyama 1991, without reflection.
    """
    return SimilarityTransform.from_estimate(source.astype(np.float64), target).params[:2]


def eyes_to_mouth(points: Points) -> float:
    """Measure the distance from the eyes to the mouth.

    `points`: (4, 2), both eyes and both mouth corners.
    """
    return float(np.hypot(*(points[2:].mean(0) - points[:2].mean(0))))


def scale_of(matrix: Matrix) -> float:
    """Divide a length in the crop by the same length in the photo."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def crop(
    picture: NDArray[np.float32], matrix: Matrix, side: int, *, sharply: bool = False
) -> NDArray[np.float32]:
    """Warp a picture to its (side, side, …) crop; beyond the picture its edges repeat.

    Where the crop is much smaller, the picture is first shrunk by area, against aliasing.
    `sharply`: whether what is up to `SHARPLY` times as large in the crop is enlarged by Lanczos'
    filter, which may lead beyond the picture's least and greatest values.
    """
    k = scale_of(matrix)
    how = cv2.INTER_LANCZOS4 if sharply and 1 < k < SHARPLY else cv2.INTER_LINEAR
    if k < 0.7:
        picture, matrix = _reduced(*_covered(picture, matrix, side, round(4 / k)), k)
    return cv2.warpAffine(picture, matrix, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)


def _covered(
    picture: NDArray[np.float32], matrix: Matrix, side: int, margin: int
) -> tuple[NDArray[np.float32], Matrix]:
    """Cut out what a crop covers, with `margin` px around it; also that part's transform."""
    rows, columns = window(matrix, side, picture.shape[:2])
    top = max(0, rows.start - margin)
    left = max(0, columns.start - margin)
    part = picture[top : rows.stop + margin, left : columns.stop + margin]
    return part, shifted(matrix, left, top)


def resizing(size: tuple[int, ...], to: tuple[int, ...]) -> Matrix:
    """Return the transform of a picture of a (height, width, …) that is resized to another."""
    k = np.array([to[1] / size[1], to[0] / size[0]])
    return np.column_stack([np.diag(k), (k - 1) / 2])


def shifted(matrix: Matrix, left: float, top: float) -> Matrix:
    """Adapt a transform to the part of the photo that begins at (left, top)."""
    out = matrix.copy()
    out[:, 2] += matrix[:, :2] @ (left, top)
    return out


def _reduced(
    picture: NDArray[np.float32], matrix: Matrix, k: float
) -> tuple[NDArray[np.float32], Matrix]:
    """Shrink a picture by about `k` by area, so that the warp after it does not alias."""
    h, w = picture.shape[:2]
    size = max(1, round(h * k)), max(1, round(w * k))
    small = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
    sx, sy = w / size[1], h / size[0]
    grown = np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]])
    return small, matrix @ grown


def between(one: Matrix, other: Matrix) -> Matrix:
    """Compose the transform from one crop to another of the same photo."""
    back = np.vstack([inverse(one), [0, 0, 1]])
    return other @ back


def map_points(matrix: Matrix, points: NDArray[np.floating]) -> Points:
    """Map `points` (N, 2) by `matrix`."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def inverse(matrix: Matrix) -> Matrix:
    """Invert a transform: from crop to photo."""
    return cv2.invertAffineTransform(matrix)


def window(matrix: Matrix, side: int, size: tuple[int, int]) -> tuple[slice, slice]:
    """Bound the (rows, columns) of a `size` (height, width) photo that the crop covers."""
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
    """Shrink a crop by area to at most `times` the photo's resolution; also its new matrix.

    Pasting back a much finer crop would sample single pixels of it, and alias.
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
    """Warp a crop back onto the photo's window `shape` (rows, columns); zero outside the crop."""
    rows, columns = shape
    there = shifted(matrix, columns.start, rows.start)
    size = columns.stop - columns.start, rows.stop - rows.start
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return by_planes(lambda part: cv2.warpAffine(part, there, size, flags=flags), crop_picture)
