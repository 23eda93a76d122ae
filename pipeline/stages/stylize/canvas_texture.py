"""Let the canvas show through the paint: its grain, most where the paint is dark and thin, and where a picture is lively."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.resample import resized, size_of_short
from pipeline.stages.stylize.scene import change_scene
from pipeline.types import Image, Scene

Field = NDArray[np.float32]

GRAIN = 0.039  # deviation of the light in [0, 1] from one cell of the canvas to the next, under paint of middle light
THIN = 0.3  # how much more of it shows under dark paint, and less under light
BLACK = 0.25  # light below which it fades: it would glitter
CELLS = 8  # to the widest stroke
# A photo is as lively as usual where its light differs by this from its surroundings' in the mean; the grain follows within limits.
USUAL, LIMITS = 0.032, (0.3, 2.5)
SEEN_PX, AROUND_PX = (
    256,
    1.5,
)  # short side at which that is measured, and how far surroundings reach


def canvas(photo: Image, size: tuple[int, int], *, brush: float, amount: float) -> Field:
    """Return the grain of the canvas that a photo is painted on at a (height, width): light per cell, the same at every call.

    `brush`: width of the widest stroke in percent of the short side; `amount`: 1 is what Monet's paintings have.
    """
    cell = brush / 100 / CELLS * min(size)
    cells = max(1, round(size[0] / max(cell, 1))), max(1, round(size[1] / max(cell, 1)))
    deviation = (
        GRAIN * min(cell, 1) * amount * liveliness(photo)
    )  # of cells finer than a pixel the mean is seen
    return np.random.default_rng(0).standard_normal(cells, np.float32) * np.float32(deviation)


def liveliness(photo: Image, seen_px: int = SEEN_PX) -> float:
    """Return how much a photo's light changes from place to place, relative to the usual; `seen_px`: its short side for that."""
    gray = luminance(resized(photo, size_of_short(photo.shape[:2], seen_px, 1)))
    differs = np.abs(gray - cv2.GaussianBlur(gray, (0, 0), AROUND_PX)).mean()
    return float(np.clip(differs / USUAL, *LIMITS))


def lay_canvas(scene: Scene, grain: Field) -> Scene:
    """Return a painting on a canvas with this grain."""
    return (
        replace(change_scene(scene, grain, _with_canvas), grain=grain)
        if scene.styled is not None
        else scene
    )


def with_canvas(picture: Image, grain: Field) -> Image:
    """Return a picture, (H, W, 3) in [0, 1], with the canvas' `grain`, at its cells, in it."""
    return _with_canvas(picture, resized(grain, picture.shape[:2]))


def _with_canvas(picture: Image, grain: Field) -> Image:
    gray = luminance(picture)
    shown = (
        grain * (1 + np.float32(THIN) * (1 - 2 * gray)) * np.minimum(gray / np.float32(BLACK), 1)
    )
    return np.clip(picture + shown[..., None], 0, 1, dtype=np.float32)
