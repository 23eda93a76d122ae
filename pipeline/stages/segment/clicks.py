"""Correct what is kept: add what a person points at, or take it away."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.filters import guided
from pipeline.stages.segment.sam import Embedding, best, pixel_of, prompted, smallest
from pipeline.types import Click, Decoder, Image, Mask, Prompt

Region = NDArray[np.bool_]  # (H, W)

DOT = 0.006  # of the photo's short side: what a click changes at least
MOSTLY = 0.8  # share of a kept piece that lies in a box when the box decides about it


def correct(
    photo: Image,
    mask: Mask,
    embedding: Embedding,
    network: Decoder,
    clicks: tuple[Click, ...],
    *,
    edge_px: float,
) -> Mask:
    """Return the mask after the last of these clicks; the ones before made it what it is.

    Only the connected piece that the click points at changes: what the network, shown the mask and all clicks, sees otherwise;
    where it sees nothing otherwise, the smallest thing that this click alone stands for. The clicked pixel itself always obeys,
    also where an earlier click said otherwise. Edges move onto the photo's within `edge_px`.
    """
    x, y, add = clicks[-1]
    column, row = pixel_of((x, y), embedding.size)
    kept = mask > 0.5
    if kept[row, column] == add:
        return mask
    prompt = Prompt(clicks)
    answer = prompted(embedding, network, prompt, mask if kept.any() else None)
    seen = best(answer, embedding, prompt, corrected=bool(kept.any())) > 0
    changed = _piece(seen & ~kept if add else kept & ~seen, (column, row))
    if not changed.any():
        alone = smallest(prompted(embedding, network, Prompt(((x, y, True),))), embedding, (x, y))
        changed = _piece(alone & (~kept if add else kept), (column, row))
    return obeying(_redrawn(photo, mask, kept ^ changed, edge_px), clicks[-1])


def select(
    photo: Image,
    mask: Mask,
    embedding: Embedding,
    network: Decoder,
    box: tuple[float, ...],
    *,
    edge_px: float,
) -> Mask:
    """Return the mask with what the network sees in a box (x0, y0, x1, y1), px, instead of the kept pieces that lie in it.

    All of the box is kept where the network sees nothing in it.
    """
    prompt = Prompt(box=(box[0], box[1], box[2], box[3]))
    inside = np.zeros(mask.shape, np.bool_)
    inside[_rows_columns(box, mask.shape)] = True
    seen = (best(prompted(embedding, network, prompt), embedding, prompt) > 0) & inside
    kept = mask > 0.5
    return _redrawn(
        photo, mask, (kept & ~_within(kept, inside)) | (seen if seen.any() else inside), edge_px
    )


def obeying(mask: Mask, click: Click) -> Mask:
    """Return the mask with a dot that is as a click says."""
    x, y, add = click
    return cv2.circle(
        mask.copy(),
        pixel_of((x, y), (mask.shape[0], mask.shape[1])),
        max(1, round(DOT * min(mask.shape))),
        float(add),
        -1,
    )


def _piece(region: Region, at: tuple[int, int]) -> Region:
    """Return the connected piece of the region that holds a pixel (column, row); nothing where it is outside."""
    if not region[at[1], at[0]]:
        return np.zeros_like(region)
    _, marks = cv2.connectedComponents(region.astype(np.uint8))
    return marks == marks[at[1], at[0]]


def _within(kept: Region, box: Region) -> Region:
    """Return the connected pieces that lie mostly in the box."""
    _, marks = cv2.connectedComponents(kept.astype(np.uint8))
    share = np.bincount(marks[box], minlength=int(marks.max()) + 1) / np.bincount(marks.ravel())
    return kept & (share > MOSTLY)[marks]


def _redrawn(photo: Image, mask: Mask, kept: Region, edge_px: float) -> Mask:
    """Return the mask where it already says what is kept; elsewhere what is kept, with edges moved onto the photo's."""
    reach = max(2, round(2 * edge_px))
    near = cv2.dilate(
        ((mask > 0.5) ^ kept).astype(np.float32), np.ones((2 * reach + 1, 2 * reach + 1))
    )
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows):
        return mask
    window = np.s_[
        max(0, rows[0] - reach) : rows[-1] + reach + 1,
        max(0, columns[0] - reach) : columns[-1] + reach + 1,
    ]
    edged = guided(kept[window].astype(np.float32), luminance(photo[window]), edge_px)
    out = mask.copy()
    out[window] += near[window] * (edged - mask[window])
    return out


def _rows_columns(box: tuple[float, ...], size: tuple[int, ...]) -> tuple[slice, slice]:
    """Return a box's pixels, at least one."""
    left, top = pixel_of((box[0], box[1]), (size[0], size[1]))
    right, bottom = pixel_of((box[2], box[3]), (size[0], size[1]))
    return slice(top, bottom + 1), slice(left, right + 1)
