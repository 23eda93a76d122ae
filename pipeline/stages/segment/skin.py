"""Find the skin of a body that goes with a face: ears beside it, the throat below its chin."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.detect.unseen import UNSEEN
from pipeline.stages.parse import FACE_PARTS, Part, Probabilities, summed
from pipeline.types import Face

Plane = NDArray[np.float32]  # (H, W)

# An ear, in the larger of two distances, between the eyes and from them to the mouth: how far it is
# from the middle of the face, and how far above and below the eyes' line.
ASIDE, ABOVE, BELOW = 2.4, 0.6, 0.85
# The throat, in the distance from eyes to mouth: how far around the mouth, across and down. A chin
# ends at 0.6 to 0.9: what lies below is kept with it, so that no edge runs along a jaw.
THROAT = (0.9, 1.02)
UNSEEN_THROAT = (0.6, 1.02)  # likewise of a face that no parse shows, whatever is there
# Likewise of a collar, a scarf or a beard there, below faces of fewer px than these, fully and at
# all: so small a face's chin is not known to a pixel, and must not be cut.
COLLAR, SMALL = (0.75, 0.9), (70, 95)
SOFT = 0.3  # likewise: the width over which these end, so that they leave no line


def ears_of(parts: Probabilities, faces: tuple[Face, ...]) -> Plane:
    """Return how likely each pixel is an ear's, (H, W); 0 without a class for a body's skin.

    `parts`: at the size of the picture in whose px `faces` are.
    """
    return _zone(band(ASIDE, ABOVE, BELOW), parts, faces) * _body_skin(parts)


def throats_of(parts: Probabilities, faces: tuple[Face, ...]) -> Plane:
    """Return how likely each pixel is of a throat or a collar close below a chin, (H, W).

    Of a face that no parse shows, no throat is shown either: whatever is there is taken for it.
    0 without a class for a body's skin, as in `ears_of`.
    """
    worn = summed(parts, (Part.PERSON, Part.HAIR))
    collars = np.zeros_like(worn)
    for face in faces:
        small = np.clip((SMALL[1] - face.height) / (SMALL[1] - SMALL[0]), 0, 1)
        zone = _zone(_below_chin(*COLLAR), parts, (face,))
        collars = np.maximum(collars, np.float32(small) * zone * worn)
    throats = _zone(_below_chin(*THROAT), parts, faces) * _body_skin(parts) + collars
    unseen = tuple(face for face in faces if face.score == UNSEEN)
    if not unseen:
        return throats
    no_face = 1 - summed(parts, FACE_PARTS)
    return np.maximum(throats, _zone(_below_chin(*UNSEEN_THROAT), parts, unseen) * no_face)


def _zone(
    zone_of: Callable[[Plane, Plane, float], Plane], parts: Probabilities, faces: tuple[Face, ...]
) -> Plane:
    """Return every face's zone, (H, W); 0 without a class for a body's skin."""
    zone = np.zeros(parts.shape[:2], np.float32)
    if parts.shape[2] <= Part.BODY_SKIN:
        return zone
    for face in faces:
        window, near = zone_around(face, zone.shape, zone_of)
        zone[window] = np.maximum(zone[window], near)
    return zone


def zone_around(
    face: Face, size: tuple[int, ...], zone_of: Callable[[Plane, Plane, float], Plane]
) -> tuple[tuple[slice, slice], Plane]:
    """Return a window around a face, and its zone there: 1 inside, falling softly to 0."""
    eyes, mouth = face.eyes.mean(0), face.mouth.mean(0)
    down = mouth - eyes
    drop = float(np.hypot(*down))
    unit = max(drop, float(np.hypot(*(face.eyes[1] - face.eyes[0]))), 1e-3)
    along = down / max(drop, 1e-3)
    reach = (ASIDE + 2 * SOFT) * unit + 1
    (left, top), (right, bottom) = (
        np.clip(eyes + side * reach, 0, size[1::-1]).astype(int) for side in (-1, 1)
    )
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
    x, y = (columns - eyes[0]) / unit, (rows - eyes[1]) / unit
    aside, below = np.abs(x * along[1] - y * along[0]), x * along[0] + y * along[1]
    inside = zone_of(aside, below, drop / unit)
    return (slice(top, bottom), slice(left, right)), inside.astype(np.float32)


def band(aside: float, above: float, down: float) -> Callable[[Plane, Plane, float], Plane]:
    """Return the zone that goes on so far aside of a face's middle, above and below its eyes."""

    def zone(away: Plane, below: Plane, _drop: float) -> Plane:
        return falling(away, aside) * falling(below, down) * falling(-below, above)

    return zone


def _below_chin(across: float, down: float) -> Callable[[Plane, Plane, float], Plane]:
    """Return the lower half of an oval around a mouth, in distances from eyes to mouth."""

    def zone(aside: Plane, below: Plane, drop: float) -> Plane:
        away = np.hypot(aside / across, (below - drop) / down).astype(np.float32)
        return falling(away / max(drop, 1e-3), 1) * falling(drop - below, 0)

    return zone


def _body_skin(parts: Probabilities) -> Plane:
    return parts[..., Part.BODY_SKIN :].sum(-1)


def falling(values: Plane, end: float) -> Plane:
    """Return 1 up to `end`, falling to 0 over `SOFT`."""
    return np.clip((end - values) / SOFT + 1, 0, 1)
