"""Paint a whole photo: at once, or in tiles where a fine brush needs more pixels than that."""

from collections.abc import Callable
from itertools import repeat

import cv2
import numpy as np

from pipeline.ops.color import luminance
from pipeline.ops.resample import resized, rows_enlarged, size_of_short, size_within
from pipeline.ops.seed_noise import Field, carried, seeds, strips_of_seeds
from pipeline.ops.tensor import to_batch, to_float, to_picture, to_uint8
from pipeline.ops.tiles import grid, strips_of
from pipeline.types import Freeze, Image, Network, Pixels

MAX_PIXELS = 2_000_000
TILE_PIXELS = 1_500_000  # of a tile with its halo; it bounds the network's memory
STRIDE = 4  # px: the painter halves its input twice
ENLARGES = 1.2  # times: a painting enlarged by less does not look soft
# Of a painting that is enlarged: the deviation of the blur that removes pixel noise, the width of
# an edge (both px before enlarging), and how often it is sharpened.
SMOOTH_PX, EDGE_PX, SHARPENINGS = 0.7, 2.4, 3
# The fraction that returns of the photo's structure finer than the painter's working size: edges
# sharpen, photographic noise stays away.
STRUCTURE = 0.25


def stylize(
    photo: Image,
    network: Network,
    *,
    brush: float,
    stroke_px: float,
    seeded: bool = False,
    pixels: int = MAX_PIXELS,
    stride: int = STRIDE,
    noise: Field | None = None,
) -> Image:
    """Paint the photo, (H, W, 3), and return the painting at its size.

    `brush`: width of the widest stroke in percent of the short side. `stroke_px`: that width at the
    network's input, px. The working size follows from the two; it has at most `pixels` pixels, and
    where these do not suffice, strokes are wider; its sides are multiples of `stride`. `seeded`:
    whether the network was trained with noise from which its strokes grow; `noise`: that noise, of
    the working size; None: the same for every photo.

    Source: Zhu et al. 2017 (the generator); Lai 2024 paints the whole photo first.
    """
    size = photo.shape[0], photo.shape[1]
    working = working_size(size, brush=brush, stroke_px=stroke_px, pixels=pixels, stride=stride)
    noise = _seeds(working) if seeded and noise is None else noise
    return stylize_at(photo, network, working, noise)


def stylize_at(
    photo: Image, network: Network, working: tuple[int, int], noise: Field | None = None
) -> Image:
    """Paint the photo, (H, W, 3), at a working (height, width); return the painting at its size.

    `noise`: as in `stylize`; None: the network takes none with the photo.
    """
    size = photo.shape[0], photo.shape[1]
    small = np.clip(resized(photo, working), 0, 1)
    painted = _painted(network, small, noise)
    return np.clip(restructured(enlarged(painted, size), photo, resized(small, size)), 0, 1)


def working_size(
    size: tuple[int, int],
    *,
    brush: float,
    stroke_px: float,
    pixels: int = MAX_PIXELS,
    stride: int = STRIDE,
) -> tuple[int, int]:
    """Compute the (height, width) at which a photo of some size is painted, as `stylize` does."""
    asked = size_of_short(size, stroke_px * 100 / brush, stride)
    return _within(asked, pixels, like=size, stride=stride)


def stylize_tiles(
    photo: Pixels,
    freeze: Freeze,
    size: tuple[int, int],
    *,
    halo_px: int,
    seeded: bool = False,
    pixels: int = TILE_PIXELS,
    tell: Callable[[float], object] = lambda fraction: None,
) -> Pixels:
    """Paint the photo tile by tile, at its own size, (H, W, 3) uint8: no seams, bounded memory.

    `size`: the (height, width) to paint at, as `asked_size` gives it. `freeze`: makes the network
    for tiles of at most `pixels` pixels, from the whole photo shrunk to as many. `halo_px`: the
    radius of that network's receptive field. `tell`: is called before each tile with the fraction
    of the work that is done; what it raises ends the work.
    """
    working = _fitted(photo, size)
    small = _fitted(working, _within(size, pixels, like=size))
    network = freeze(_given(to_float(small), _seeds(small.shape[:2]) if seeded else None))
    rows, columns = grid(size, pixels, halo=halo_px, multiple=STRIDE)
    strips = (
        strips_of_seeds(size, [row.input for row in rows], np.random.default_rng(0))
        if seeded
        else repeat(None)
    )
    painted = np.empty_like(working)
    for i, (row, strip) in enumerate(zip(rows, strips, strict=False)):
        for j, column in enumerate(columns):
            tell((i + j / len(columns)) / len(rows))
            noise = None if strip is None else strip[:, column.input]
            tile = _painted(network, to_float(working[row.input, column.input]), noise)
            painted[row.output, column.output] = to_uint8(tile[row.inner, column.inner])
    return _at_size_of(photo, painted, working)


