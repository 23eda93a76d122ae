"""Define a small network that finds 68 points of a face by one heat map for each."""

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

POINTS = 68
SIDE = 128  # px of a crop
STEP = 4  # px between two cells of the heat maps
WIDTHS = (16, 48, 80, 96, 96)  # channels at strides 2, 4, 8, 16 and 32


class LightLandmarks(nn.Module):
    """Find points: (B, 3, 128, 128) RGB in [0, 1] to (B, 68, 3).

    x and y of each of iBUG's 68 points, px of the crop, and how far its heat map spreads, px: the
    more, the less sure it is. A crop is as `pipeline.stages.landmarks` cuts it.

    Source: Sun et al. 2018, "Integral Human Pose Regression" (a point is its heat map's mean);
    Newell et al. 2016, "Stacked Hourglass Networks for Human Pose Estimation" (down and up again).
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.first = _convolved(3, widths[0], 2)
        self.down = nn.ModuleList(
            nn.Sequential(_convolved(finer, coarser, 2), Residual(coarser))
            for finer, coarser in pairwise(widths)
        )
        back = widths[:0:-1]
        self.up = nn.ModuleList(nn.Conv2d(coarser, finer, 1) for coarser, finer in pairwise(back))
        self.joined = nn.ModuleList(_convolved(channels, channels) for channels in back[1:])
        self.said = nn.Conv2d(widths[1], POINTS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return points and their spread, (B, 68, 3) px."""
        return read(self.logits(x))

    def logits(self, x: Tensor) -> Tensor:
        """Return heat maps before their softmax, (B, 68, 32, 32)."""
        seen = self.first(x * 2 - 1)
        levels = []
        for down in self.down:
            seen = down(seen)
            levels.append(seen)
        for up, joined, level in zip(self.up, self.joined, levels[-2::-1], strict=True):
            seen = joined(level + F.interpolate(up(seen), scale_factor=2.0))
        return self.said(seen)


class Residual(nn.Module):
    """Two convolutions that are added to their input.

    Source: He et al. 2016, "Deep Residual Learning", figure 2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _convolved(channels, channels),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum, above zero."""
        return torch.relu(x + self.layers(x))


def read(logits: Tensor) -> Tensor:
    """Return the mean of each heat map and its deviation, (B, 68, 3) px, of logits, (B, 68, H, W).

    Convention: cell i covers the pixels from 4 i to 4 i + 3; its middle is at 4 i + 1.5.
    """
    shares = logits.float().flatten(2).softmax(2).unflatten(2, logits.shape[2:])
    places = (
        torch.arange(n, dtype=shares.dtype, device=shares.device) * STEP + (STEP - 1) / 2
        for n in logits.shape[2:]
    )
    moments = [
        ((part * place).sum(2), (part * place * place).sum(2))
        for part, place in zip((shares.sum(3), shares.sum(2)), places, strict=True)
    ]
    (y, yy), (x, xx) = moments
    spread = (xx - x * x + yy - y * y).clamp_min(0).sqrt()
    return torch.stack([x, y, spread], 2)


def _convolved(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
