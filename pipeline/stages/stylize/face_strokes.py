"""Paint the kept person with strokes so fine that a face stays itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.ops.filters import feathered, window_of
from pipeline.ops.parts import Window, inside, joined, parts_of
from pipeline.stages.stylize.generator import MAX_PIXELS, stylize
from pipeline.types import Face, Image, Mask, Network

STROKE = 0.02  # of a face's height: an eye is ten strokes wide
MARGIN = 2.0  # widths of a stroke: how far around the region the painter sees, and its soft edge


@dataclass(frozen=True)
class _Place:
    """A window painted with one stroke width.

    `stroke`: the width, px. `weights`: each pixel's weight in the window, in [0, 1].
    """

    window: Window
    stroke: float
    weights: Mask

    @property
    def strokes(self) -> float:
        """Its area in squares of a stroke's width, which its cost grows with."""
        return self.weights.size / self.stroke**2


def paint_face_strokes(
    person: Image,
    mask: Mask,
    faces: tuple[Face, ...],
    network: Network,
    *,
    stroke_px: float,
    seeded: bool,
) -> Image:
    """Paint the kept region, (H, W) `mask`, with strokes that fit its faces.

    Elsewhere the photo stays as it is. Each face's part gets strokes of its own width; all parts
    share the pixels that one picture may have. `stroke_px`, `seeded`: what the painter's network
    was trained with, as in `stylize`. A region without a face counts as one face.
    """
    places = list(_places(mask, faces))
    if not places:
        return person
    strokes = sum(place.strokes for place in places)

    def painted(place: _Place) -> tuple[Window, Image, Mask]:
        window = person[place.window]
        pixels = int(MAX_PIXELS * (place.strokes / strokes))
        brush = 100 * place.stroke / min(window.shape[:2])
        trained = {"stroke_px": stroke_px, "seeded": seeded}
        picture = stylize(window, network, brush=brush, pixels=pixels, **trained)
        return place.window, picture, place.weights

    return joined(person, map(painted, places))


def _places(mask: Mask, faces: tuple[Face, ...]) -> Iterator[_Place]:
    region = window_of(mask)
    if region is None:
        return
    height = float(region[0].stop - region[0].start)
    for part in parts_of(mask, faces, extent=MARGIN * STROKE, default_height=height):
        stroke = max(STROKE * part.height, 1.0)
        inner = window_of(part.mask, int(np.ceil(MARGIN * stroke)))
        if inner:
            weights = feathered(part.mask, MARGIN * stroke)[inner]
            yield _Place(inside(part.window, inner), stroke, weights)
