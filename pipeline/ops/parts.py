"""Divide a mask among the faces in it, so that each part is treated by its own face's size."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated
from pipeline.ops.filters import window_of
from pipeline.types import Face, Image, Mask

Window = tuple[slice, slice]  # rows, columns
Indices = NDArray[np.integer]  # (H, W)
Box = tuple[float, float, float, float]

INSIDE = 0.5  # neighboring pixels of a mask above this value are one component
COARSE = 4  # px: the step at which a component is divided among faces
MIDDLE = np.array([(0.2, 0.3), (0.8, 1.0)])  # corners, in a face's box, of its component's votes
MARGIN = 1.5  # extents around a part: its soft edge ends there
LEAST = 1e-6  # a picture's weight where its own is 0, so that weights can be divided


@dataclass(frozen=True)
class Part:
    """The part of a mask that belongs to one face.

    `mask`: the part, in a `window` of the whole mask. `height`: the face's height, px.
    """

    window: Window
    mask: Mask
    height: float


def largest_height(faces: tuple[Face, ...]) -> float:
    """Return the height of the largest face, px; 0 where there is none."""
    return float(max((face.height for face in faces), default=0.0))


def parts_of(
    mask: Mask, faces: tuple[Face, ...], *, extent: float, default_height: float
) -> Iterator[Part]:
    """Yield the part of each face that has one; all of the mask where there is at most one face.

    A connected component belongs to the faces in it, a component without a face to all faces. A
    component of several faces is divided: a pixel belongs to the face that is nearest in units of
    that face's height.

    `extent`: how far a part continues within its component beyond such a border, in heights of its
    face, so that soft edges leave no seam there.
    `default_height`: the height of the part where there is no face, px.
    """
    if len(faces) < 2:
        everything = slice(0, mask.shape[0]), slice(0, mask.shape[1])
        yield Part(everything, mask, faces[0].height if faces else default_height)
        return
    margins = [int(np.ceil(MARGIN * extent * face.height)) + 2 for face in faces]
    window = window_of(mask, max(margins))
    if window is None:
        return
    region = mask[window]
    corner = window[1].start, window[0].start
    components, owners = _owners(region, [_moved(face.box, corner) for face in faces])
    owners[region == 0] = -1
    for index, (face, margin) in enumerate(zip(faces, margins, strict=True)):
        x, y, w, h = cv2.boundingRect((owners == index).view(np.uint8))
        if not w:
            continue
        near = np.s_[max(0, y - margin) : y + h + margin, max(0, x - margin) : x + w + margin]
        own = owners[near] == index
        beyond = cv2.distanceTransform((~own).view(np.uint8), cv2.DIST_L2, 3)
        touched = np.zeros(int(components.max()) + 1, np.bool_)
        touched[components[near][own]] = True
        continued = touched[components[near]] & (beyond <= extent * face.height)
        part = np.where(continued, region[near], np.float32(0))
        yield Part(inside(window, near), part, face.height)


def by_face(
    picture: Image, mask: Mask, faces: tuple[Face, ...], around: float,
    made: Callable[[Window, float], Image],
) -> Image:  # fmt: skip
    """Set what is `made` of each face's part of a mask into the picture, (H, W, 3).

    It is made in a window of the picture that goes on for `around` heights of the face beyond the
    part; the height, px, is its second argument.
    """
    found: list[tuple[Window, Image, Mask]] = []
    for part in parts_of(mask, faces, extent=around, default_height=scale_of(mask)):
        if inner := window_of(part.mask, int(np.ceil(around * part.height))):
            window = inside(part.window, inner)
            found.append((window, made(window, part.height), part.mask[inner]))
    return joined(picture, found)


def inside(window: Window, inner: Window) -> Window:
    """Convert `inner`, relative to a window of a picture, to a window of the picture."""
    rows, columns = map(_inside, window, inner)
    return rows, columns


def around(windows: Iterable[Window]) -> Window:
    """Bound windows of a picture by one."""
    rows, columns = zip(*windows, strict=True)
    return _around(rows), _around(columns)


def relative(window: Window, outer: Window) -> Window:
    """Convert a window of a picture, inside `outer`, to a window of that one; undo `inside`."""
    rows, columns = map(_relative, window, outer)
    return rows, columns


def joined(base: Image, pictures: Iterable[tuple[Window, Image, Mask]]) -> Image:
    """Set pictures into windows of `base`; where these overlap, into their weighted mean."""
    out = base.copy()
    total = np.zeros(base.shape[:2], np.float32)
    for window, picture, weights in pictures:
        before = total[window]
        weight = np.maximum(weights, np.float32(LEAST))
        if before.any():
            share = repeated(np.asarray(weight / (before + weight), np.float32))
            picture = share * picture
            picture += (1 - share) * out[window]
        out[window] = picture
        total[window] = before + weight
    return out


def scale_of(mask: Mask) -> float:
    """Return the side, px, of a square of the region's area, at most half the short side."""
    return float(min(np.sqrt(mask.sum()), min(mask.shape) / 2))


