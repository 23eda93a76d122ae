"""The portrait parser, of whole photos and of faces near: a U-Net on EfficientNet-B2."""

import segmentation_models_pytorch as smp
from torch import Tensor

from pipeline.nets.imagenet_norm import Normalized


class Parser(smp.Unet):
    """Parse (B, 3, H, W) RGB in [0, 1] into class probabilities (B, classes, H, W); H and W multiples of 32.

    The state dict's keys are those of `smp.Unet("efficientnet-b2", classes=classes)`.

    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer".
    """

    def __init__(self, classes: int = 12) -> None:
        # encoder_weights=None: the default would download ImageNet's.
        super().__init__("efficientnet-b2", encoder_weights=None, classes=classes)
        self.normalized = Normalized()

    def forward(self, x: Tensor) -> Tensor:
        """Return probabilities that sum to 1 over the classes."""
        logits: Tensor = super().forward(self.normalized(x))  # pyright: ignore[reportAssignmentType] - no second head here
        return logits.softmax(1)
