"""Decide what is kept of the person."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.filters import guided, without_holes
from pipeline.settings import Kept
from pipeline.stages.parse import FACE_PARTS, HEAD_PARTS, Part, Probabilities
from pipeline.types import Face, Image, Mask

Probability = NDArray[np.float32]  # (H, W)

EDGE = 0.025  # of the face's height: how far an edge may move onto the photo's own


def segment(photo: Image, parts: Probabilities, faces: tuple[Face, ...], *, kept: Kept) -> Mask:
    """Return the kept region, (H, W) in [0, 1]: of every found face's person what `kept` names, with all that lies inside it.

    Edges follow the photo's own at hair and jaw. `parts` are the photo's at its size; `faces` in the photo's px.
    """
    probability = kept_probability(parts, kept)
    return outlined(photo, ((face, probability) for face in faces), kept=kept)


def outlined(photo: Image, likely: Iterable[tuple[Face, Probability]], *, kept: Kept) -> Mask:
    """Return the kept region, (H, W) in [0, 1], where for each face the probability of being kept with it, (H, W), is known."""
    mask = np.zeros(photo.shape[:2], np.float32)
    gray = luminance(photo)
    for face, probability in likely:
        window = _reach(face, photo.shape[:2], kept)
        region = _touching(probability[window] > 0.5, face, window)
        soft = np.where(
            region,
            np.maximum(probability[window], 0.5),
            np.minimum(probability[window], 0.5) * _near(region, face),
        )
        inside = cv2.erode(without_holes(region).astype(np.float32), np.ones((3, 3)))
        edged = guided(
            np.maximum(soft, inside).astype(np.float32), gray[window], EDGE * face.height
        )
        mask[window] = np.maximum(mask[window], edged)
    return mask


def edge_px(faces: tuple[Face, ...], size: tuple[int, ...]) -> float:
    """Return how far edges may move in a photo of `size` with these faces, or none."""
    return (
        EDGE * float(np.median([face.height for face in faces]))
        if faces
        else EDGE / 4 * min(size[:2])
    )


def box_of(
    probability: Probability, face: Face, *, kept: Kept
) -> tuple[float, float, float, float]:
    """Return the box (x0, y0, x1, y1) around a face's own region, px; the face's where it has none."""
    window = _reach(face, probability.shape, kept)
    ys, xs = np.nonzero(_touching(probability[window] > 0.5, face, window))
    if not len(xs):
        return face.box
    top, left = window[0].start, window[1].start
    return (
        float(left + xs.min()),
        float(top + ys.min()),
        float(left + xs.max()),
        float(top + ys.max()),
    )


def kept_probability(parts: Probabilities, kept: Kept) -> Probability:
    """Return how likely each pixel is a part of what is kept, (H, W)."""
    if kept == "person":
        return 1 - parts[..., Part.BACKGROUND]
    return parts[..., list(FACE_PARTS if kept == "face" else HEAD_PARTS)].sum(2)


def _reach(face: Face, size: tuple[int, int], kept: Kept) -> tuple[slice, slice]:
    """Return the window, rows and columns, in which a face's own region can lie."""
    x0, y0, x1, y1 = face.box
    h, w = y1 - y0, x1 - x0
    room = {"face": (0.25, 0.25, 0.2), "hair": (1.2, 1.2, 2.0), "person": (6.0, 1.5, 12.0)}[kept]
    rows = slice(int(max(0, y0 - room[1] * h)), int(min(size[0], y1 + room[2] * h) + 1))
    return rows, slice(int(max(0, x0 - room[0] * w)), int(min(size[1], x1 + room[0] * w) + 1))


def _touching(
    region: NDArray[np.bool_], face: Face, window: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Return the connected piece of the region that holds most of the face's middle."""
    count, marks = cv2.connectedComponents(region.astype(np.uint8))
    x0, y0, x1, y1 = face.box
    rows = slice(
        max(0, int(y0 + 0.3 * (y1 - y0)) - window[0].start), max(1, int(y1) - window[0].start)
    )
    columns = slice(
        max(0, int(x0 + 0.2 * (x1 - x0)) - window[1].start),
        max(1, int(x1 - 0.2 * (x1 - x0)) - window[1].start),
    )
    votes = np.bincount(marks[rows, columns].ravel(), minlength=count)[1:]
    return marks == 1 + int(votes.argmax()) if count > 1 else region


def _near(region: NDArray[np.bool_], face: Face) -> NDArray[np.float32]:
    """Return 1 close to the region, 0 elsewhere: other people's pixels are not this face's."""
    side = max(3, round(4 * EDGE * face.height)) | 1
    return cv2.dilate(
        region.astype(np.float32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    )
