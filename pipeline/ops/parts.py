"""Share a kept region out to the faces in it, so that each is treated by its own size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import window_of
from pipeline.types import Face, Image, Mask

Window = tuple[slice, slice]  # rows, columns
Indices = NDArray[np.integer]  # (H, W)
Box = tuple[float, float, float, float]

KEPT = 0.5  # value above which neighboring pixels of a mask are one piece
COARSE = 4  # px: steps in which a piece is divided among faces
MIDDLE = np.array([(0.2, 0.3), (0.8, 1.0)])  # of a face's box: corners of what says its piece
ROOM = 1.5  # reaches around a part: its soft edge ends there
LEAST = 1e-6  # weight of a picture where it has none


@dataclass(frozen=True)
class Part:
    """What of a mask belongs to one face: `mask` in a `window`, and the face's `height`, px."""

    window: Window
    mask: Mask
    height: float


def parts_of(mask: Mask, faces: tuple[Face, ...], *, reach: float, alone: float) -> Iterator[Part]:
    """Yield the part of each face that has one; all of the mask where there is at most one face.

    A connected piece belongs to the faces in it, a piece without a face to all of them. What is
    shared is divided: a pixel belongs to the face that is nearest in units of that face's height.

    `reach`: how far a part goes on within its piece beyond such a border, in heights of its face,
    so that soft edges leave no seam there. `alone`: the height where there is no face, px.
    """
    if len(faces) < 2:
        everything = slice(0, mask.shape[0]), slice(0, mask.shape[1])
        yield Part(everything, mask, faces[0].height if faces else alone)
        return
    rooms = [int(np.ceil(ROOM * reach * face.height)) + 2 for face in faces]
    window = window_of(mask, max(rooms))
    if window is None:
        return
    kept, corner = mask[window], (window[1].start, window[0].start)
    pieces, owners = _owners(kept, [_moved(face.box, corner) for face in faces])
    owners[kept == 0] = -1
    for index, (face, room) in enumerate(zip(faces, rooms, strict=True)):
        x, y, w, h = cv2.boundingRect((owners == index).view(np.uint8))
        if not w:
            continue
        near = np.s_[max(0, y - room) : y + h + room, max(0, x - room) : x + w + room]
        own = owners[near] == index
        beyond = cv2.distanceTransform((~own).view(np.uint8), cv2.DIST_L2, 3)
        held = np.zeros(int(pieces.max()) + 1, np.bool_)
        held[pieces[near][own]] = True
        goes_on = held[pieces[near]] & (beyond <= reach * face.height)
        part = np.where(goes_on, kept[near], np.float32(0))
        yield Part(inside(window, near), part, face.height)


def inside(window: Window, inner: Window) -> Window:
    """Return where in a picture lies what is `inner` in a window of it."""
    rows, columns = map(_inside, window, inner)
    return rows, columns


def joined(base: Image, pictures: Iterable[tuple[Window, Image, Mask]]) -> Image:
    """Return `base` with pictures in windows of it; where these overlap, their mean by weights."""
    out, total = base.copy(), np.zeros(base.shape[:2], np.float32)
    for window, picture, weights in pictures:
        before, weight = total[window], np.maximum(weights, np.float32(LEAST))
        share = (weight / (before + weight))[..., None]
        out[window] = (1 - share) * out[window] + share * picture if before.any() else picture
        total[window] = before + weight
    return out


def _owners(mask: Mask, boxes: list[Box]) -> tuple[Indices, Indices]:
    """Return the nearest piece of each pixel, and the index of the face that it belongs to."""
    apart = (mask <= min(KEPT, float(mask.max()) / 2)).view(np.uint8)
    how = {"distanceType": cv2.DIST_L2, "maskSize": 5, "labelType": cv2.DIST_LABEL_CCOMP}
    pieces = cv2.distanceTransformWithLabels(apart, **how)[1]
    among = np.zeros((int(pieces.max()) + 1, len(boxes)), np.bool_)
    for index, box in enumerate(boxes):
        middle = _middle(box)
        votes = np.bincount(pieces[middle][apart[middle] == 0])
        if len(votes):
            among[votes.argmax(), index] = True
    among[~among.any(1)] = True
    owners = among.argmax(1).astype(np.int16)[pieces]
    for sharing in np.unique(among[among.sum(1) > 1], axis=0):
        shared = (among == sharing).all(1)[pieces]
        owners[shared] = _nearest(boxes, np.flatnonzero(sharing), mask.shape)[shared]
    return pieces, owners


def _nearest(boxes: list[Box], among: NDArray[np.integer], size: tuple[int, int]) -> Indices:
    """Return for each pixel the index of the face that is nearest in units of its height."""
    y, x = (np.arange(0, side, COARSE, dtype=np.float32) + (COARSE - 1) / 2 for side in size)
    least, nearest = np.inf, np.zeros((len(y), len(x)), np.int32)
    for index in among:
        x0, y0, x1, y1 = boxes[index]
        across, down = (x - (x0 + x1) / 2) / (y1 - y0), (y - (y0 + y1) / 2) / (y1 - y0)
        distance = across**2 + down[:, None] ** 2
        nearest[distance < least] = index
        least = np.minimum(distance, least)
    fine = nearest.repeat(COARSE, 0).repeat(COARSE, 1)
    return fine[: size[0], : size[1]]


def _middle(box: Box) -> Window:
    """Return the rows and columns of a face's middle."""
    corner, size = np.array(box[:2]), np.array(box[2:]) - box[:2]
    (x0, y0), (x1, y1) = ((corner + share * size).clip(0).astype(int) for share in MIDDLE)
    return slice(y0, y1 + 1), slice(x0, x1 + 1)


def _inside(outer: slice, inner: slice) -> slice:
    return slice(outer.start + inner.start, min(outer.start + inner.stop, outer.stop))


def _moved(box: Box, corner: tuple[int, int]) -> Box:
    return box[0] - corner[0], box[1] - corner[1], box[2] - corner[0], box[3] - corner[1]
