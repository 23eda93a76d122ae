"""Limit a face's classes to the faces that were found: skin elsewhere is a body's, or clothes."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.parse import FACE_PARTS, Part, Probabilities
from pipeline.types import Face

# Half a width and half a height of what may be a face's, from the middle between eyes and mouth,
# in their distance or that of the eyes, whichever is larger: chins lie at 1.3, hairlines at 1.4.
REACH = (1.5, 1.75)


def limit(parts: Probabilities, faces: tuple[Face, ...], matrix: align.Matrix) -> Probabilities:
    """Give a person what a face's classes have beyond the reach of every face.

    `matrix`: from the photo, whose px `faces` are in, to `parts`, (2, 3).
    """
    beyond = ~reached(faces, (parts.shape[0], parts.shape[1]), matrix)
    planes = np.ascontiguousarray(parts.transpose(2, 0, 1)).copy()
    stray = planes[list(FACE_PARTS)].sum(0) * beyond
    planes[list(FACE_PARTS)] *= ~beyond
    planes[Part.PERSON] += stray
    return planes.transpose(1, 2, 0)


def reached(
    faces: tuple[Face, ...], size: tuple[int, int], matrix: align.Matrix
) -> NDArray[np.bool_]:
    """Return where faces may be, (height, width): an ellipse around the eyes and mouth of each."""
    out = np.zeros(size, np.bool_)
    rows, columns = np.ogrid[: size[0], : size[1]]
    for face in faces:
        eyes, mouth = (align.map_points(matrix, points) for points in (face.eyes, face.mouth))
        down = mouth.mean(0) - eyes.mean(0)
        drop, (x, y) = float(np.hypot(*down)), (eyes.mean(0) + mouth.mean(0)) / 2
        unit = max(drop, float(np.hypot(*(eyes[1] - eyes[0]))), 1e-3)
        along = down / max(drop, 1e-3)
        across_face = ((columns - x) * along[1] - (rows - y) * along[0]) / (REACH[0] * unit)
        along_face = ((columns - x) * along[0] + (rows - y) * along[1]) / (REACH[1] * unit)
        out |= across_face**2 + along_face**2 <= 1
    return out
