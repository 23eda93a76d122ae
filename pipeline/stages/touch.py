"""Touch the kept person with a brush: one so fine that a face stays itself."""

import numpy as np

from pipeline.stages.stylize import stylize
from pipeline.types import Face, Image, Mask, Network

STROKE = 0.025  # of a face's height: an eye is a dozen strokes wide
MARGIN = 2.0  # strokes around the region that the painter sees


def touch(person: Image, mask: Mask, faces: tuple[Face, ...], network: Network, *, stroke_px: float, seeded: bool) -> Image:
    """Return the photo with the kept region, (H, W) `mask`, painted with strokes that fit its faces; elsewhere it stays as it is.

    `stroke_px`, `seeded`: what the painter's network was trained with, as in `stylize`. A region without a face counts as one.
    """
    rows, columns = np.flatnonzero(mask.max(1) > 0), np.flatnonzero(mask.max(0) > 0)
    if not len(rows):
        return person
    height = float(np.median([face.height for face in faces])) if faces else float(rows[-1] + 1 - rows[0])
    stroke = max(STROKE * height, 1.0)
    room = int(np.ceil(MARGIN * stroke))
    window = tuple(slice(max(0, int(v[0]) - room), int(v[-1]) + 1 + room) for v in (rows, columns))
    seen = person[window]
    out = person.copy()
    out[window] = stylize(seen, network, brush=100 * stroke / min(seen.shape[:2]), stroke_px=stroke_px, seeded=seeded)
    return out
