"""Show a painting as it grows: stroke after stroke, each along its length."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.laying import lay, room_for
from pipeline.stages.strokes.marking import HALO
from pipeline.stages.strokes.render import IMPASTO, PITCH, USUAL, WEAVE, Surface
from pipeline.types import Pixels, Strokes

Float = NDArray[np.float32]

# A layer takes this power of its strokes' number: a few broad strokes can be followed one by one,
# and ten thousand fine ones do not take all the time.
FAIR = 0.15
DRAWN = (0.05, 0.012)  # how long the first and the last stroke are drawn, as shares of the time


def grow(
    strokes: Strokes, size: tuple[int, int], count: int, surface: Surface = USUAL
) -> Iterator[Pixels]:
    """Yield `count` pictures, (H, W, 3) of a (height, width), from the ground to the last stroke.

    The last one is the painting as `render` makes it, but for a level or two.
    """
    h, w = size
    halo, long_px = HALO, max(size)
    canvas = np.zeros((h + 2 * halo, w + 2 * halo, 4), np.float32)
    canvas[..., :3] = strokes.ground
    room = room_for(canvas, long_px, corner=-halo)
    begins, takes = _times(strokes)
    ends = begins + takes
    dry = 0  # strokes that are laid for good
    bands = np.linspace(0, h, 2 * (os.cpu_count() or 1) + 1).astype(int)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for frame in range(count):
            now = frame / max(count - 1, 1)
            done, begun = (int(np.searchsorted(at, now, side="right")) for at in (ends, begins))
            if done > dry:
                lay(canvas, strokes[np.arange(dry, done)], room, long_px, corner=-halo)
                dry = done
            shown = canvas
            if begun > dry:
                shown = canvas.copy()
                until = (now - begins[dry:begun]) / takes[dry:begun]
                until = until.clip(0, 1).astype(np.float32)
                lay(shown, strokes[np.arange(dry, begun)], room, long_px, until=until, corner=-halo)
            out = np.empty((h, w, 3), np.uint8)

            def lit(top: int, bottom: int, shown: Float = shown, out: Pixels = out) -> None:
                kernel.light(
                    shown[top : bottom + 2 * halo], out[top:bottom], top, 0, float(long_px),
                    IMPASTO * surface.impasto, WEAVE * surface.weave, PITCH,
                )  # fmt: skip

            list(pool.map(lit, bands[:-1], bands[1:]))
            yield out


def _times(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when each stroke begins, and how long it is drawn, as shares of the whole time.

    Both begins and ends are in painting order.
    """
    n = len(strokes)
    layers, which, counts = np.unique(strokes.layer, return_inverse=True, return_counts=True)
    pace = (counts**FAIR / counts)[which] if len(layers) else np.zeros(0)
    passed = np.concatenate([[0.0], np.cumsum(pace)])
    passed /= max(passed[-1], 1e-9)
    takes = np.interp(passed[:-1], (0, 1), DRAWN) if n else np.zeros(0)
    # The last one ends with the time.
    return passed[:-1] * (1 - DRAWN[1]) * (1 - 1e-9), takes