def _owners(mask: Mask, boxes: list[Box]) -> tuple[Indices, Indices]:
    """Label each pixel with its nearest component, and with the index of the face it belongs to."""
    outside = (mask <= min(INSIDE, float(mask.max()) / 2)).view(np.uint8)
    how = {"distanceType": cv2.DIST_L2, "maskSize": 5, "labelType": cv2.DIST_LABEL_CCOMP}
    components = cv2.distanceTransformWithLabels(outside, **how)[1]
    among = np.zeros((int(components.max()) + 1, len(boxes)), np.bool_)
    for index, box in enumerate(boxes):
        middle = _middle(box)
        votes = np.bincount(components[middle][outside[middle] == 0])
        if len(votes):
            among[votes.argmax(), index] = True
    among[~among.any(1)] = True
    owners = among.argmax(1).astype(np.int16)[components]
    for sharing in np.unique(among[among.sum(1) > 1], axis=0):
        shared = (among == sharing).all(1)[components]
        owners[shared] = _nearest(boxes, np.flatnonzero(sharing), mask.shape)[shared]
    return components, owners


def _nearest(boxes: list[Box], among: NDArray[np.integer], size: tuple[int, int]) -> Indices:
    """Find for each pixel the index of the face that is nearest in units of its height."""
    y, x = (np.arange(0, side, COARSE, dtype=np.float32) + (COARSE - 1) / 2 for side in size)
    least, nearest = np.inf, np.zeros((len(y), len(x)), np.int32)
    for index in among:
        x0, y0, x1, y1 = boxes[index]
        across = (x - (x0 + x1) / 2) / (y1 - y0)
        down = (y - (y0 + y1) / 2) / (y1 - y0)
        distance = across**2 + down[:, None] ** 2
        nearest[distance < least] = index
        least = np.minimum(distance, least)
    fine = nearest.repeat(COARSE, 0).repeat(COARSE, 1)
    return fine[: size[0], : size[1]]


def _middle(box: Box) -> Window:
    """Compute the rows and columns of a face's middle, `MIDDLE`."""
    corner = np.array(box[:2])
    size = np.array(box[2:]) - box[:2]
    (x0, y0), (x1, y1) = ((corner + fraction * size).clip(0).astype(int) for fraction in MIDDLE)
    return slice(y0, y1 + 1), slice(x0, x1 + 1)


def _inside(outer: slice, inner: slice) -> slice:
    return slice(outer.start + inner.start, min(outer.start + inner.stop, outer.stop))


def _around(spans: tuple[slice, ...]) -> slice:
    return slice(min(span.start for span in spans), max(span.stop for span in spans))


def _relative(span: slice, outer: slice) -> slice:
    return slice(span.start - outer.start, span.stop - outer.start)


def _moved(box: Box, corner: tuple[int, int]) -> Box:
    return box[0] - corner[0], box[1] - corner[1], box[2] - corner[0], box[3] - corner[1]
