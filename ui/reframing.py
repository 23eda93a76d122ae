"""Move what a person corrected from one frame of a photo to another."""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.ops.align import Matrix, between, inverse, map_points
from pipeline.settings import FrameSettings
from pipeline.stages.frame import placed
from pipeline.types import Drawing, Prompt, drawing_of
from ui.drawing import DRAWN_PX

Size = tuple[int, int]  # (height, width)


def reframed(prompt: Prompt, photo: Size, before: FrameSettings, now: FrameSettings) -> Prompt:
    """Move a prompt of the page between two frames of a photo; what falls outside is left out.

    Raises: PhotoError: a frame leaves too little of the photo.
    """
    if before == now or not (prompt or prompt.mended):
        return prompt
    (one, old), (other, new) = placed(photo, before), placed(photo, now)
    matrix = between(one, other)

    def there(x: float, y: float) -> tuple[float, float] | None:
        x, y = map_points(matrix, np.array([[x, y]]))[0].tolist()
        return (x, y) if 0 <= x < new[1] and 0 <= y < new[0] else None

    return replace(
        prompt.moved(there),
        drawn=prompt.drawn and _redrawn(prompt.drawn, matrix, old, new),
        mended=prompt.mended and _redrawn(prompt.mended, matrix, old, new),
    )


def _redrawn(drawn: Drawing, matrix: Matrix, old: Size, new: Size) -> Drawing | None:
    """Move scribbles by the matrix between two frames; None where nothing is left of them."""
    k = drawn.size[0] / old[0]
    now = min(k, DRAWN_PX / max(new))  # a wider frame's are not larger than a card may hold
    size = max(1, round(new[0] * now)), max(1, round(new[1] * now))
    back = np.vstack([inverse(_scaling(k)), [0, 0, 1]])
    moved = _scaling(now) @ np.vstack([matrix, [0, 0, 1]]) @ back
    marks = cv2.warpAffine(drawn.marks, moved, size[::-1], flags=cv2.INTER_NEAREST)
    return drawing_of(np.asarray(marks, np.uint8))


def _scaling(k: float) -> Matrix:
    """Return the way from a frame's pixels to those of scribbles `k` times as large."""
    return np.array([[k, 0, (k - 1) / 2], [0, k, (k - 1) / 2]])
