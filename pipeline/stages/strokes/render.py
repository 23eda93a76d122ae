"""Render strokes at any size: the same strokes, tile by tile, in little memory."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.brushes import tooth
from pipeline.stages.strokes.laying import paths_of
from pipeline.stages.strokes.marking import TILE, bin_strokes
from pipeline.types import Pixels
from pipeline.types.strokes import Strokes

IMPASTO = 0.85  # light on the paint's slope that looks like paint as thick as usual
WEAVE = 0.3  # likewise, of the canvas's threads
PITCH = 1 / 420  # between two threads, as a share of the long side


@dataclass(frozen=True)
class Surface:
    """What the paint and the canvas are like: 0 flat, 1 as thick and coarse as usual."""

    impasto: float = 1.0
    weave: float = 1.0


USUAL = Surface()


@dataclass(frozen=True)
class Before:
    """An earlier rendering, (H, W, 3), and which of the strokes have changed since, (N,)."""

    picture: Pixels
    changed: NDArray[np.bool_]


def render(
    strokes: Strokes,
    size: tuple[int, int],
    surface: Surface = USUAL,
    tell: Callable[[float], object] = lambda _: None,
    before: Before | None = None,
    tile_px: int = TILE,
) -> Pixels:
    """Render a painting at a (height, width), px; the light comes from the upper left.

    The strokes fill the long side; a size of another shape shows less of them, or more ground.
    `tell` is told the share of tiles that are done; what it raises ends the rendering. Tiles of
    `tile_px` that hold nothing but what has not changed since a rendering `before`, of the same
    size, are taken from it.

    Source: Hertzmann 2002, "Fast Paint Texture": height of the paint, then light on it.
    """
    h, w = size
    if before is not None and before.picture.shape[:2] != size:
        before = None
    out = np.empty((h, w, 3), np.uint8) if before is None else before.picture.copy()
    scale = float(max(size))
    rows, columns = (-(-n // tile_px) for n in (h, w))
    starts, members = bin_strokes(
        strokes.points, strokes.counts, strokes.width, scale, rows, columns, tile_px
    )

    paths = paths_of(strokes)

    def one(tile: int) -> None:
        own = members[starts[tile] : starts[tile + 1]]
        if before is not None and not before.changed[own].any():
            return
        kernel.render_tile(
            out, tile, scale, own, paths, strokes.ground, tooth(), IMPASTO * surface.impasto,
            WEAVE * surface.weave, PITCH, tile_px,
        )  # fmt: skip

    # Threads, for the compiled code runs without Python's lock; several renderings may run at once.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(one, range(rows * columns)), 1):
            tell(done / (rows * columns))
    return out
