"""Define a small network that describes a face, so that two faces can be compared."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from pipeline.nets.light_verifier import Residual

WIDTHS = (24, 48, 96, 144)  # channels at strides 2, 4, 8 and 16
BLOCKS = 2  # residual blocks at each stride from 4 on
NUMBERS = 128
LAST = 7  # cells of a 112 px chip at the last stride


class LightDescriptor(nn.Module):
    """Describe faces: (B, 3, 112, 112) RGB in [0, 1] to (B, 128).

    A chip has eyes and mouth on `pipeline.metrics.likeness.TEMPLATE`. The distance of two
    descriptors is small for one person, about 0.6 at the border.

    Source: He et al. 2016, "Deep Residual Learning"; Chen et al. 2018, "MobileFaceNets", section
    3.2 (a global depthwise convolution, for a face's cells are not worth the same).
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        last = widths[-1]
        layers: list[nn.Module] = [_halved(3, widths[0])]
        for inputs, outputs in pairwise(widths):
            layers += [_halved(inputs, outputs), *(Residual(outputs) for _ in range(BLOCKS))]
        self.layers = nn.Sequential(*layers)
        self.joined = nn.Sequential(
            nn.Conv2d(last, last, LAST, groups=last, bias=False), nn.BatchNorm2d(last), nn.Flatten()
        )
        self.said = nn.Linear(last, NUMBERS)
        nn.init.normal_(self.said.weight, std=0.006)  # faces are about 1 apart from the start on

    def forward(self, x: Tensor) -> Tensor:
        """Return a descriptor of each chip, (B, 128)."""
        return self.said(self.joined(self.layers(x * 2 - 1)))


def _halved(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
