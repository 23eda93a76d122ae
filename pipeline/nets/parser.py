"""The portrait parser: a U-Net on EfficientNet-B2."""

import segmentation_models_pytorch as smp
import torch
from torch import Tensor


class Parser(smp.Unet):
    """Parse (B, 3, H, W) RGB in [0, 1] into class probabilities (B, classes, H, W); H and W multiples of 32.

    The state dict's keys are those of `smp.Unet("efficientnet-b2", classes=classes)`.

    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer".
    """

    def __init__(self, classes: int = 12) -> None:
        # encoder_weights=None: the default would download ImageNet's.
        super().__init__("efficientnet-b2", encoder_weights=None, classes=classes)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False)

    def forward(self, photo: Tensor) -> Tensor:
        """Return probabilities that sum to 1 over the classes."""
        return super().forward((photo - self.mean) / self.deviation).softmax(1)
