"""Define the parser of whole photos and of face crops: a U-Net on EfficientNet-B2."""

from typing import Any

import segmentation_models_pytorch as smp
from torch import Tensor

from pipeline.nets.imagenet_norm import Normalized


class Parser(smp.Unet):
    """Parse (B, 3, H, W) RGB in [0, 1] into class probabilities, (B, classes, H, W).

    H and W are multiples of 32.

    The state dict's keys are those of `smp.Unet("efficientnet-b2", classes=classes)`.

    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style
    Transfer".
    """

    def __init__(self, classes: int = 12) -> None:
        # encoder_weights=None: the default would download ImageNet's weights.
        super().__init__("efficientnet-b2", encoder_weights=None, classes=classes)
        self.normalized = Normalized()

    def forward(self, x: Tensor) -> Tensor:
        """Compute probabilities that sum to 1 over the classes."""
        logits: Any = super().forward(self.normalized(x))
        return logits.softmax(1)
