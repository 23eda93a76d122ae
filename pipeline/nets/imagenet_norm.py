"""What networks that grew from ImageNet's see of a picture."""

import torch
from torch import Tensor, nn

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Normalized(nn.Module):
    """Normalize (B, 3, H, W) RGB in [0, 1] by ImageNet's mean and deviation."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        # device: no checkpoint brings these, so they have values even where the weights have none yet ("meta").
        for name, values in (("mean", MEAN), ("deviation", DEVIATION)):
            self.register_buffer(
                name, torch.tensor(values, device="cpu")[:, None, None], persistent=False
            )

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.deviation
