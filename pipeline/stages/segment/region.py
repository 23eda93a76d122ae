"""Outline the kept region: of each face's person what is set into the painting."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.filters import guided, holes_in
from pipeline.settings import Kept
from pipeline.stages.parse import FACE_PARTS, HEAD_PARTS, Part, Probabilities, summed
from pipeline.stages.segment.matting import with_strands
from pipeline.stages.segment.skin import ears_of, throats_of
from pipeline.stages.segment.slips import slips_of, strays_of
from pipeline.types import Face, Image, Mask

Probability = NDArray[np.float32]  # (H, W)

EDGE = 0.025  # of the face's height: how far an edge may move onto the photo's own


def segment(photo: Image, parts: Probabilities, faces: tuple[Face, ...], *, kept: Kept) -> Mask:
    """Outline what `kept` names of every face's person, (H, W) in [0, 1], with holes filled.

    Edges follow the photo's own. `parts`: (H, W, 12 or 13), at its size; `faces`: in its px.
    """
    probability = kept_probability(parts, faces, kept)
    return outlined(photo, ((face, probability) for face in faces), hair_of(parts), kept=kept)


def outlined(
    photo: Image, likely: Iterable[tuple[Face, Probability]], hair: Probability, *, kept: Kept
) -> Mask:
    """Outline the kept region, (H, W) in [0, 1], from a probability, (H, W), for each face.

    `hair`: how likely each pixel is hair, (H, W): its strands are kept, not the scene among them.
    """
    mask = np.zeros(photo.shape[:2], np.float32)
    gray = luminance(photo)
    for face, probability in likely:
        window = _window(face, photo.shape[:2], kept)
        region = _component(probability[window] > 0.5, face, window)
        soft = np.where(
            region,
            np.maximum(probability[window], 0.5),
            np.minimum(probability[window], 0.5) * _near(region, face),
        )
        inside = cv2.erode(_filled(region, face, window).astype(np.float32), np.ones((3, 3)))
        edged = guided(
            np.maximum(soft, inside).astype(np.float32), gray[window], EDGE * face.height
        )
        if kept != "face":
            edged = with_strands(photo[window], edged, hair[window], face.height)
        mask[window] = np.maximum(mask[window], edged)
    return mask


def edge_px(faces: tuple[Face, ...], size: tuple[int, ...], at: tuple[float, float]) -> float:
    """Return how far edges may move, px, around a place (x, y): by the face that is nearest.

    `size`: the photo's (height, width), which says it where there is no face.
    """
    if not faces:
        return EDGE / 4 * min(size[:2])

    def off(face: Face) -> float:
        x0, y0, x1, y1 = face.box
        return float(np.hypot((x0 + x1) / 2 - at[0], (y0 + y1) / 2 - at[1]))

    return EDGE * min(faces, key=off).height


def box_of(
    probability: Probability, face: Face, *, kept: Kept
) -> tuple[float, float, float, float]:
    """Return the box (x0, y0, x1, y1), px, of a face's region; the face's own if that is empty."""
    window = _window(face, probability.shape, kept)
    ys, xs = np.nonzero(_component(probability[window] > 0.5, face, window))
    if not len(xs):
        return face.box
    top, left = window[0].start, window[1].start
    return (
        float(left + xs.min()),
        float(top + ys.min()),
        float(left + xs.max()),
        float(top + ys.max()),
    )


def kept_probability(parts: Probabilities, faces: tuple[Face, ...], kept: Kept) -> Probability:
    """Sum the probabilities of the parts that `kept` names, (H, W).

    A face goes on a little below its chin; a head has its ears, too, and what amid it is called
    clothes; hair begins above the chin.
    """
    if kept == "person":
        return 1 - parts[..., Part.BACKGROUND]
    throats = throats_of(parts, faces)
    if kept == "face":
        return summed(parts, FACE_PARTS) + throats
    skin = np.maximum(ears_of(parts, faces), throats)
    head = summed(parts, HEAD_PARTS) - strays_of(parts, faces)
    return head + skin + slips_of(parts, faces)


def hair_of(parts: Probabilities) -> Probability:
    """Return how likely each pixel is hair, (H, W)."""
    return np.ascontiguousarray(parts[..., Part.HAIR])


def _window(face: Face, size: tuple[int, int], kept: Kept) -> tuple[slice, slice]:
    """Return the rows and columns in which a face's region can lie."""
    x0, y0, x1, y1 = face.box
    h, w = y1 - y0, x1 - x0
    room = {"face": (0.4, 0.4, 0.4), "hair": (1.6, 1.2, 4.0), "person": (6.0, 1.5, 12.0)}[kept]
    rows = slice(int(max(0, y0 - room[1] * h)), int(min(size[0], y1 + room[2] * h) + 1))
    return rows, slice(int(max(0, x0 - room[0] * w)), int(min(size[1], x1 + room[0] * w) + 1))


def _component(
    region: NDArray[np.bool_], face: Face, window: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Return the connected component that covers most of the face's middle; none if none does."""
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
    return marks == 1 + int(votes.argmax()) if votes.any() else np.zeros_like(region)


def _filled(
    region: NDArray[np.bool_], face: Face, window: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """Return a region without the holes that lie in its face, or are as small as a slip.

    Through others, between an arm and a waist or below a lock of hair, the scene is seen.
    """
    marks, areas, centers = holes_in(region)
    x0, y0, x1, y1 = face.box
    x, y = centers[:, 0] + window[1].start, centers[:, 1] + window[0].start
    filled = (x0 < x) & (x < x1) & (y0 < y) & (y < y1)
    filled |= areas < (EDGE * face.height) ** 2
    filled[0] = False
    return region | filled[marks]


def _near(region: NDArray[np.bool_], face: Face) -> NDArray[np.float32]:
    """Return 1 near the region, 0 elsewhere, where pixels are other people's."""
    side = max(3, round(4 * EDGE * face.height)) | 1
    ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.dilate(region.view(np.uint8), ellipse).astype(np.float32)
