"""The embedded promptable segmenter as a training asks it.

Encoder and decoder are in one, and many prompts are answered at a time.
"""

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.nets.sam import CELLS, PromptDecoder
from pipeline.nets.sam_light import LightEncoder
from pipeline.runtime.precision import mixed
from pipeline.types import Pixels
from training.clicks import CORNER, NOTHING, Asked, Logits

SIDE = 256  # of a view: half the side of the network's input, which the encoder halves
MEAN_COLOR = (124, 116, 104)  # of what lies beyond a photo


class LightSam(PromptDecoder):
    """Encoder and decoder as one network; points are px of a view."""

    def __init__(self, cells: int = CELLS) -> None:
        super().__init__(SIDE, cells)
        self.image_encoder = LightEncoder()

    @torch.no_grad()
    def features(self, views: Tensor) -> Tensor:
        """Return what the parser's U-Net finds in (B, 3, SIDE, SIDE) views.

        The U-Net stays as it is; its features are averaged where cells are coarse.
        """
        return F.avg_pool2d(
            self.image_encoder.features(views.contiguous(memory_format=torch.channels_last)),
            CELLS // self.cells,
        )

    def embedded(self, features: Tensor) -> Tensor:
        """Return the embedding that prompts are answered from, (B, 256, cells, cells)."""
        return self.image_encoder.neck(features.contiguous())


def features_of(network: LightSam, photo: Pixels) -> Tensor:
    """Return a view's features, (320, cells, cells)."""
    device = next(network.parameters()).device
    with mixed(device.type):
        return network.features(
            torch.from_numpy(photo).permute(2, 0, 1)[None].to(device).float() / 255
        )[0]


def inputs(
    asked: list[Asked], side: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return what the network takes: points, labels, masks and which masks are given.

    Shapes: points (B, N, 2), labels (B, N), masks (B, 1, side, side), given (B,).
    """
    most = max(
        len(a.kinds) + (CORNER not in a.kinds) for a in asked
    )  # without a box there is a point that is nothing, as in SAM
    points, kinds = (
        np.zeros((len(asked), most, 2), np.float32),
        np.full((len(asked), most), NOTHING, np.int64),
    )
    masks, given = (
        np.zeros((len(asked), 1, side, side), np.float32),
        np.zeros(len(asked), np.float32),
    )
    for i, a in enumerate(asked):
        points[i, : len(a.kinds)], kinds[i, : len(a.kinds)] = a.points, a.kinds
        if a.mask is not None:
            masks[i, 0], given[i] = (
                cv2.resize(a.mask, (side, side), interpolation=cv2.INTER_AREA),
                1,
            )
    points_, kinds_, masks_, given_ = (
        torch.from_numpy(v).to(device) for v in (points, kinds, masks, given)
    )
    return points_, kinds_, masks_, given_


def chosen(logits: Tensor, scores: Tensor, asked: list[Asked]) -> list[Logits]:
    """Return the mask that each person sees, (SIDE, SIDE).

    It is the best-scored of three after a lone click, else the first.
    """
    best = 1 + scores[:, 1:].argmax(1)
    index = torch.where(torch.tensor([a.ambiguous for a in asked], device=scores.device), best, 0)
    masks = logits.detach().float()[torch.arange(len(asked)), index][:, None]
    return list(F.interpolate(masks, (SIDE, SIDE), mode="bilinear")[:, 0].cpu().numpy())
