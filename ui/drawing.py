"""Strokes over the photo: what the page sends of one, and the drawing that it becomes part of."""

import json

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import ADDED, TAKEN, Drawing, drawing_of

Line = NDArray[
    np.float32
]  # (N, 2) x, y of a stroke's middle, as shares of the photo's width and height

DRAWN_PX = 1000  # no side of a drawing is longer
LONGEST = 5000  # points of one stroke; the page sends longer ones in parts
NARROWEST, WIDEST = 1, 25  # brushes, in percent of the photo's short side
BRUSH, ERASER = "brush", "eraser"
MARKS = {(BRUSH, "add"): ADDED, (BRUSH, "take"): TAKEN, (ERASER, "add"): 0, (ERASER, "take"): 0}


def line_from(text: str) -> Line:
    """Return the stroke that the page sends as JSON: {"line": [[x, y], …]}, shares of the photo's width and height.

    Raises: ValueError: it is something else.
    """
    try:
        line = np.array(json.loads(text)["line"], np.float64)
    except (ValueError, TypeError, KeyError, RecursionError):  # no JSON, or no numbers
        line = np.empty(0)
    if (
        line.ndim != 2
        or line.shape[1] != 2
        or not 0 < len(line) <= LONGEST
        or not np.isfinite(line).all()
    ):
        raise ValueError(
            f"A stroke has 1 to {LONGEST} points [x, y] in shares of the photo, found {text[:60]!r}. Draw it again, in shorter strokes."
        )
    return line.clip(0, 1).astype(np.float32)


def mark_of(tool: str, mode: str) -> int:
    """Return what a stroke of a tool leaves.

    Raises: ValueError: there is no such tool.
    """
    if (tool, mode) not in MARKS:
        raise ValueError(
            f"A stroke is made with the brush or the eraser, to add or take, not {tool!r} and {mode!r}. Choose one."
        )
    return MARKS[tool, mode]


def within(width: object) -> float:
    """Return a brush's width in percent of the photo's short side.

    Raises: ValueError: it is none.
    """
    if not isinstance(width, int | float) or not NARROWEST <= width <= WIDEST:
        raise ValueError(
            f"A brush is {NARROWEST} to {WIDEST} % of the photo's short side wide, not {width!r}. Move the slider."
        )
    return float(width)


def with_stroke(
    before: Drawing | None, line: Line, photo: tuple[int, int], *, mark: int, width: float
) -> Drawing | None:
    """Return a drawing over a (height, width) photo with one stroke more; `width` in percent of the photo's short side.

    `mark` 0 erases. None where nothing is left.
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
