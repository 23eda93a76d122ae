"""What a painted face is compared by: how it is cut out of a picture, and who describes it.

Two ways: an upright chip that five points say, described by dlib; or the paper's, the same box of
both pictures, resized, whose descriptor lies on the unit sphere.

Source: Group 22, "Image style transfer with Facial preservation" (the face loss).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn
from torchvision.ops import roi_align

from training.face_descriptor import CHIP_PX, Descriptor, chips
from training.openface import SIDE_PX, load_openface
from training.styled_contents import Batch

Cut = Callable[[Tensor, Batch], Tensor]


@dataclass(frozen=True)
class FaceMeasure:
    """How faces are cut out of pictures, (B, 3, H, W) in [0, 1], and what describes the cuts."""

    cut: Cut
    descriptor: nn.Module


def aligned(pictures: Tensor, batch: Batch) -> Tensor:
    """Cut the chips of a batch's faces out of pictures, (F, 3, 150, 150)."""
    return chips(pictures[batch.which], batch.matrices.to(pictures.device))


def boxed(pictures: Tensor, batch: Batch, side: int) -> Tensor:
    """Cut the boxes of a batch's faces out of pictures, each resized to (3, side, side).

    Raises: ValueError: only points of a face are known.
    """
    if batch.boxes is None or batch.boxes.isnan().any():
        raise ValueError("Boxes of all faces were wanted; of some only points are known.")
    boxes = batch.boxes.to(pictures)
    rows = torch.cat([batch.which.to(boxes)[:, None], boxes], 1)
    return roi_align(pictures, rows, side, aligned=True)


class OnSphere(nn.Module):
    """A descriptor whose vectors, (B, N), have the length 1."""

    def __init__(self, descriptor: nn.Module) -> None:
        super().__init__()
        self.descriptor = descriptor

    def forward(self, faces: Tensor) -> Tensor:
        return F.normalize(self.descriptor(faces))


def face_measure(shared: Path, openface: Path | None = None, boxes: bool = False) -> FaceMeasure:
    """Choose how faces are compared: by dlib's chips, or by boxes as the paper does.

    `openface`: OpenFace's weights, for boxes; without them dlib describes boxes, too.
    Raises: FileNotFoundError, ValueError: weights are missing, or others; OpenFace without boxes.
    """
    if not boxes:
        if openface:
            raise ValueError("OpenFace describes boxes: `--face-boxes` was wanted with --openface.")
        return FaceMeasure(aligned, Descriptor(shared))
    if openface:
        return FaceMeasure(partial(boxed, side=SIDE_PX), load_openface(openface))
    return FaceMeasure(partial(boxed, side=CHIP_PX), OnSphere(Descriptor(shared)))
