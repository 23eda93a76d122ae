"""Define a small detector of faces: one heat map, and eyes and mouth corners at its peaks."""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

STEP = 8  # px between two cells of what it says
REACH = 16.0  # px by which the points' numbers are multiplied
OUTPUTS = 9


class LightFinder(nn.Module):
    """Find faces of 10 to 130 px: (B, 3, H, W) RGB in [0, 1] to (B, 9, H/8, W/8).

    H and W are multiples of 32. Of each cell: the probability that it is the middle of a face,
    between eyes and mouth; then x and y, px from the cell's center, of the eyes and the corners of
    the mouth, the picture's left one first.

    Source: Zhou et al. 2019, "Objects as Points" (faces as peaks of a heat map); Wu et al. 2023,
    "YuNet: A Tiny Millisecond-level Face Detector" (separable convolutions at few channels).
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.fine = nn.Sequential(Separable(width, 2 * width, 2), Separable(2 * width, 2 * width))
        self.middle = nn.Sequential(
            Separable(2 * width, 4 * width, 2), *(Separable(4 * width, 4 * width) for _ in range(3))
        )
        self.coarse = nn.Sequential(
            Separable(4 * width, 8 * width, 2), *(Separable(8 * width, 8 * width) for _ in range(3))
        )
        self.coarsest = nn.Sequential(
            Separable(8 * width, 8 * width, 2), *(Separable(8 * width, 8 * width) for _ in range(2))
        )
        self.narrowed = nn.Conv2d(8 * width, 4 * width, 1)
        self.joined = nn.Sequential(
            Separable(4 * width, 4 * width), Separable(4 * width, 4 * width)
        )
        self.said = nn.Conv2d(4 * width, OUTPUTS, 1)
        if self.said.bias is not None:
            nn.init.constant_(self.said.bias[:1], -4.0)  # faces are rare

    def forward(self, x: Tensor) -> Tensor:
        """Return probabilities and points, (B, 9, H/8, W/8)."""
        logits = self.logits(x)
        return torch.cat([logits[:, :1].sigmoid(), logits[:, 1:] * REACH], 1)

    def logits(self, x: Tensor) -> Tensor:
        """Return what a training compares: a face's logit, and points in units of `REACH`."""
        seen = self.middle(self.fine(self.first(x * 2 - 1)))
        coarse = self.coarse(seen)
        coarse = coarse + F.interpolate(self.coarsest(coarse), scale_factor=2.0)
        return self.said(self.joined(seen + F.interpolate(self.narrowed(coarse), scale_factor=2.0)))


class Separable(nn.Module):
    """A pointwise and a depthwise convolution; the input is added where the shape stays."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, stride, 1, groups=outputs, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.added = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """Return the layers' sum with the input where that fits, above zero."""
        made = self.layers(x)
        return F.relu(made + x if self.added else made)
