"""Define a small network that says whether a crop shows a face, and where its features are."""

import torch
from torch import Tensor, nn

FEATURES = 4  # both eyes and both mouth corners


class LightVerifier(nn.Module):
    """Tell faces from what looks like one: (B, 3, 64, 64) RGB in [0, 1] to (B, 9).

    First how likely the crop shows a face, in [0, 1], then by how much its eyes and mouth corners
    lie off the places where an upright face has them, x and y of each, in sides of the crop.
    The crop has the head and what is around it: out of focus, shoulders say more than eyes.
    """

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _halved(3, width), _halved(width, 2 * width), Residual(2 * width),
            _halved(2 * width, 4 * width), Residual(4 * width),
            _halved(4 * width, 6 * width), Residual(6 * width),
        )  # fmt: skip
        self.said = nn.Linear(6 * width * 16, 1)
        self.placed = nn.Linear(6 * width * 16, 2 * FEATURES)

    def forward(self, x: Tensor) -> Tensor:
        """Return how likely each crop shows a face and where its features are, (B, 9)."""
        logits, off = self.compared(x)
        return torch.cat([logits.sigmoid(), off], 1)

    def compared(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return what a training compares: logits, (B, 1), and offsets, (B, 8)."""
        seen = torch.flatten(self.layers(x * 2 - 1), 1)
        return self.said(seen), self.placed(seen)


class Residual(nn.Module):
    """Two convolutions that are added to their input.

    Source: He et al. 2016, "Deep Residual Learning", figure 2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum, above zero."""
        return torch.relu(x + self.layers(x))


def _halved(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
