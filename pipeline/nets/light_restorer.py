"""Define a small face restorer: a U-Net on cells of pixels that predicts a residual."""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

CELL = 4  # px; the side of a cell
FINE = 24  # channels at half the picture's size
SLOPE = 0.2


class LightRestorer(nn.Module):
    """Restore aligned faces: (B, 3, H, W) RGB in [-1, 1] to the same.

    H and W are multiples of 16; a whole face has 512 px.

    The picture is folded into cells (pixel unshuffle), so that 512 px cost as much as 128 px. Most
    layers work at 1/16 of the size, where a 3 x 3 convolution spans 48 px and ten of them a face.

    Each scale predicts a residual of the picture, and the residuals are summed. A wide blur, the
    main defect of worn faces, is thus undone at the scale where it is about one pixel wide, and
    gradients reach that scale directly. All residuals of an untrained network are zero, so that
    sharp faces pass unchanged from the first step of training.

    Source: Ronneberger et al. 2015, "U-Net"; Lim et al. 2017, "Enhanced Deep Residual Networks"
    (blocks without norms); Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution"
    (sub-pixel convolution); Karras et al. 2020, "Analyzing and Improving the Image Quality of
    StyleGAN", section 4.1 (pictures of all scales summed).
    """

    def __init__(self, width: int = 48, depth: int = 5) -> None:
        super().__init__()
        self.first = _convolved(3 * CELL**2, width)
        self.seen = _blocks(width, 2)
        self.down = _convolved(width, 2 * width, stride=2)
        self.seen_coarse = _blocks(2 * width, 2)
        self.down_coarse = _convolved(2 * width, 4 * width, stride=2)
        self.deep = _blocks(4 * width, depth)
        self.change_deep = nn.Conv2d(4 * width, 3, 3, padding=1)
        self.up_coarse = nn.Conv2d(4 * width, 2 * width, 1)
        self.made_coarse = _blocks(2 * width, 2)
        self.change_coarse = nn.Conv2d(2 * width, 3, 3, padding=1)
        self.up = nn.Conv2d(2 * width, width, 1)
        self.made = _blocks(width, 2)
        self.change = Change(width)
        self.apply(_begun)
        for conv in (self.change_deep, self.change_coarse):
            nn.init.zeros_(conv.weight)

    def forward(self, face: Tensor) -> Tensor:
        """Restore faces, (B, 3, H, W) in [-1, 1]."""
        fine = self.seen(self.first(F.pixel_unshuffle(face, CELL)))
        coarse = self.seen_coarse(self.down(fine))
        deep = self.deep(self.down_coarse(coarse))
        coarse = self.made_coarse(coarse + _repeated(self.up_coarse(deep)))
        fine = self.made(fine + _repeated(self.up(coarse)))
        change = _enlarged(self.change_deep(deep), 2) + self.change_coarse(coarse)
        return face + _enlarged(change, 2 * CELL) + self.change(fine, face)


class Residual(nn.Module):
    """Add two 3 x 3 convolutions to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _convolved(channels, channels)
        self.outer = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.outer(self.inner(x))


class Change(nn.Module):
    """Unfold features, (B, C, H / 4, W / 4), into a residual of the picture, (B, 3, H, W).

    Two pixel shuffles double the size, and each result is smoothed. Without that, flat surfaces
    would show a grid: the four pixels of a shuffled cell come from four kernels that need not
    agree. The smoothing removes exactly the pattern that alternates from pixel to pixel.

    Source: Sugawara et al. 2018, "Super-Resolution using Convolutional Neural Networks without Any
    Checkerboard Artifacts".
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Conv2d(width, 4 * FINE, 1)
        self.fine = _convolved(FINE + 12, FINE)
        self.outer = nn.Conv2d(FINE, 12, 3, padding=1)

    def forward(self, x: Tensor, face: Tensor) -> Tensor:
        halves = _smoothed(F.pixel_shuffle(self.inner(x), 2))
        return _smoothed(
            F.pixel_shuffle(
                self.outer(self.fine(torch.cat([halves, F.pixel_unshuffle(face, 2)], 1))), 2
            )
        )


def _convolved(n_in: int, n_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride, 1), nn.LeakyReLU(SLOPE, inplace=True))


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(channels) for _ in range(count)))


def _repeated(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def _enlarged(x: Tensor, times: int) -> Tensor:
    return F.interpolate(x, scale_factor=float(times), mode="bilinear", align_corners=False)


def _smoothed(x: Tensor) -> Tensor:
    """Average each pixel with its neighbors, weighted 1 : 2 : 1 in both directions."""
    return F.avg_pool2d(F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 2, 1), 2, 1)


def _begun(module: nn.Module) -> None:
    """Initialize weights so that a signal's variance is preserved (He et al. 2015).

    The outer convolutions of residuals begin at zero.
    """
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, SLOPE)
        nn.init.zeros_(module.bias)  # pyright: ignore[reportArgumentType] - all of them have one
    elif isinstance(module, Residual | Change):  # after the convolutions in it
        nn.init.zeros_(module.outer.weight)
