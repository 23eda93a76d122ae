"""Define a small network that describes a face, so that two faces can be compared."""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

# Channels of each stage, coarser by two each, and its residual blocks; all but the last stage are
# as dlib's network has them, whose last two have 256.
STAGES = ((32, 3), (64, 3), (128, 2), (144, 1))
NUMBERS = 128
MEAN = (122.782, 117.001, 104.298)  # of a chip's red, green and blue, of 255


class LightDescriptor(nn.Module):
    """Describe faces: (B, 3, 150, 150) RGB in [0, 1] to (B, 128).

    A chip has eyes and mouth on `pipeline.metrics.likeness.TEMPLATE`. The distance of two
    descriptors is small for one person, about 0.6 at the border.

    Source: King 2017, "High Quality Face Recognition with Deep Metric Learning" (dlib's ResNet); He
    et al. 2016, "Deep Residual Learning for Image Recognition".
    """

    def __init__(self, stages: tuple[tuple[int, int], ...] = STAGES) -> None:
        super().__init__()
        width = stages[0][0]
        self.first = nn.Conv2d(3, width, 7, 2)
        layers: list[nn.Module] = []
        for number, (channels, blocks) in enumerate(stages):
            if number:
                layers.append(Residual(width, channels))
            layers += [Residual(channels, channels) for _ in range(blocks)]
            width = channels
        self.layers = nn.Sequential(*layers)
        self.said = nn.Linear(width, NUMBERS)

    def forward(self, x: Tensor) -> Tensor:
        """Return a descriptor of each chip, (B, 128)."""
        mean = torch.tensor(MEAN, device=x.device)[:, None, None] / 255
        seen = F.max_pool2d(F.relu(self.first(x - mean)), 3, 2)
        return self.said(self.layers(seen).mean((2, 3)))


class Residual(nn.Module):
    """Two convolutions that are added to their input; with more channels, at half the size.

    Channels that the input lacks are zero.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.halved, self.more = inputs != outputs, outputs - inputs
        stride, pad = (2, 0) if self.halved else (1, 1)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, pad)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum, above zero."""
        made = self.conv2(F.relu(self.conv1(x)))
        if not self.halved:
            return F.relu(made + x)
        kept = F.pad(F.avg_pool2d(x, 2), (0, 0, 0, 0, 0, self.more))
        missing = kept.shape[3] - made.shape[3]  # of an even size, the last row and column
        return F.relu(F.pad(made, (0, missing, 0, missing)) + kept)
