"""Paint a whole photo: at once, or tile by tile where the brush asks for more pixels than a network is given at once."""

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
TILE_PIXELS = 1_500_000  # of a larger picture, with halos; it bounds the network's memory
STRIDE = 4  # px: the painter halves its input twice
ENLARGES = 1.2  # times; less does not soften
SMOOTH_PX, EDGE_PX, SHARPENINGS = (
    0.7,
    2.4,
    3,
)  # of a painting that is enlarged: what is no stroke in it, and how wide its edges are
# Of the structure finer than the painter's working size, this much returns: edges sharpen, photographic grain stays away.
STRUCTURE = 0.25


def stylize(
    photo: Image, network: Network, *, brush: float, stroke_px: float, seeded: bool = False,
    pixels: int = MAX_PIXELS,
) -> Image:  # fmt: skip
    """Return the photo painted at its own size.

    `brush`: width of the widest stroke in percent of the short side; `stroke_px`: that width at the network's input, px.
    `seeded`: whether the network was trained with noise from which its strokes grow.
    The working size follows from the two. It holds at most so many `pixels`: where these do not
    suffice, strokes are wider.

    Source: Zhu et al. 2017 (the generator); Lai 2024 paints the whole photo first.
    """
    size = photo.shape[:2]
    working = _within(size_of_short(size, stroke_px * 100 / brush, STRIDE), pixels, like=size)
    small = np.clip(resized(photo, working), 0, 1)
    painted = _painted(network, small, _seeds(working) if seeded else None)
    return np.clip(restructured(enlarged(painted, size), photo, resized(small, size)), 0, 1)


def stylize_tiles(
    photo: Pixels, freeze: Freeze, size: tuple[int, int], *, halo_px: int, seeded: bool = False, pixels: int = TILE_PIXELS,
    tell: Callable[[float], object] = lambda share: None,
) -> Pixels:  # fmt: skip
    """Return the photo painted at its own size, (H, W, 3) uint8, tile by tile: no tile shows, and memory is bounded.

    `size`: the (height, width) to paint at, as `asked_size` gives it. `freeze` makes the network for tiles of at most `pixels` from the
    whole photo, shrunk to as many. `halo_px`: how far that network looks. `tell` is told the share of the work before each tile; what it
    raises ends the work.
    """
    seen = _fitted(photo, size)
    small = _fitted(seen, _within(size, pixels, like=size))
    network = freeze(_given(to_float(small), _seeds(small.shape[:2]) if seeded else None))
    rows, columns = grid(size, pixels, halo=halo_px, multiple=STRIDE)
    strips = (
        strips_of_seeds(size, [row.input for row in rows], np.random.default_rng(0))
        if seeded
        else repeat(None)
    )
    painted = np.empty_like(seen)
    for i, (row, strip) in enumerate(zip(rows, strips, strict=False)):
        for j, column in enumerate(columns):
            tell((i + j / len(columns)) / len(rows))
            noise = None if strip is None else strip[:, column.input]
            tile = _painted(network, to_float(seen[row.input, column.input]), noise)
            painted[row.output, column.output] = to_uint8(tile[row.inner, column.inner])
    return _at_size_of(photo, painted, seen)


def asked_size(size: tuple[int, int], *, brush: float, stroke_px: float) -> tuple[int, int]:
    """Return the (height, width) at which strokes are as wide as the brush asks, at most the photo's own `size`, rounded up."""
    own = -(-size[0] // STRIDE) * STRIDE, -(-size[1] // STRIDE) * STRIDE
    return min(size_of_short(size, stroke_px * 100 / brush, STRIDE), own)


def enlarged(painted: Image, size: tuple[int, int]) -> Image:
    """Return a painting at a (height, width); where that is larger, strokes get their edges back.

    Pixels are smoothed away before. Then all becomes more different from its surroundings, but never than what lies next to it: edges
    sharpen, and nothing gets a halo.
    """
    scale = size[0] / painted.shape[0]
    if scale < ENLARGES:
        return resized(painted, size)
    large = to_uint8(
        resized(cv2.GaussianBlur(painted, (0, 0), SMOOTH_PX), size)
    )  # as bytes this is ten times as fast
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(scale / 2)) + 1,) * 2)
    around = (round(EDGE_PX * scale) | 1,) * 2
    for _ in range(SHARPENINGS):
        sharper = cv2.addWeighted(large, 2, cv2.blur(large, around), -1, 0)
        large = cv2.min(cv2.max(sharper, cv2.erode(large, near)), cv2.dilate(large, near))
    return to_float(large)


def restructured(painted: Image, photo: Image, coarse: Image) -> Image:
    """Return the painting with the photo's light that `coarse` (the photo as the painter saw it) has lost."""
    return np.asarray(painted + structure(photo, coarse)[..., None], np.float32)


def structure(photo: Image, coarse: Image) -> Field:
    """Return what returns, (H, W), of the photo's light that `coarse` has lost."""
    return STRUCTURE * luminance(photo - coarse)


def _within(size: tuple[int, int], pixels: int, *, like: tuple[int, int]) -> tuple[int, int]:
    """Return `size`, or where it holds more than `pixels` the size of a picture shaped `like` another that does not."""
    return (
        size
        if size[0] * size[1] <= pixels
        else size_of_short(like, min(size_within(size, pixels)), STRIDE)
    )


def _seeds(size: tuple[int, int]) -> Field:
    return seeds(size, np.random.default_rng(0))


def _painted(network: Network, photo: Image, noise: Field | None) -> Image:
    return to_picture(network(_given(photo, noise))) * np.float32(0.5) + np.float32(0.5)


def _given(photo: Image, noise: Field | None) -> Image:
    """Return what a painter is given: a batch in [-1, 1]."""
    given = photo * 2 - 1
    return to_batch(np.asarray(given if noise is None else given + carried(noise), np.float32))


def _fitted(photo: Pixels, size: tuple[int, int]) -> Pixels:
    """Return the photo at `size`; where that is its own, rounded up, each pixel stays what it is and edges are reflected."""
    below, right = size[0] - photo.shape[0], size[1] - photo.shape[1]
    if 0 <= below < STRIDE and 0 <= right < STRIDE:
        return cv2.copyMakeBorder(photo, 0, below, 0, right, cv2.BORDER_REFLECT_101)
    return cv2.resize(photo, size[::-1], interpolation=cv2.INTER_AREA)


def _at_size_of(photo: Pixels, painted: Pixels, seen: Pixels) -> Pixels:
    """Return a painting of `seen`, which is the photo made smaller, at the photo's size, made strip by strip."""
    h, w = photo.shape[:2]
    if painted.shape[0] >= h and painted.shape[1] >= w:
        return np.ascontiguousarray(painted[:h, :w])
    out = np.empty_like(photo)
    for rows in strips_of(h):
        large, coarse = (
            rows_enlarged(picture, (h, w), rows) / np.float32(255) for picture in (painted, seen)
        )
        out[rows] = to_uint8(restructured(large, to_float(photo[rows]), coarse))
    return out
