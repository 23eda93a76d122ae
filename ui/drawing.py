"""Strokes over the photo: what the page sends of one, and the drawing that it becomes part of."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.settings.short import short
from pipeline.types import ADDED, TAKEN, Drawing, drawing_of

# (N, 2): x, y along the middle of a stroke, in fractions of the photo's width and height
Line = NDArray[np.float32]

DRAWN_PX = 1000  # no side of a drawing is longer
LONGEST = 5000  # points of one stroke; the page sends longer ones in parts
NARROWEST, WIDEST = 1, 25  # brushes, in percent of the photo's short side
BRUSH, ERASER = "brush", "eraser"
ADD, TAKE = "add", "take"
MARKS = {(BRUSH, ADD): ADDED, (BRUSH, TAKE): TAKEN, (ERASER, ADD): 0, (ERASER, TAKE): 0}


def line_of(points: object) -> Line:
    """Check the points of a stroke, [[x, y], …], as the page sends them.

    x and y are fractions of the photo's width and height.

    Raises: ValueError: they are something else.
    """
    try:
        line = np.array(points, np.float64)
    except (ValueError, TypeError):  # no numbers
        line = np.empty(0)
    if (
        line.ndim != 2
        or line.shape[1] != 2
        or not 0 < len(line) <= LONGEST
        or not np.isfinite(line).all()
    ):
        raise ValueError(
            f"A stroke has 1 to {LONGEST} points [x, y] in fractions of the photo, "
            f"found {str(points)[:60]!r}. Draw it again, in shorter strokes."
        )
    return line.clip(0, 1).astype(np.float32)


def mark_of(tool: object, mode: object) -> int:
    """Look up the mark that a stroke of a tool leaves; the eraser's is 0.

    Raises: ValueError: there is no such tool.
    """
    mark = next((mark for name, mark in MARKS.items() if name == (tool, mode)), None)
    if mark is None:
        raise ValueError(
            "A stroke is made with the brush or the eraser, to add or take, "
            f"not {str(tool)[:20]!r} and {str(mode)[:20]!r}. Choose one."
        )
    return mark


def within(width: object) -> float:
    """Check a brush's width, in percent of the photo's short side.

    Raises: ValueError: it is no number, or out of range.
    """
    if not isinstance(width, int | float) or not NARROWEST <= width <= WIDEST:
        raise ValueError(
            f"A brush is {NARROWEST} to {WIDEST} % of the photo's short side wide, "
            f"not {short(width)}. Move the slider."
        )
    return float(width)


def with_stroke(
    before: Drawing | None, line: Line, photo: tuple[int, int], *, mark: int, width: float
) -> Drawing | None:
    """Add a stroke to a drawing over a photo of (height, width) px.

    `width` is in percent of the photo's short side; `mark` 0 erases. Return None where nothing is
    left of the drawing.
    """
    scale = min(1, DRAWN_PX / max(photo))
    h, w = max(1, round(photo[0] * scale)), max(1, round(photo[1] * scale))
    marks = np.zeros((h, w), np.uint8)
    if before:
        marks = cv2.resize(before.marks, (w, h), interpolation=cv2.INTER_NEAREST_EXACT)
    points = (line * (w, h) - 0.5).round().astype(np.int32)  # from edges to centers
    # The eraser is a little wider, so that going over a stroke once more leaves no crumbs of it.
    thick = max(1, round((1 if mark else 1.25) * width / 100 * min(h, w)) + (0 if mark else 2))
    cv2.polylines(marks, [points], False, mark, thick)
    for x, y in (points[0], points[-1]):
        cv2.circle(marks, (int(x), int(y)), thick // 2, mark, -1)
    return drawing_of(marks)
