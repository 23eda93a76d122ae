"""Define the generator of styles that are learned from a handful of portraits."""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.johnson import begin_smooth, picture_of
from pipeline.nets.tps_shape import BLOCKS, CELL, FOLD, NOISE, WIDTHS
from pipeline.nets.tps_shape import STRIDE as STRIDE

SCALES = (1 / 4, 1 / 8, 1 / 16)  # of the encoder's maps, in parts of the photo's side

Maps = tuple[Tensor, Tensor, Tensor]


class TpsGenerator(nn.Module):
    """Paint photos, (B, 3, H, W) in [-1, 1], in one style; results can pass -1 and 1 a little.

    It is fully convolutional; H and W are multiples of `STRIDE`. `noise`, (B, 4, H / 4, W / 4), is
    what strokes grow from where a photo is flat; it is `stroke_noise`.
    `encode` and `decode` are its halves: the maps between them are bent while it learns, so that
    one encoded photo is painted with the proportions of another face.

    `widths`: channels at a quarter, an eighth and a sixteenth of a side. The residual blocks work
    at a sixteenth, where a convolution costs little and sees a whole eye; finer maps go around them
    and are added again, so that a face keeps its lines. Our own choices: the paper's text gives no
    layers. The cells are `Johnson`'s, with its blur, which leaves no pattern of 2 px.

    Source: arXiv 2211.15549, "Realtime Data-Efficient Portrait Stylization Based On Geometric
    Alignment" (a network of 1 / 100 of CycleGAN's computation, maps aligned in feature space).
    """

    def __init__(
        self, widths: tuple[int, int, int] = WIDTHS, blocks: int = BLOCKS, *, fold: int = FOLD,
        noise: int = NOISE,
    ) -> None:  # fmt: skip
        super().__init__()
        self.fold = fold
        quarter, _, deep = widths
        self.first = _normed(3 * fold**2 + noise, quarter)
        self.down = nn.ModuleList(_normed(n, m, 2) for n, m in pairwise(widths))
        self.blocks = nn.Sequential(*(_Block(deep) for _ in range(blocks)))
        self.up = nn.ModuleList(_enlarged(n, m) for n, m in pairwise((*widths[::-1], quarter // 2)))
        self.last = _reflected(quarter // 2, 3 * CELL**2)
        begin_smooth(self.last, CELL)

    def forward(self, photo: Tensor, noise: Tensor) -> Tensor:
        return self.decode(self.encode(photo, noise))

    def encode(self, photo: Tensor, noise: Tensor) -> Maps:
        """Return maps at a quarter, an eighth and a sixteenth of the photo's side."""
        quarter = self.first(torch.cat([F.pixel_unshuffle(photo, self.fold), noise], 1))
        eighth = self.down[0](quarter)
        return quarter, eighth, self.blocks(self.down[1](eighth))

    def decode(self, maps: Maps) -> Tensor:
        """Paint what `encode` returned."""
        quarter, eighth, deep = maps
        x = self.up[0](deep) + eighth
        x = self.up[1](x) + quarter
        return picture_of(self.last(self.up[2](x)), CELL)


def bent(maps: Maps, bend: Callable[[Tensor, float], Tensor]) -> Maps:
    """Bend each of the maps by a function of it and its scale in the photo."""
    quarter, eighth, deep = (bend(each, scale) for each, scale in zip(maps, SCALES, strict=True))
    return quarter, eighth, deep


class _Block(nn.Module):
    """Add two normalized 3 x 3 convolutions to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _normed(channels, channels),
            _reflected(channels, channels),
            nn.InstanceNorm2d(channels, affine=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class _Doubled(nn.Sequential):
    """Enlarge maps twice, linearly, then convolve them.

    From nearest neighbors a convolution makes what repeats every two places, and a hatch of 4 px
    was learned; between lines there is nothing to repeat.
    """

    def forward(self, input: Tensor) -> Tensor:
        large = F.interpolate(input, scale_factor=2.0, mode="bilinear", align_corners=False)
        return super().forward(large)


def _normed(n_in: int, n_out: int, stride: int = 1) -> nn.Sequential:
    norm = nn.InstanceNorm2d(n_out, affine=True)
    return nn.Sequential(_reflected(n_in, n_out, stride), norm, nn.ReLU(inplace=True))


def _enlarged(n_in: int, n_out: int) -> nn.Sequential:
    norm = nn.InstanceNorm2d(n_out, affine=True)
    return nn.Sequential(_Doubled(_reflected(n_in, n_out)), norm, nn.ReLU(inplace=True))


def _reflected(n_in: int, n_out: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(n_in, n_out, 3, stride, padding=1, padding_mode="reflect")
