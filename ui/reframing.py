"""Move what a person corrected from one frame of a photo to another."""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.ops.align import Matrix, between, map_points
from pipeline.settings import FrameSettings
from pipeline.stages.frame import placed
from pipeline.types import Drawing, Prompt, drawing_of

Size = tuple[int, int]  # (height, width)


def reframed(prompt: Prompt, photo: Size, before: FrameSettings, now: FrameSettings) -> Prompt:
    """Move a prompt of the page between two frames of a photo; what falls outside is left out.

    Raises: PhotoError: a frame leaves too little of the photo.
    """
    if before == now or not (prompt or prompt.mended):
        return prompt
    (one, old), (other, new) = placed(photo, before), placed(photo, now)
    matrix = between(one, other)

    def moved(x: float, y: float) -> tuple[float, float] | None:
        x, y = map_points(matrix, np.array([[x, y]]))[0].tolist()
        return (x, y) if 0 <= x < new[1] and 0 <= y < new[0] else None

    return replace(
        prompt,
        points=tuple((*at, add) for x, y, add in prompt.points if (at := moved(x, y))),
        kept=tuple((*at, stays) for x, y, stays in prompt.kept if (at := moved(x, y))),
        faces=tuple((*at, weight) for x, y, weight in prompt.faces if (at := moved(x, y))),
        drawn=prompt.drawn and _redrawn(prompt.drawn, matrix, old, new),
        mended=prompt.mended and _redrawn(prompt.mended, matrix, old, new),
    )


def _redrawn(drawn: Drawing, matrix: Matrix, old: Size, new: Size) -> Drawing | None:
    """Move scribbles by the matrix between two frames; None where nothing is left of them."""
    k = drawn.size[0] / old[0]
    size = max(1, round(new[0] * k)), max(1, round(new[1] * k))
    scaled = matrix.copy()  # of pixel centers, as the scribbles have them
    half = matrix[:, :2] @ (0.5, 0.5)
    scaled[:, 2] = k * (matrix[:, 2] + 0.5 - half) + half - 0.5
    marks = cv2.warpAffine(drawn.marks, scaled, size[::-1], flags=cv2.INTER_NEAREST)
    return drawing_of(np.asarray(marks, np.uint8))
