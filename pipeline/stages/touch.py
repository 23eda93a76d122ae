"""Touch the kept person with a brush: one so fine that a face stays itself."""

import numpy as np

from pipeline.ops.feather import window_of
from pipeline.stages.stylize import stylize
from pipeline.types import Face, Image, Mask, Network

STROKE = 0.02  # of a face's height: an eye is ten strokes wide
MARGIN = 2.0  # strokes around the region that the painter sees


def touch(person: Image, mask: Mask, faces: tuple[Face, ...], network: Network, *, stroke_px: float, seeded: bool) -> Image:
    """Return the photo with the kept region, (H, W) `mask`, painted with strokes that fit its faces; elsewhere it stays as it is.

    `stroke_px`, `seeded`: what the painter's network was trained with, as in `stylize`. A region without a face counts as one.
    """
    region = window_of(mask)
    if region is None:
        return person
    height = float(np.median([face.height for face in faces])) if faces else float(region[0].stop - region[0].start)
    stroke = max(STROKE * height, 1.0)
    window = window_of(mask, int(np.ceil(MARGIN * stroke))) or region
    seen = person[window]
    out = person.copy()
    out[window] = stylize(seen, network, brush=100 * stroke / min(seen.shape[:2]), stroke_px=stroke_px, seeded=seeded)
    return out
