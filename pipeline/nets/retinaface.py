"""RetinaFace as facexlib publishes it, with its own normalization inside."""

import warnings
from typing import Literal

import torch
from facexlib.detection.retinaface import RetinaFace
from torch import Tensor

Backbone = Literal["resnet50", "mobile0.25"]


class FaceFinder(RetinaFace):
    """Find faces: (B, 3, H, W) RGB in [0, 1] to (B, anchors, 15); H and W multiples of 32.

    Of every anchor 4 numbers for the box, the probability of a face, and 10 for five points (x, y): eyes, nose, mouth corners, the
    picture's left one first; all relative to the anchor, as `stages/find.py` reads them. Strictly loads a published checkpoint.

    Source: Deng et al. 2020, "RetinaFace: Single-Shot Multi-Level Face Localisation in the Wild".
    """

    mean: Tensor

    def __init__(self, backbone: Backbone = "resnet50") -> None:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # torchvision's advice on arguments that facexlib still uses
            super().__init__(
                backbone, device=torch.empty(0).device
            )  # the one that is set; by itself it takes CUDA
        # device: no checkpoint brings these, so they have values even where the weights have none yet ("meta").
        self.register_buffer(
            "mean",
            torch.tensor((104.0, 117.0, 123.0), device="cpu")[:, None, None],
            persistent=False,
        )

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride] - one tensor in, one out
        """Return boxes, probabilities and points of all anchors, finest level first."""
        boxes, faces, points = super().forward(x.flip(1) * 255 - self.mean)  # it was trained on BGR
        return torch.cat([boxes, faces[..., 1:], points], 2)
