"""Lay strokes onto a canvas that is a whole painting."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.brushes import tips, tooth
from pipeline.stages.strokes.kernel import Paths, Room
from pipeline.types import Strokes

Float = NDArray[np.float32]


def room_for(canvas: Float, long_px: int, *, corner: int = 0) -> Room:
    """Return the room to work in for a canvas, (H, W, 4); the rest as `lay` takes it."""
    return kernel.room_for(canvas, tooth(), corner, corner, float(long_px))


def paths_of(strokes: Strokes, until: Float | None = None) -> Paths:
    """Return what the compiled code knows of strokes; `until`: as `lay` takes it."""
    until = np.ones(len(strokes), np.float32) if until is None else until
    return Paths(
        strokes.points, strokes.counts, strokes.width, strokes.color, strokes.streak,
        strokes.opacity, strokes.relief, strokes.tip, until, tips(),
    )  # fmt: skip


def lay(
    canvas: Float, strokes: Strokes, room: Room, long_px: int, *, until: Float | None = None,
    corner: int = 0,
) -> None:  # fmt: skip
    """Lay strokes onto a canvas, (H, W, 4), in place, at a long side of `long_px`.

    `until`: how much of each one's length is laid, (N,) in [0, 1]; by default all. `corner`: where
    the canvas begins, px, down and across.
    """
    paths, members = paths_of(strokes, until), np.arange(len(strokes), dtype=np.int32)
    edges = np.linspace(0, canvas.shape[0], (os.cpu_count() or 1) + 1).astype(int)

    def one(top: int, bottom: int) -> None:
        rows = slice(top, bottom)
        piece = Room(
            room.over[rows], room.shows[rows], room.mark[rows], room.place[rows], room.tooth[rows]
        )
        kernel.lay_all(canvas[rows], piece, paths, members, corner + top, corner, float(long_px))

    with ThreadPoolExecutor() as pool:  # the compiled code runs without Python's lock
        list(pool.map(one, edges[:-1], edges[1:]))
