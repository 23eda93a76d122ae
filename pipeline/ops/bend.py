"""Bend pictures and points by a field of shifts that fades before the picture's border.

Convention: points are (x, y) px, pixel centers at whole numbers. A bent picture has at p what the
picture has at p + shift(p).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.resample import by_planes, resized, rows_enlarged
from pipeline.ops.tiles import strips_of
from pipeline.types import Image, Pixels, Points

Field = NDArray[np.float32]  # (H, W, 2) px, or (H, W)

LEAST_AREA = 0.25  # what a place may shrink or be read from, at least, of its area
HALVINGS = 12  # of the interval in which the strength is looked for
ROUNDS, STEP = 60, 0.5  # of looking for where a point comes to lie; of the way, in each


@dataclass(frozen=True)
class Bending:
    """Where each place of a bent picture is read from.

    `shifts`: (h, w, 2) px of a picture of `size` (height, width), at the middles of the cells of a
    lattice over it; between them they are interpolated by cubics.
    """

    shifts: Field
    size: tuple[int, int]

    def at_size(self, size: tuple[int, int]) -> Field:
        """Return the shifts at each pixel, (H, W, 2) px, of the picture at a (height, width)."""
        return _scaled(resized(self.shifts, size), self.size, size)


def lattice(size: tuple[int, int], cell: float) -> Field:
    """Return the middles of cells about `cell` px wide of a (height, width), (h, w, 2) px."""
    y, x = (_middles(px, max(1, round(px / cell))) for px in size)
    return np.stack(np.meshgrid(x, y), 2)


def unfolded(shifts: Field, at: Field, least: float = LEAST_AREA) -> Field:
    """Return shifts, (h, w, 2), so much weaker that no area shrinks below `least` and none folds.

    `at`: where in the picture they are, as `lattice` says.
    """
    if min(shifts.shape[:2]) < 2:
        return np.zeros_like(shifts)
    across, down = (np.asarray(at[1, 1] - at[0, 0])).tolist()
    by_y = np.asarray(np.gradient(shifts, down, axis=0), np.float32)
    by_x = np.asarray(np.gradient(shifts, across, axis=1), np.float32)
    trace, area = by_x[..., 0] + by_y[..., 1], by_x[..., 0] * by_y[..., 1]
    area = area - by_x[..., 1] * by_y[..., 0]

    def fits(strength: float) -> bool:
        return float((1 + strength * (trace + strength * area)).min()) >= least

    low, high = 0.0, 1.0
    if fits(1.0):
        return shifts
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return np.asarray(shifts * low, np.float32)


def bent(pixels: Pixels, bending: Bending) -> Pixels:
    """Bend a picture, (H, W) or (H, W, 3) bytes, of any size; what is not moved stays as it is."""
    size = pixels.shape[0], pixels.shape[1]
    known = min(size, bending.size)
    shifts, window = bending.at_size(known), _window(bending, size[1])
    out = pixels.copy()
    for rows in strips_of(size[0]):
        here = shifts[rows] if known == size else rows_enlarged(shifts, size, rows)
        off = _scaled(here[:, window], known, size)
        if not off.any():
            continue
        x, y = _places(off, rows.start, window.start)
        (left, right), (top, bottom) = (_reach(each) for each in (x, y))
        source = np.asarray(pixels[top:bottom, left:right])  # OpenCV reads no more than 32,766 px
        out[rows, window] = cv2.remap(
            source, x - left, y - top, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    return out


def bent_maps(maps: Image, bending: Bending) -> Image:
    """Bend maps, (H, W, C), such as probabilities: bilinear."""
    places = _places(bending.at_size((maps.shape[0], maps.shape[1])), 0, 0)
    return by_planes(lambda plane: _read(plane, places), maps)


def bent_crop(crop: Image, matrix: align.Matrix, bending: Bending) -> Image:
    """Bend a picture's crop, (S, S, C); `matrix`: the way from the picture to it, as in `align`."""
    side, grown = crop.shape[0], np.vstack([_from_lattice(bending), [0, 0, 1]])
    shifts = align.crop(bending.shifts, matrix @ grown, side)
    places = _places(shifts @ matrix[:, :2].T.astype(np.float32), 0, 0)
    return by_planes(lambda plane: _read(plane, places), crop)


def moved(points: Points, bending: Bending) -> Points:
    """Return where points, (N, 2) px of `bending.size`, come to lie in the bent picture."""
    to_lattice = align.inverse(_from_lattice(bending))
    there = wanted = np.asarray(points, np.float32)
    for _ in range(ROUNDS):
        x, y = (np.ascontiguousarray(c)[:, None] for c in align.map_points(to_lattice, there).T)
        shifts = cv2.remap(bending.shifts, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        there = there + STEP * (wanted - shifts[:, 0] - there)
    return np.asarray(there, np.float32)


def _from_lattice(bending: Bending) -> align.Matrix:
    """Return the way from a lattice's cells to the picture's px, (2, 3)."""
    (h, w), (rows, columns) = bending.size, bending.shifts.shape[:2]
    x, y = w / columns, h / rows
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2]])


def _scaled(shifts: Field, size: tuple[int, int], new: tuple[int, int]) -> Field:
    """Turn px of a picture of `size` into those of a `new` (height, width)."""
    if size == new:
        return shifts
    return np.asarray(shifts * np.array([new[1] / size[1], new[0] / size[0]]), np.float32)


def _places(moved: Field, top: int, left: int) -> tuple[Field, Field]:
    """Return x and y, (H, W) px, that pixels are read at whose first one is at (left, top)."""
    h, w = moved.shape[:2]
    x = moved[..., 0] + np.arange(left, left + w, dtype=np.float32)
    return x, moved[..., 1] + np.arange(top, top + h, dtype=np.float32)[:, None]


def _window(bending: Bending, width: int) -> slice:
    """Return the columns, of `width`, in which something moves: cubics reach two cells farther."""
    columns = np.flatnonzero(bending.shifts.any((0, 2)))
    if not len(columns):
        return slice(0, 0)
    cell = width / bending.shifts.shape[1]
    return slice(max(0, int((columns[0] - 2) * cell)), int((columns[-1] + 3) * cell) + 1)


def _middles(px: int, count: int) -> Field:
    return np.asarray((np.arange(count) + 0.5) * (px / count) - 0.5, np.float32)


def _reach(places: Field) -> tuple[int, int]:
    """Return from where to before where pixels are read, with room for cubics."""
    return max(0, int(places.min()) - 3), max(0, int(places.max())) + 4


def _read(plane: Field, places: tuple[Field, Field]) -> Field:
    return np.asarray(
        cv2.remap(plane, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
