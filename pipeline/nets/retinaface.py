"""Define RetinaFace as facexlib publishes it, with its normalization inside."""

import warnings
from typing import Literal

import torch
from facexlib.detection.retinaface import RetinaFace
from torch import Tensor

Backbone = Literal["resnet50", "mobile0.25"]


class FaceFinder(RetinaFace):
    """Detect faces: (B, 3, H, W) RGB in [0, 1] to (B, anchors, 15); H and W multiples of 32.

    Each anchor has 4 numbers for the box, the probability of a face, and 10 for five points (x, y):
    eyes, nose, mouth corners, the one at the picture's left first. Box and points are relative to
    the anchor; `stages/detect/retinaface.py` decodes them. Strictly loads a published checkpoint.

    Source: Deng et al. 2020, "RetinaFace: Single-Shot Multi-Level Face Localisation in the Wild".
    """

    mean: Tensor

    def __init__(self, backbone: Backbone = "resnet50") -> None:
        with warnings.catch_warnings():
            # facexlib uses arguments that torchvision warns of.
            warnings.simplefilter("ignore")
            # The current default device; facexlib's own default is CUDA.
            super().__init__(backbone, device=torch.empty(0).device)
        # device="cpu": no checkpoint holds this buffer, so it needs its values also where the
        # network is built on "meta".
        self.register_buffer(
            "mean",
            torch.tensor((104.0, 117.0, 123.0), device="cpu")[:, None, None],
            persistent=False,
        )

    # One tensor in, one out.
    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Predict boxes, probabilities and points of all anchors, finest level first."""
        boxes, faces, points = super().forward(x.flip(1) * 255 - self.mean)  # it was trained on BGR
        return torch.cat([boxes, faces[..., 1:], points], 2)
