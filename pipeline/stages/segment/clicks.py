"""Correct the kept region by clicks and boxes: add what a person points at, or take it away."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.filters import guided
from pipeline.stages.segment.sam import Embedding, best, pixel_of, prompted, smallest
from pipeline.types import Click, Decoder, Image, Mask, Prompt

Region = NDArray[np.bool_]  # (H, W)

DOT = 0.006  # radius of what a click changes at least, as a fraction of the photo's short side
MOST = 0.8  # fraction of a kept component inside a box from which the box decides about it


def correct(
    photo: Image,
    mask: Mask,
    embedding: Embedding,
    network: Decoder,
    clicks: tuple[Click, ...],
    *,
    edge_px: float,
    thing: Region | None = None,
) -> Mask:
    """Apply the last of these clicks to the mask; the ones before made it what it is.

    The network gets the mask and all clicks. Where its answer differs from the mask, the connected
    component under the click changes. Where it does not, the smallest mask for this click alone is
    added or taken away. The clicked pixel itself always obeys, also where an earlier click said
    otherwise. Edges move by up to `edge_px` onto the photo's own. `thing`: what is known to be one
    where the click is; what of it hangs together there changes, and no network is asked.
    """
    x, y, add = clicks[-1]
    column, row = pixel_of((x, y), embedding.size)
    kept = mask > 0.5
    if kept[row, column] == add:
        return mask
    changes = ~kept if add else kept  # what a click may change at all
    changed = np.zeros_like(kept)
    if thing is not None:
        changed = _component(thing, (column, row)) & changes
    if not changed.any():
        prompt = Prompt(clicks)
        answer = prompted(embedding, network, prompt, mask if kept.any() else None)
        wanted = best(answer, embedding, prompt, corrected=bool(kept.any())) > 0
        changed = _component(wanted & changes if add else changes & ~wanted, (column, row))
    if not changed.any():
        alone = smallest(prompted(embedding, network, Prompt(((x, y, True),))), embedding, (x, y))
        changed = _component(alone & changes, (column, row))
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
    """Replace the kept components that lie in a box by what the network outlines there.

    `box`: x0, y0, x1, y1, px. Where the network outlines nothing, all of the box is kept.
    """
    prompt = Prompt(box=(box[0], box[1], box[2], box[3]))
    inside = np.zeros(mask.shape, np.bool_)
    inside[_rows_columns(box, mask.shape)] = True
    found = (best(prompted(embedding, network, prompt), embedding, prompt) > 0) & inside
    kept = mask > 0.5
    return _redrawn(
        photo, mask, (kept & ~_within(kept, inside)) | (found if found.any() else inside), edge_px
    )


def obeying(mask: Mask, click: Click) -> Mask:
    """Draw a dot onto the mask where a click is: 1 where it adds, 0 where it takes away."""
    x, y, add = click
    return cv2.circle(
        mask.copy(),
        pixel_of((x, y), (mask.shape[0], mask.shape[1])),
        max(1, round(DOT * min(mask.shape))),
        float(add),
        -1,
    )


def _component(region: Region, at: tuple[int, int]) -> Region:
    """Return the connected component that holds a pixel (column, row); empty outside the region."""
    if not region[at[1], at[0]]:
        return np.zeros_like(region)
    _, marks = cv2.connectedComponents(region.astype(np.uint8))
    return marks == marks[at[1], at[0]]


def _within(kept: Region, box: Region) -> Region:
    """Return the connected components of which more than `MOST` lies in the box."""
    _, marks = cv2.connectedComponents(kept.astype(np.uint8))
    inside = np.bincount(marks[box], minlength=int(marks.max()) + 1)
    return kept & (inside / np.bincount(marks.ravel()) > MOST)[marks]


def _redrawn(photo: Image, mask: Mask, kept: Region, edge_px: float) -> Mask:
    """Change the mask to `kept` near the pixels where the two differ; elsewhere leave it.

    New edges follow the photo's own.
    """
    radius = max(2, round(2 * edge_px))
    near = cv2.dilate(
        ((mask > 0.5) ^ kept).astype(np.float32), np.ones((2 * radius + 1, 2 * radius + 1))
    )
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows):
        return mask
    window = np.s_[
        max(0, rows[0] - radius) : rows[-1] + radius + 1,
        max(0, columns[0] - radius) : columns[-1] + radius + 1,
    ]
    edged = guided(kept[window].astype(np.float32), luminance(photo[window]), edge_px)
    out = mask.copy()
    out[window] += near[window] * (edged - mask[window])
    return out


def _rows_columns(box: tuple[float, ...], size: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a box's pixels, at least one of each."""
    left, top = pixel_of((box[0], box[1]), (size[0], size[1]))
    right, bottom = pixel_of((box[2], box[3]), (size[0], size[1]))
    return slice(top, bottom + 1), slice(left, right + 1)
