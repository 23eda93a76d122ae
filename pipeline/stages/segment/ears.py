"""Find ears: a body's skin that lies beside a face, between its brows and its mouth."""

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import Part, Probabilities
from pipeline.types import Face

# In the larger of two distances, between the eyes and from them to the mouth: how far an ear is
# from the middle of the face, and how far above and below the eyes' line.
ASIDE, ABOVE, BELOW = 1.9, 0.6, 0.85
SOFT = 0.3  # likewise: the width over which that ends, so that it leaves no line


def ears_of(parts: Probabilities, faces: tuple[Face, ...]) -> NDArray[np.float32]:
    """Return how likely each pixel is an ear's, (H, W); 0 without a class for a body's skin.

    `parts`: at the size of the picture in whose px `faces` are.
    """
    zone = np.zeros(parts.shape[:2], np.float32)
    if parts.shape[2] <= Part.BODY_SKIN:
        return zone
    for face in faces:
        window, near = _beside(face, zone.shape)
        zone[window] = np.maximum(zone[window], near)
    return zone * parts[..., Part.BODY_SKIN]


def _beside(face: Face, size: tuple[int, ...]) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """Return a window around a face, and 1 where its ears may be, falling softly to 0."""
    eyes, mouth = face.eyes.mean(0), face.mouth.mean(0)
    down = mouth - eyes
    drop = float(np.hypot(*down))
    unit = max(drop, float(np.hypot(*(face.eyes[1] - face.eyes[0]))), 1e-3)
    along = down / max(drop, 1e-3)
    reach = (ASIDE + SOFT) * unit + 1
    (left, top), (right, bottom) = (
        np.clip(eyes + side * reach, 0, size[1::-1]).astype(int) for side in (-1, 1)
    )
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
    x, y = (columns - eyes[0]) / unit, (rows - eyes[1]) / unit
    aside, below = np.abs(x * along[1] - y * along[0]), x * along[0] + y * along[1]
    inside = _falling(aside, ASIDE) * _falling(below, BELOW) * _falling(-below, ABOVE)
    return (slice(top, bottom), slice(left, right)), inside.astype(np.float32)


def _falling(values: NDArray[np.float32], end: float) -> NDArray[np.float32]:
    """Return 1 up to `end`, falling to 0 over `SOFT`."""
    return np.clip((end - values) / SOFT + 1, 0, 1)
