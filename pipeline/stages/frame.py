"""Turn, crop and straighten a photo to the shape of its paper.

Convention: a matrix maps points (x, y) of the photo to points of its frame, as in `ops/align`.
"""

from dataclasses import replace
from fractions import Fraction
from math import cos, radians, sin

import cv2
import numpy as np

from pipeline.ops.align import Matrix
from pipeline.settings import FrameSettings
from pipeline.stages.border import within
from pipeline.types import MIN_SIDE, Photo, PhotoError

# Long side by short side; None: the photo's own.
PAPERS: dict[str, Fraction | None] = {
    "photo": None, "2x3": Fraction(3, 2), "3x4": Fraction(4, 3), "square": Fraction(1),
    "a4": Fraction(297, 210),
}  # fmt: skip


def frame(photo: Photo, how: FrameSettings) -> Photo:
    """Return the part of a photo that is painted, at the photo's own resolution.

    A crop is a view of the photo's pixels; only straightening resamples them, once. Where nothing
    is turned or left out the photo itself comes back.

    Raises: PhotoError: a side would be shorter than `MIN_SIDE`.
    """
    quarters = int(how.turn) // 90
    matrix, size = _placed_upright(_turned(photo.size, quarters), how)
    if size == photo.size and not quarters:
        return photo

    def cut(pixels: np.ndarray) -> np.ndarray:
        return _cut(np.ascontiguousarray(np.rot90(pixels, -quarters)), matrix, size)

    alpha = None if photo.alpha is None else cut(photo.alpha)
    return replace(photo, pixels=cut(photo.pixels), alpha=alpha)


def placed(photo: tuple[int, int], how: FrameSettings) -> tuple[Matrix, tuple[int, int]]:
    """Place the frame in a photo of (height, width); return its matrix and its (height, width), px.

    Raises: PhotoError: a side would be shorter than `MIN_SIDE`.
    """
    quarters = int(how.turn) // 90
    matrix, size = _placed_upright(_turned(photo, quarters), how)
    h, w = photo
    c, s = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarters]
    shift = ((0, 0), (h - 1, 0), (w - 1, h - 1), (0, w - 1))[quarters]
    turn = np.array([[c, -s, shift[0]], [s, c, shift[1]], [0, 0, 1]])
    return matrix @ turn, size


def room(photo: tuple[int, int], how: FrameSettings) -> tuple[float, float]:
    """Return how far the frame can be moved, from 0 to 1 of `across` and `down`, in its own sides.

    `photo`: (height, width), px.

    Raises: PhotoError: a side would be shorter than `MIN_SIDE`.
    """
    turned = _turned(photo, int(how.turn) // 90)
    h, w = size = _size(turned, how)
    across, down = _free(turned, size, how)
    return across / w, down / h


def _turned(size: tuple[int, int], quarters: int) -> tuple[int, int]:
    """Return the (height, width) of a photo that was turned by some quarters."""
    return (size[1], size[0]) if quarters % 2 else size


def _placed_upright(photo: tuple[int, int], how: FrameSettings) -> tuple[Matrix, tuple[int, int]]:
    """Place the frame in a photo that is turned already.

    It is the largest of the paper's shape that fits into the turned photo, divided by the zoom. It
    has room to move where the box around it, upright in the photo, is smaller than the photo.

    Raises: PhotoError: a side would be shorter than `MIN_SIDE`.
    """
    h, w = size = _size(photo, how)
    c, s = cos(radians(how.straighten)), sin(radians(how.straighten))
    free_x, free_y = _free(photo, size, how)
    left, top = free_x * how.across, free_y * how.down
    if not how.straighten:
        left, top = round(left), round(top)  # so that pixels stay as they are
    middle = (photo[1] - free_x) / 2 + left - 0.5, (photo[0] - free_y) / 2 + top - 0.5
    turn = np.array([[c, -s], [s, c]])
    shift = np.array([(w - 1) / 2, (h - 1) / 2]) - turn @ middle
    return np.column_stack([turn, shift]), size


def _free(photo: tuple[int, int], size: tuple[int, int], how: FrameSettings) -> tuple[float, float]:
    """Return how far a frame of (height, width) can be moved to the right and down, px."""
    h, w = size
    c, s = cos(radians(how.straighten)), abs(sin(radians(how.straighten)))
    return max(0.0, photo[1] - (w * c + h * s)), max(0.0, photo[0] - (w * s + h * c))


def _size(photo: tuple[int, int], how: FrameSettings) -> tuple[int, int]:
    """Return the (height, width) of the frame, px."""
    h, w = photo
    paper = PAPERS[how.paper]
    ratio = max(h, w) / min(h, w) if paper is None else within(float(paper), how.border)
    tall, wide = (ratio, 1.0) if h >= w else (1.0, ratio)
    c, s = cos(radians(how.straighten)), abs(sin(radians(how.straighten)))
    unit = min(w / (wide * c + tall * s), h / (wide * s + tall * c)) / how.zoom
    long, short = int(unit * ratio + 1e-6), int(unit + 1e-6)  # never a px beyond the photo
    if short < min(MIN_SIDE, h, w):
        raise PhotoError(
            f"Wanted at least {MIN_SIDE} px on each side after the crop, found {short} px of a "
            f"photo of {w} x {h}; zoom or straighten less, or choose a larger photo."
        )
    return (long, short) if h >= w else (short, long)


def _cut(pixels: np.ndarray, matrix: Matrix, size: tuple[int, int]) -> np.ndarray:
    """Return the pixels, (H, W) or (H, W, 3) uint8, in a frame of (height, width)."""
    h, w = size
    if matrix[0, 1] == 0:
        left, top = (round(-shift) for shift in matrix[:, 2])
        return pixels[top : top + h, left : left + w]
    return cv2.warpAffine(
        pixels, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
