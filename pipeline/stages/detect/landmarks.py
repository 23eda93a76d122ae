"""Measure the face that a closer look shows: box, eye centers, mouth corners."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.parse import FACE_PARTS, FaceParse, Part, likeliest
from pipeline.types import Face

TALLEST = 8.0  # eye distances that a face can be high, in profile, too


def measure(view: FaceParse) -> Face | None:
    """Return box, eye centers and mouth corners in photo px as a closer look shows them, or None where one is missing."""
    parts = view.parts
    labels = likeliest(parts)
    region = _central(np.isin(labels, FACE_PARTS))
    if region is None:
        return None
    here = _around(region) > 0  # a neighbor's eye may be larger
    eyes = [_largest((labels == part) & here) for part in (Part.RIGHT_EYE, Part.LEFT_EYE)]
    mouth = _largest(((labels == Part.LIPS) | (labels == Part.TEETH)) & here)
    if mouth is None or (eyes[0] is None and eyes[1] is None):
        return None
    corners = _corners((parts[..., Part.LIPS] + parts[..., Part.TEETH]) * _around(mouth))
    centers = [
        None if e is None else _center(parts[..., p] * _around(e))
        for p, e in zip((Part.RIGHT_EYE, Part.LEFT_EYE), eyes, strict=True)
    ]
    ys, xs = np.nonzero(region)
    pair = both_eyes(_apart(centers, eyes, least=float(np.ptp(ys)) / TALLEST), corners.mean(0))
    outline = np.array(
        [[xs.min(), ys.min()], [xs.max(), ys.min()], [xs.min(), ys.max()], [xs.max(), ys.max()]]
    )
    back = align.inverse(view.matrix)
    x, y = align.map_points(back, outline).T
    best = parts.max(2)
    either = (
        parts[..., Part.RIGHT_EYE] + parts[..., Part.LEFT_EYE]
    )  # in a profile it is not sure which, and does not matter
    sure = [either[e].mean() for e in eyes if e is not None] + [
        best[mouth].mean(),
        best[region].mean(),
    ]
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return Face(
        box, align.map_points(back, pair), align.map_points(back, corners), float(np.mean(sure))
    )


def _apart(
    centers: list[NDArray[np.float64] | None], eyes: list[NDArray[np.bool_] | None], least: float
) -> list[NDArray[np.float64] | None]:
    """Return the eyes' centers without the smaller eye's where both are one place: an eye of a profile that was called both."""
    (right, left), areas = centers, [0 if e is None else int(e.sum()) for e in eyes]
    if right is None or left is None or np.hypot(*(left - right)) >= least:
        return centers
    return [right, None] if areas[0] >= areas[1] else [None, left]


def both_eyes(
    centers: list[NDArray[np.float64] | None], mouth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return two eye centers (2, 2), the picture's left first; a hidden one is put beside the seen one, where a profile has it."""
    right, left = centers
    if right is not None and left is not None:
        return np.stack([right, left])
    seen = left if right is None else right
    if seen is None:
        raise ValueError("A face needs at least one eye.")
    down = mouth - seen
    across = (
        np.array([down[1], -down[0]]) * 0.5
    )  # down, turned by a quarter; the far eye of a profile is near
    return np.stack([seen - across, seen] if right is None else [seen, seen + across])


def _around(region: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return 1 on a region and a little around it, where a part's probability fades."""
    return cv2.dilate(region.astype(np.float32), np.ones((5, 5), np.uint8))


# Probabilities weigh here instead of labels: a point then moves less than a pixel when a border pixel changes its label.
def _center(weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the center (x, y) of a part's weight."""
    total = weight.sum()
    return (
        np.array(
            [
                weight.sum(0) @ np.arange(weight.shape[1]),
                weight.sum(1) @ np.arange(weight.shape[0]),
            ],
            np.float64,
        )
        / total
    )


def _corners(weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the two ends of a mouth's weight in an upright crop, the picture's left one first: 2 % of it lie beyond each."""
    columns, rows = np.arange(weight.shape[1]), np.arange(weight.shape[0])
    share = np.concatenate([[0], np.cumsum(weight.sum(0)) / weight.sum()])
    ends = []
    for x in np.interp((0.02, 0.98), share, np.arange(weight.shape[1] + 1) - 0.5):
        near = weight @ np.exp(-(((columns - x) / 3) ** 2))
        ends.append((x, near @ rows / near.sum()))
    return np.array(ends)


def _central(region: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the connected piece that has most of the crop's middle: neighbors' faces reach into the crop from its sides."""
    _, marks = cv2.connectedComponents(region.astype(np.uint8))
    h, w = region.shape
    shares = np.bincount(marks[h // 4 : -h // 4, w // 4 : -w // 4].ravel(), minlength=2)[1:]
    return marks == 1 + int(shares.argmax()) if shares.max() >= 4 else None


def _largest(region: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    count, marks, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return marks == best if stats[best, cv2.CC_STAT_AREA] >= 4 else None
