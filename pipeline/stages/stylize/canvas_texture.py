"""Let the canvas show through the paint.

Its grain shows most where the paint is dark and thin, and in pictures with much detail.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance, repeated
from pipeline.ops.resample import resized, size_of_short
from pipeline.stages.stylize.scene import change_scene
from pipeline.types import Image, Scene

Field = NDArray[np.float32]

# Standard deviation of the grain from cell to cell of the canvas, as luminance in [0, 1], under
# paint of middle luminance.
GRAIN = 0.039
THIN = 0.3  # how much more of it shows under black paint, and less under white, as a fraction
BLACK = 0.25  # luminance below which it fades out: it would glitter
CELLS = 8  # to the width of the widest stroke
# Mean absolute difference of a usual photo's luminance from its surroundings'. The grain is scaled
# by how many times that a photo has, within limits.
USUAL, LIMITS = 0.032, (0.3, 2.5)
# Short side at which that is measured, and the deviation of the Gaussian for the surroundings, px.
SEEN_PX, AROUND_PX = 256, 1.5


def canvas(photo: Image, size: tuple[int, int], *, brush: float, amount: float) -> Field:
    """Make the canvas' grain for a photo painted at `size` (height, width).

    It is a change of luminance for each cell of the canvas, and the same at every call. `brush`:
    width of the widest stroke in percent of the short side. `amount`: 1 is that of Monet's
    paintings.
    """
    cell = brush / 100 / CELLS * min(size)
    cells = max(1, round(size[0] / max(cell, 1))), max(1, round(size[1] / max(cell, 1)))
    # A pixel shows the mean of the cells in it, so cells finer than a pixel deviate less.
    deviation = GRAIN * min(cell, 1) * amount * liveliness(photo)
    return np.random.default_rng(0).standard_normal(cells, np.float32) * np.float32(deviation)


def liveliness(photo: Image, seen_px: int = SEEN_PX) -> float:
    """Measure how much detail a photo's luminance has, relative to a usual photo's.

    `seen_px`: the short side at which that is measured.
    """
    gray = luminance(resized(photo, size_of_short(photo.shape[:2], seen_px, 1)))
    differs = np.abs(gray - cv2.GaussianBlur(gray, (0, 0), AROUND_PX)).mean()
    return float(np.clip(differs / USUAL, *LIMITS))


def lay_canvas(scene: Scene, grain: Field) -> Scene:
    """Lay a painting on a canvas with this grain."""
    return (
        replace(change_scene(scene, grain, textured), grain=grain)
        if scene.styled is not None
        else scene
    )


def textured(picture: Image, grain: Field) -> Image:
    """Lay a picture, (H, W, 3) in [0, 1], on a canvas whose `grain` has one value a pixel."""
    gray = luminance(picture)
    shown = (
        grain * (1 + np.float32(THIN) * (1 - 2 * gray)) * np.minimum(gray / np.float32(BLACK), 1)
    )
    out = repeated(np.asarray(shown, np.float32))
    out += picture
    return out.clip(0, 1, out=out)
