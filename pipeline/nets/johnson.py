"""Define Johnson's transformation network, with many styles in one network."""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.late_layers import STYLES, late_layers

BLUR = (0.25, 0.5, 0.25)  # of cells, along each axis: nothing is left that repeats every 2 px


class Johnson(nn.Module):
    """Paint photos, (B, 3, H, W) in [-1, 1], in a mix of S styles, (B, S); the result is as these.

    H and W are multiples of `fold` times 2 for each width after the first. Results can pass -1 and
    1 a little.

    A style is a scale and a shift for each of the network's K normalized channels, so that all
    styles share its convolutions, and styles are mixed by mixing these numbers, (S, 2, K). With
    one style it is the published network: with the defaults it has its 1.68 million parameters.

    `widths`: channels of the first convolution, and of each that halves the size after it; the
    residual blocks have as many as the last. `kernel`: width of the first and the last convolution.
    `resize`: whether maps are enlarged by nearest neighbors and a convolution, which makes no
    checkerboard, instead of a transposed convolution. `styles`: how many styles it knows.

    For speed, a slim one begins with cells of `fold` x `fold` pixels (pixel unshuffle), and its
    last convolution makes cells of `cell` x `cell`; then a small blur takes away what is regular in
    them. `noise`: channels of noise, (B, noise, H / fold, W / fold), that strokes grow from where
    the photo is flat: without any, a network fills such places with one pattern. It comes in
    streaks along what the photo shows (`pipeline/runtime/stroke_noise.py`).

    Source: Johnson et al. 2016, "Perceptual Losses for Real-Time Style Transfer and
    Super-Resolution", supplementary material, table 1; Dumoulin et al. 2017, "A Learned
    Representation for Artistic Style", eq. 5 (conditional instance normalization); Shi et al. 2016,
    "Real-Time Single Image and Video Super-Resolution" (cells of pixels).
    """

    def __init__(
        self, widths: Sequence[int] = (32, 64, 128), blocks: int = 5, *, fold: int = 1,
        cell: int = 1, kernel: int = 9, resize: bool = False, noise: int = 0, styles: int = 1,
    ) -> None:  # fmt: skip
        super().__init__()
        first, deep = widths[0], widths[-1]
        finer = [first]
        while fold // cell >> len(finer):
            finer.append(finer[-1] // 2)
        up = [*reversed(widths), *finer[1:]]
        self.fold, self.cell, self.noise = fold, cell, noise
        self.model = nn.Sequential(
            *_styled(_reflected(3 * fold**2 + noise, first, kernel), first),
            *(layer for n, m in pairwise(widths) for layer in _styled(_reflected(n, m, 3, 2), m)),
            *(StyledBlock(deep) for _ in range(blocks)),
            *(layer for n, m in pairwise(up) for layer in _styled(_doubled(n, m, resize), m)),
        )
        self.last = _reflected(up[-1], 3 * cell**2, kernel)
        begin_smooth(self.last, cell)
        self.norms = [module for module in self.modules() if isinstance(module, StyledNorm)]
        self.counts = [norm.num_features for norm in self.norms]
        # A scale of 1 and a shift of 0, as instance norm begins.
        begin = torch.tensor([1.0, 0.0])[:, None].repeat(styles, 1, sum(self.counts))
        self.styles = nn.Parameter(begin)

    def forward(self, photo: Tensor, mix: Tensor, noise: Tensor | None = None) -> Tensor:
        style = torch.einsum("bs,snk->bnk", mix, self.styles)
        for norm, part in zip(self.norms, style.split(self.counts, 2), strict=True):
            norm.style = part
        cells = F.pixel_unshuffle(photo, self.fold) if self.fold > 1 else photo
        if noise is not None:
            cells = torch.cat([cells, noise], 1)
        painted = self.last(self.model(cells))
        if self.cell == 1:
            return painted
        return picture_of(painted, self.cell)


@torch.no_grad()
def begin_smooth(last: nn.Module, cell: int) -> None:
    """Let a last convolution begin with one color a cell, so that no grid of cells is learned.

    Source: Aitken et al. 2017, "Checkerboard Artifact Free Sub-pixel Convolution".
    """
    for values in last.parameters():
        values.copy_(values[:: cell**2].repeat_interleave(cell**2, 0))


def picture_of(cells: Tensor, cell: int) -> Tensor:
    """Lay out cells of pixels, (B, 3 cell^2, H, W), and blur what is regular in them."""
    whole = F.pad(F.pixel_shuffle(cells, cell), (1, 1, 1, 1), mode="replicate")
    row = whole.new_tensor(BLUR)
    return F.conv2d(whole, (row[:, None] * row).repeat(3, 1, 1, 1), groups=3)


class OpenJohnson(nn.Module):
    """Paint in a style that is given: the network's numbers and late layers become its inputs.

    It takes photos, noise where the network does, the style's numbers, (1, 2, K), and its tensors
    in the order of `late_layers`; so one graph paints in any style. It takes the network over.
    """

    def __init__(self, network: Johnson) -> None:
        super().__init__()
        names = (STYLES, *late_layers(network.state_dict()))
        self.network, self._places = network, []
        for layer, _, name in (name.rpartition(".") for name in names):
            self._places.append((network.get_submodule(layer), name))
            delattr(*self._places[-1])

    def forward(self, photo: Tensor, *given: Tensor) -> Tensor:
        noise, style = (given[:1], given[1:]) if self.network.noise else ((), given)
        for (layer, name), value in zip(self._places, style, strict=True):
            setattr(layer, name, value)
        return self.network(photo, photo.new_ones(photo.shape[0], 1), *noise)


class StyledNorm(nn.InstanceNorm2d):
    """Instance norm whose scale and shift, (B, 2, C), are given for each picture as `style`."""

    style: Tensor

    def forward(self, input: Tensor) -> Tensor:
        scale, shift = self.style[:, 0, :, None, None], self.style[:, 1, :, None, None]
        return super().forward(input) * scale + shift


class StyledBlock(nn.Module):
    """Add two normalized 3 x 3 convolutions to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_styled(_reflected(channels, channels, 3), channels),
            _reflected(channels, channels, 3),
            StyledNorm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Doubled(nn.Sequential):
    """Enlarge maps twice by nearest neighbors, then convolve them by 3 x 3."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(F.interpolate(input, scale_factor=2.0, mode="nearest"))


def _doubled(n_in: int, n_out: int, resize: bool) -> nn.Module:
    if resize:
        return Doubled(_reflected(n_in, n_out, 3))
    return nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1)


def _reflected(n_in: int, n_out: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(n_in, n_out, kernel, stride, padding=kernel // 2, padding_mode="reflect")


def _styled(conv: nn.Module, channels: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return conv, StyledNorm(channels), nn.ReLU(inplace=True)
