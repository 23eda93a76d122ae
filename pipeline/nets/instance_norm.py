"""Split instance norm in two: measure a whole picture once, then normalize every tile by that."""

import torch
from torch import Tensor, nn


class Measured(nn.InstanceNorm2d):
    """Instance norm that stores the statistics it normalized by.

    `statistics`: (2, C), the mean of each channel and one over its deviation.
    """

    statistics: Tensor

    def forward(self, input: Tensor) -> Tensor:
        variance, mean = torch.var_mean(input.float(), (0, 2, 3), correction=0)
        self.statistics = torch.stack([mean, (variance + self.eps).rsqrt()])
        return super().forward(input)


class Frozen(nn.Module):
    """Normalize (B, C, H, W) by the `statistics` of a whole picture that it is a part of."""

    statistics: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        mean, scale = self.statistics[0], self.statistics[1]
        return (x - mean[:, None, None]) * scale[:, None, None]
