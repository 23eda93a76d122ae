"""Touch the kept person with a brush: one so fine that a face stays itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.ops.filters import feathered, window_of
from pipeline.ops.parts import Window, inside, joined, parts_of
from pipeline.stages.stylize.generator import MAX_PIXELS, stylize
from pipeline.types import Face, Image, Mask, Network

STROKE = 0.02  # of a face's height: an eye is ten strokes wide
MARGIN = 2.0  # strokes around the region that the painter sees


@dataclass(frozen=True)
class _Place:
    """Where one stroke width fits: a `window`, the width in px, each pixel's weight there."""

    window: Window
    stroke: float
    weights: Mask

    @property
    def strokes(self) -> float:
        """How many squares of a stroke's width it holds: what it costs to paint."""
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
    """Return the photo with the kept region, (H, W) `mask`, painted with strokes that fit its faces; elsewhere it stays as it is.

    Each face's part gets strokes of its own width; all together are given as many pixels as one.
    `stroke_px`, `seeded`: what the painter's network was trained with, as in `stylize`. A region
    without a face counts as one.
    """
    places = list(_places(mask, faces))
    if not places:
        return person
    strokes = sum(place.strokes for place in places)

    def touched(place: _Place) -> tuple[Window, Image, Mask]:
        seen, pixels = person[place.window], int(MAX_PIXELS * (place.strokes / strokes))
        brush = 100 * place.stroke / min(seen.shape[:2])
        trained = {"stroke_px": stroke_px, "seeded": seeded}
        painted = stylize(seen, network, brush=brush, pixels=pixels, **trained)
        return place.window, painted, place.weights

    return joined(person, map(touched, places))


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
