"""The portrait parser: a U-Net on EfficientNet-B2."""

import segmentation_models_pytorch as smp
import torch
from torch import Tensor


class Parser(smp.Unet):
    """Parse (B, 3, H, W) RGB in [0, 1] into class probabilities (B, classes, H, W); H and W multiples of 32.

    The state dict's keys are those of `smp.Unet("efficientnet-b2", classes=classes)`.

    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer".
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, classes: int = 12) -> None:
        # encoder_weights=None: the default would download ImageNet's.
        super().__init__("efficientnet-b2", encoder_weights=None, classes=classes)
        # device: no checkpoint brings these, so they have values even where the weights have none yet ("meta").
        for name, values in (("mean", (0.485, 0.456, 0.406)), ("deviation", (0.229, 0.224, 0.225))):
            self.register_buffer(name, torch.tensor(values, device="cpu")[:, None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return probabilities that sum to 1 over the classes."""
        logits: Tensor = super().forward((x - self.mean) / self.deviation)  # pyright: ignore[reportAssignmentType] - no second head here
        return logits.softmax(1)
