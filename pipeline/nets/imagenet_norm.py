"""Normalize pictures as networks pretrained on ImageNet expect them."""

import torch
from torch import Tensor, nn

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Normalized(nn.Module):
    """Normalize (B, 3, H, W) RGB in [0, 1] by ImageNet's mean and deviation."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        # device="cpu": no checkpoint holds these buffers, so they need their values also where the
        # network is built on "meta".
        for name, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(
                name, torch.tensor(values, device="cpu")[:, None, None], persistent=False
            )

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.deviation
