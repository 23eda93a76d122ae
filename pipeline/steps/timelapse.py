"""Show a painting being painted, from the ground to the last accent."""

from collections.abc import Callable, Iterator

import numpy as np

from pipeline.ops.color import lerp
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.stages.strokes.growing import grow
from pipeline.stages.strokes.render import USUAL, Surface
from pipeline.steps.full_size import painted_at
from pipeline.steps.strokes import surface_of
from pipeline.types import Painting, Pixels, Strokes
from pipeline.variants import FILM_SECONDS

FPS = 24  # pictures a second
LONG_PX = 1080
FADES, STAYS = 0.7, 1.5  # seconds: the likeness comes over the strokes; the finished painting

Tell = Callable[[float], object]


def film_size(shape: tuple[float, float]) -> tuple[int, int]:
    """Return the (height, width) of a film, px, of a painting of this shape: both are even."""
    h, w = (max(1, round(side * LONG_PX)) for side in shape)
    return h + h % 2, w + w % 2


def timelapse(
    painting: Painting, seconds: float = FILM_SECONDS[1], tell: Tell = lambda _: None
) -> Iterator[Pixels]:
    """Yield the pictures, (H, W, 3), of a film of a painting being painted, `FPS` a second.

    The strokes come first; then the kept face comes over them, and the finished painting stays.
    `tell` is told the share of pictures that are made; what it raises ends the film.

    Raises: ValueError: the painting is not made of strokes.
    """
    strokes = painting.strokes
    if strokes is None:
        raise ValueError(NO_STROKES)
    size = film_size(strokes.size)
    count = round(seconds * FPS)
    fading, staying = round(FADES * FPS), round(STAYS * FPS)
    growing = max(2, count - fading - staying)
    last = np.zeros((*size, 3), np.uint8)
    grown = grow(strokes, size, growing, surface_of(painting.settings))
    for number, picture in enumerate(grown, 1):
        last = picture
        yield picture
        tell(number / count)
    finished, begun = painted_at(painting, size), to_float(last)
    for step in range(1, fading + 1):
        yield to_uint8(lerp(begun, to_float(finished), step / fading))
    for _ in range(staying):
        yield finished
    tell(1.0)


def growth(
    strokes: Strokes, seconds: float = FILM_SECONDS[1], surface: Surface = USUAL
) -> Iterator[Pixels]:
    """Yield the pictures of a film of strokes being laid, the last of which stays."""
    staying, size = round(STAYS * FPS), film_size(strokes.size)
    last = np.zeros((*size, 3), np.uint8)
    for picture in grow(strokes, size, max(2, round(seconds * FPS) - staying), surface):
        last = picture
        yield picture
    for _ in range(staying):
        yield last


NO_STROKES = (
    "A painting of brush strokes was wanted, another was found; paint it with the painter "
    "strokes (--painter strokes)."
)
