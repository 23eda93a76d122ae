"""Define the CycleGAN generator, a ResNet that maps a photo to a painting."""

from functools import partial
from typing import Any, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.instance_norm import Frozen, Measured

Norm = Literal["instance", "batch", "none", "measured", "frozen"]
NORMS = {
    "instance": nn.InstanceNorm2d,
    "batch": nn.BatchNorm2d,
    "none": nn.Identity,
    "measured": Measured,
    "frozen": Frozen,
}


class Generator(nn.Module):
    """Translate (B, 3, H, W) in [-1, 1] to the same; H and W multiples of 4.

    With `filters=64, blocks=9, resize=False` the state dict has the keys of the published
    `style_monet` checkpoint.

    `resize`: replaces transposed convolutions by nearest up-sampling and a convolution of the same
    key, which makes no checkerboard.
    `norm`: the layer after each convolution. Instance norm depends on the whole picture, so the
    blot around a small bright spike grows with the picture's size. Of a network trained with
    "batch" the norms are folded into the convolutions afterward; it is then built with "none".
    "measured" and "frozen" are instance norm in two halves, for painting in tiles.

    Source: Zhu et al. 2017, "Unpaired Image-to-Image Translation", appendix 7.2.
    """

    def __init__(
        self, filters: int = 64, blocks: int = 9, *, resize: bool = False, norm: Norm = "instance"
    ) -> None:
        super().__init__()
        f = filters
        normalized = partial(_normalized, norm)
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3),
            *normalized(nn.Conv2d(3, f, 7), f),
            *normalized(nn.Conv2d(f, 2 * f, 3, stride=2, padding=1), 2 * f),
            *normalized(nn.Conv2d(2 * f, 4 * f, 3, stride=2, padding=1), 4 * f),
            *(ResidualBlock(4 * f, norm) for _ in range(blocks)),
            *normalized(_doubled(4 * f, 2 * f, resize), 2 * f),
            *normalized(_doubled(2 * f, f, resize), f),
            nn.ReflectionPad2d(3),
            nn.Conv2d(f, 3, 7),
            nn.Tanh(),
        )

    def forward(self, photo: Tensor) -> Tensor:
        """Paint a photo; both (B, 3, H, W) in [-1, 1]."""
        return self.model(photo)


class Statistics(nn.Module):
    """Measure the statistics by which a generator with instance norm normalizes a photo.

    Takes the generator's arguments and weights. Maps a photo, (1, 3, H, W) in [-1, 1], to
    (1, 2, K): the mean of each of the K normalized channels, and one over its deviation.
    """

    def __init__(self, **build: Any) -> None:  # noqa: ANN401 - the generator's own
        super().__init__()
        self.model = Generator(**{**build, "norm": "measured"}).model

    def forward(self, photo: Tensor) -> Tensor:
        self.model(photo)
        return torch.cat(
            [norm.statistics for norm in self.model.modules() if isinstance(norm, Measured)], 1
        )[None]


class FrozenGenerator(nn.Module):
    """Paint a tile of a photo by the whole photo's statistics, so that neighboring tiles agree."""

    def __init__(self, **build: Any) -> None:  # noqa: ANN401 - the generator's own
        super().__init__()
        self.model = Generator(**{**build, "norm": "frozen"}).model

    def forward(self, tile: Tensor, statistics: Tensor) -> Tensor:
        norms = [module for module in self.model.modules() if isinstance(module, Frozen)]
        for norm, part in zip(
            norms, statistics[0].split([norm.channels for norm in norms], 1), strict=True
        ):
            norm.statistics = part
        return self.model(tile)


class ResidualBlock(nn.Module):
    """Add two normalized 3 x 3 convolutions to the input."""

    def __init__(self, channels: int, norm: Norm = "instance") -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            *_normalized(norm, nn.Conv2d(channels, channels, 3), channels),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            NORMS[norm](channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class ResizeConv(nn.Conv2d):
    """Convolve the nearest-neighbor doubled input by 3 x 3, reflected at the border."""

    def forward(self, input: Tensor) -> Tensor:
        doubled = F.interpolate(input, scale_factor=2.0, mode="nearest")
        return super().forward(F.pad(doubled, (1, 1, 1, 1), mode="reflect"))


def _doubled(n_in: int, n_out: int, resize: bool) -> nn.Module:
    if resize:
        return ResizeConv(n_in, n_out, 3)
    return nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1)


def _normalized(
    norm: Norm, conv: nn.Module, channels: int
) -> tuple[nn.Module, nn.Module, nn.Module]:
    return conv, NORMS[norm](channels), nn.ReLU(inplace=True)
