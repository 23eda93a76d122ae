"""Measure the face in a parsed crop: box, eye centers, mouth corners."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.stages.detect.glasses import Region, lenses
from pipeline.stages.parse import FACE_PARTS, FaceParse, Part, likeliest
from pipeline.types import Face

EYES = (Part.RIGHT_EYE, Part.LEFT_EYE)  # the picture's left one first
TALLEST = 8.0  # the greatest height of a face, in profile too, in distances between its eyes
SPECK = 0.04  # of the glass that a face wears: what is smaller is no eye behind it
SLIGHT = 0.15  # of the other eye's area: what is smaller is no eye of a profile
# Height, photo px, of the smallest face that may show no eye but glass: a line of letters may look
# like a smaller one.
HIDDEN_PX = 20


def measure(view: FaceParse) -> Face | None:
    """Measure box, eye centers and mouth corners, photo px, in a parsed crop.

    A lens of dark glasses stands for the eye that it hides. None where the mouth or both eyes are
    missing, no part of a face is in the middle, or a face behind glasses is tiny.
    """
    parts = view.parts
    labels = likeliest(parts)
    region = _central(np.isin(labels, FACE_PARTS))
    if region is None:
        return None
    here = _around(region) > 0  # a neighbor's eye may be larger
    glass = int(((labels == Part.GLASSES) & here).sum())
    eyes = [_largest((labels == part) & here) for part in EYES]
    least = max([SPECK * glass, *(SLIGHT * e.sum() for e in eyes if e is not None)])
    eyes = [None if e is None or e.sum() < least else e for e in eyes]
    hidden = [False, False]
    if eyes[0] is None or eyes[1] is None:
        eyes, hidden = _behind_glasses(eyes, (labels == Part.GLASSES) & here)
    mouth = _largest(((labels == Part.LIPS) | (labels == Part.TEETH)) & here)
    if mouth is None or (eyes[0] is None and eyes[1] is None):
        return None
    corners = _corners((parts[..., Part.LIPS] + parts[..., Part.TEETH]) * _around(mouth))
    shown = [parts[..., Part.GLASSES if h else p] for p, h in zip(EYES, hidden, strict=True)]
    centers = [
        None if e is None else _center(p * _around(e)) for p, e in zip(shown, eyes, strict=True)
    ]
    ys, xs = np.nonzero(region)
    pair = both_eyes(_apart(centers, eyes, least=float(np.ptp(ys)) / TALLEST), corners.mean(0))
    outline = np.array(
        [[xs.min(), ys.min()], [xs.max(), ys.min()], [xs.min(), ys.max()], [xs.max(), ys.max()]]
    )
    back = align.inverse(view.matrix)
    x, y = align.map_points(back, outline).T
    best = parts.max(2)
    # In a profile the parser is not sure which eye it is, and that does not matter.
    either = parts[..., Part.RIGHT_EYE] + parts[..., Part.LEFT_EYE]
    sure = [
        (parts[..., Part.GLASSES] if h else either)[e].mean()
        for e, h in zip(eyes, hidden, strict=True)
        if e is not None
    ]
    sure += [best[mouth].mean(), best[region].mean()]
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    if all(hidden) and box[3] - box[1] < HIDDEN_PX:
        return None
    return Face(
        box, align.map_points(back, pair), align.map_points(back, corners), float(np.mean(sure))
    )


def _behind_glasses(
    eyes: list[Region | None], glasses: Region
) -> tuple[list[Region | None], list[bool]]:
    """Put a lens where an eye is missing; say which eyes are hidden by one."""
    found = [*lenses(glasses), None, None][:2]
    seen = [eye for eye in eyes if eye is not None]
    if seen and found[1] is None:
        return eyes, [False, False]  # one lens, of a profile whose eye is seen

    def over_no_eye(lens: Region | None) -> Region | None:
        return None if lens is None or any((lens & eye).any() for eye in seen) else lens

    full = [
        over_no_eye(lens) if eye is None else eye for eye, lens in zip(eyes, found, strict=True)
    ]
    return full, [now is not before for now, before in zip(full, eyes, strict=True)]


def _apart(
    centers: list[NDArray[np.float64] | None], eyes: list[Region | None], least: float
) -> list[NDArray[np.float64] | None]:
    """Drop the smaller eye where the two are less than `least` px apart.

    They are then the one eye of a profile, parsed as both.
    """
    right, left = centers
    areas = [0 if e is None else int(e.sum()) for e in eyes]
    if right is None or left is None or np.hypot(*(left - right)) >= least:
        return centers
    return [right, None] if areas[0] >= areas[1] else [None, left]


def both_eyes(
    centers: list[NDArray[np.float64] | None], mouth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return two eye centers (2, 2), the picture's left one first.

    A hidden eye is put beside the visible one, where a profile has it.

    Raises: ValueError: neither eye is known.
    """
    right, left = centers
    if right is not None and left is not None:
        return np.stack([right, left])
    visible = left if right is None else right
    if visible is None:
        raise ValueError("A face needs at least one eye.")
    down = mouth - visible
    # A quarter turn from `down`, half as long: the far eye of a profile is near.
    across = np.array([down[1], -down[0]]) * 0.5
    return np.stack([visible - across, visible] if right is None else [visible, visible + across])


def _around(region: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return 1 on a region and 2 px around it, where a part's probability fades; else 0."""
    return cv2.dilate(region.astype(np.float32), np.ones((5, 5), np.uint8))


# Points are means by probability, not by label: when a border pixel changes its label, they move by
# less than a pixel.
def _center(weight: NDArray[np.float32]) -> NDArray[np.float64]:
    """Compute the centroid (x, y) of a part's probabilities, (H, W)."""
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
    """Find the two ends of a mouth in an upright crop, the picture's left one first.

    `weight`: the mouth's probabilities, (H, W); 2 % of their sum lie beyond each end.
    """
    columns, rows = np.arange(weight.shape[1]), np.arange(weight.shape[0])
    cumulative = np.concatenate([[0], np.cumsum(weight.sum(0)) / weight.sum()])
    ends = []
    for x in np.interp((0.02, 0.98), cumulative, np.arange(weight.shape[1] + 1) - 0.5):
        near = weight @ np.exp(-(((columns - x) / 3) ** 2))
        ends.append((x, near @ rows / near.sum()))
    return np.array(ends)


def _central(region: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the connected component with most pixels in the crop's middle, or None.

    Neighbors' faces extend into the crop from its sides.
    """
    _, marks = cv2.connectedComponents(region.astype(np.uint8))
    h, w = region.shape
    counts = np.bincount(marks[h // 4 : -h // 4, w // 4 : -w // 4].ravel(), minlength=2)[1:]
    return marks == 1 + int(counts.argmax()) if counts.max() >= 4 else None


def _largest(region: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    count, marks, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return marks == best if stats[best, cv2.CC_STAT_AREA] >= 4 else None
