"""Define a small network that describes a face, so that two faces can be compared."""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

# Channels of each stage and its residual blocks after the one that halves the size.
STAGES = ((32, 3), (64, 3), (128, 2), (256, 2), (256, 0))
NARROW, RANK = 3, 36  # from this stage on, convolutions pass through so many channels
NUMBERS = 128
MEAN = (122.782, 117.001, 104.298)  # of a chip's red, green and blue, of 255


class LightDescriptor(nn.Module):
    """Describe faces: (B, 3, 150, 150) RGB in [0, 1] to (B, 128).

    A chip has eyes and mouth on `pipeline.metrics.likeness.TEMPLATE`. The distance of two
    descriptors is small for one person, about 0.6 at the border.

    Source: King 2017, "High Quality Face Recognition with Deep Metric Learning" (dlib's ResNet);
    Zhang et al. 2016, "Accelerating Very Deep Convolutional Networks for Classification and
    Detection", section 3.1 (convolutions of low rank).
    """

    def __init__(self) -> None:
        super().__init__()
        width = STAGES[0][0]
        self.first = nn.Conv2d(3, width, 7, 2)
        layers: list[nn.Module] = []
        for number, (channels, blocks) in enumerate(STAGES):
            rank = RANK if number >= NARROW else 0
            if number:
                layers.append(Residual(width, channels, halved=True, rank=rank))
            layers += [Residual(channels, channels, rank=rank) for _ in range(blocks)]
            width = channels
        self.layers = nn.Sequential(*layers)
        self.said = nn.Linear(width, NUMBERS)

    def forward(self, x: Tensor) -> Tensor:
        """Return a descriptor of each chip, (B, 128)."""
        return self.said(self.layers(self.begun(x)).mean((2, 3)))

    def begun(self, x: Tensor) -> Tensor:
        """Return what the residual blocks get of chips, (B, 32, 35, 35)."""
        mean = torch.tensor(MEAN, device=x.device)[:, None, None] / 255
        return F.max_pool2d(F.relu(self.first(x - mean)), 3, 2)


class Residual(nn.Module):
    """Two convolutions that are added to their input, `halved` at half the size.

    Channels that the input lacks are zero. `rank`: see `convolution`.
    """

    def __init__(self, inputs: int, outputs: int, *, halved: bool = False, rank: int = 0) -> None:
        super().__init__()
        self.halved, self.more = halved, outputs - inputs
        self.conv1 = convolution(inputs, outputs, rank, halved=halved)
        self.conv2 = convolution(outputs, outputs, rank)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum, above zero."""
        made = self.conv2(F.relu(self.conv1(x)))
        if not self.halved:
            return F.relu(made + x)
        kept = F.pad(F.avg_pool2d(x, 2), (0, 0, 0, 0, 0, self.more))
        missing = kept.shape[3] - made.shape[3]  # of an even size, the last row and column
        return F.relu(F.pad(made, (0, missing, 0, missing)) + kept)


def convolution(inputs: int, outputs: int, rank: int = 0, *, halved: bool = False) -> nn.Module:
    """Make a 3 x 3 convolution; `rank`: through so many channels, 0: directly."""
    stride, pad = (2, 0) if halved else (1, 1)
    if not rank:
        return nn.Conv2d(inputs, outputs, 3, stride, pad)
    return nn.Sequential(
        nn.Conv2d(inputs, rank, 3, stride, pad, bias=False), nn.Conv2d(rank, outputs, 1)
    )
