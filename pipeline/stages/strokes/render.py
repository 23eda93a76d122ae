"""Render strokes at any size: the same strokes, tile by tile, in little memory."""

from dataclasses import dataclass

import numpy as np

from pipeline.stages.strokes import kernel
from pipeline.stages.strokes.brushes import tips
from pipeline.stages.strokes.strokes import Strokes
from pipeline.types import Pixels

IMPASTO = 0.7  # light on the paint's slope that looks like paint as thick as `Surface.impasto` 1
WEAVE = 0.35  # likewise, of the canvas's threads
PITCH = 1 / 420  # between two threads, as a share of the long side


@dataclass(frozen=True)
class Surface:
    """What the paint and the canvas are like: 0 flat, 1 as thick and coarse as usual."""

    impasto: float = 1.0
    weave: float = 1.0


USUAL = Surface()


def render(strokes: Strokes, long_px: int, surface: Surface = USUAL) -> Pixels:
    """Render a painting, (H, W, 3), its long side so many px; the light comes from the upper left.

    Source: Hertzmann 2002, "Fast Paint Texture": height of the paint, then light on it.
    """
    h, w = strokes.px(long_px)
    out = np.empty((h, w, 3), np.uint8)
    rows, columns = (-(-n // kernel.TILE) for n in (h, w))
    starts, members = kernel.bin_strokes(
        strokes.points, strokes.counts, strokes.width, float(long_px), rows, columns
    )
    kernel.render_tiles(
        out, float(long_px), starts, members, strokes.points, strokes.counts, strokes.width,
        strokes.color, strokes.streak, strokes.opacity, strokes.relief, strokes.tip,
        strokes.ground, tips(), IMPASTO * surface.impasto, WEAVE * surface.weave, PITCH,
    )  # fmt: skip
    return out