def asked_size(size: tuple[int, int], *, brush: float, stroke_px: float) -> tuple[int, int]:
    """Compute the (height, width) at which the widest stroke is as wide as the brush asks.

    It is at most the photo's own `size`, rounded up to a multiple of `STRIDE`.
    """
    own = -(-size[0] // STRIDE) * STRIDE, -(-size[1] // STRIDE) * STRIDE
    return min(size_of_short(size, stroke_px * 100 / brush, STRIDE), own)


def enlarged(painted: Image, size: tuple[int, int]) -> Image:
    """Resize a painting to a (height, width); where that is larger, sharpen its strokes' edges.

    A small blur first removes the painting's pixel noise. Then unsharp masking raises each pixel's
    difference from its surroundings, clipped to the range of its neighbors: edges sharpen, and
    nothing gets a halo.
    """
    scale = size[0] / painted.shape[0]
    if scale < ENLARGES:
        return resized(painted, size)
    # What follows is ten times as fast on bytes.
    large = to_uint8(resized(cv2.GaussianBlur(painted, (0, 0), SMOOTH_PX), size))
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(scale / 2)) + 1,) * 2)
    around = (round(EDGE_PX * scale) | 1,) * 2
    for _ in range(SHARPENINGS):
        sharper = cv2.addWeighted(large, 2, cv2.blur(large, around), -1, 0)
        large = cv2.min(cv2.max(sharper, cv2.erode(large, near)), cv2.dilate(large, near))
    return to_float(large)


def restructured(painted: Image, photo: Image, coarse: Image) -> Image:
    """Add a part of the photo's luminance that `coarse`, the photo as the painter saw it, lost."""
    return np.asarray(painted + structure(photo, coarse)[..., None], np.float32)


def structure(photo: Image, coarse: Image) -> Field:
    """Compute what is added back, (H, W), of the photo's luminance that `coarse` lost."""
    return STRUCTURE * luminance(photo - coarse)


def _within(
    size: tuple[int, int], pixels: int, *, like: tuple[int, int], stride: int = STRIDE
) -> tuple[int, int]:
    """Return `size`; where it has more than so many `pixels`, a smaller one shaped like `like`."""
    return (
        size
        if size[0] * size[1] <= pixels
        else size_of_short(like, min(size_within(size, pixels)), stride)
    )


def _seeds(size: tuple[int, int]) -> Field:
    return seeds(size, np.random.default_rng(0))


def _painted(network: Network, photo: Image, noise: Field | None) -> Image:
    return to_picture(network(_given(photo, noise))) * np.float32(0.5) + np.float32(0.5)


def _given(photo: Image, noise: Field | None) -> Image:
    """Make the painter's input: a batch in [-1, 1], with noise where it was trained with it."""
    given = photo * 2 - 1
    return to_batch(np.asarray(given if noise is None else given + carried(noise), np.float32))


def _fitted(photo: Pixels, size: tuple[int, int]) -> Pixels:
    """Resize the photo; where `size` is its own rounded up, only pad it by reflected edges."""
    below, right = size[0] - photo.shape[0], size[1] - photo.shape[1]
    if 0 <= below < STRIDE and 0 <= right < STRIDE:
        return cv2.copyMakeBorder(photo, 0, below, 0, right, cv2.BORDER_REFLECT_101)
    return cv2.resize(photo, size[::-1], interpolation=cv2.INTER_AREA)


def _at_size_of(photo: Pixels, painted: Pixels, working: Pixels) -> Pixels:
    """Resize a painting of `working`, the photo made smaller, to the photo, strip by strip."""
    h, w = photo.shape[:2]
    if painted.shape[0] >= h and painted.shape[1] >= w:
        return np.ascontiguousarray(painted[:h, :w])
    out = np.empty_like(photo)
    for rows in strips_of(h):
        large, coarse = (
            rows_enlarged(picture, (h, w), rows) / np.float32(255) for picture in (painted, working)
        )
        out[rows] = to_uint8(restructured(large, to_float(photo[rows]), coarse))
    return out
