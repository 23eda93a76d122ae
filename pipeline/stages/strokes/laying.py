"""Lay strokes onto a canvas that is a whole painting."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.brushes import tips
from pipeline.types import Strokes

Float = NDArray[np.float32]
Room = tuple[NDArray[np.int32], Float]  # what the kernel works in: marks, and places in a stroke


def room_for(canvas: Float) -> Room:
    """Return the room to work in for a canvas, (H, W, 4)."""
    size = canvas.shape[:2]
    return np.empty(size, np.int32), np.empty((*size, 2), np.float32)


def lay(
    canvas: Float, strokes: Strokes, room: Room, long_px: int, *, until: Float | None = None,
    corner: int = 0,
) -> None:  # fmt: skip
    """Lay strokes onto a canvas, (H, W, 4), in place, at a long side of `long_px`.

    `until`: how much of each one's length is laid, (N,) in [0, 1]; by default all. `corner`: where
    the canvas begins, px, down and across.
    """
    mark, place = room
    mark.fill(-1)
    until = np.ones(len(strokes), np.float32) if until is None else until
    edges = np.linspace(0, canvas.shape[0], (os.cpu_count() or 1) + 1).astype(int)

    def one(top: int, bottom: int) -> None:
        kernel.lay_all(
            canvas[top:bottom], mark[top:bottom], place[top:bottom], corner + top, corner,
            float(long_px), strokes.points, strokes.counts, strokes.width, strokes.color,
            strokes.streak, strokes.opacity, strokes.relief, strokes.tip, tips(), until,
        )  # fmt: skip

    with ThreadPoolExecutor() as pool:  # the compiled code runs without Python's lock
        list(pool.map(one, edges[:-1], edges[1:]))
