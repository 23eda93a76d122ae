"""Networks that teach and are never shipped: MicroAST (any style) and a distilled VGG-19 (perceptual features)."""

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

Weights = dict[str, Tensor]


def _conv(w: Weights, key: str, x: Tensor, stride: int = 1) -> Tensor:
    """Convolve with reflection padding; the number of groups follows from the weight's shape."""
    weight = w[f"{key}.weight"]
    pad = weight.shape[-1] // 2
    x = F.pad(x, (pad, pad, pad, pad), mode="reflect")
    return F.conv2d(x, weight, w[f"{key}.bias"], stride, groups=x.shape[1] // weight.shape[1])


def _matched(x: Tensor, style: Tensor) -> Tensor:
    """Give `x` the channel means and deviations of `style` (AdaIN)."""
    mean, std = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True) + 1e-5
    return (x - mean) / std * (style.std((2, 3), keepdim=True) + 1e-5) + style.mean((2, 3), keepdim=True)


class MicroAst:
    """Paint a photo in the style of any painting; all pictures (B, 3, H, W) in [0, 1], H and W multiples of 4.

    Source: Wang et al. 2023, "MicroAST: Towards Super-Fast Ultra-Resolution Arbitrary Style Transfer".
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        names = ("content_encoder", "style_encoder", "modulator", "decoder")
        self.w = {n: torch.load(folder / f"{n}.pth", map_location=device, weights_only=True) for n in names}

    def _encode(self, x: Tensor, net: str) -> tuple[Tensor, Tensor]:
        w = self.w[net]
        for index, stride in ((0, 1), (2, 2), (4, 1), (6, 2), (8, 1)):
            x = F.relu(_conv(w, f"enc1.{index}.conv_layer", x, stride))
        first = self._residual(w, "enc1.10", x)
        return first, self._residual(w, "enc2.0", first)

    @staticmethod
    def _residual(w: Weights, key: str, x: Tensor) -> Tensor:
        return x + _conv(w, f"{key}.conv2.conv_layer", F.relu(_conv(w, f"{key}.conv1.conv_layer", x)))

    def _modulated(self, key: str, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        w = self.w["decoder"]
        y = F.relu(scale * _conv(w, f"{key}.conv1.conv_layer", x) + shift * x)
        return x + scale * _conv(w, f"{key}.conv2.conv_layer", y) + shift * y

    def __call__(self, photo: Tensor, style: Tensor) -> Tensor:
        """Return the painted photo, clamped to [0, 1]."""
        content, styles = self._encode(photo, "content_encoder"), self._encode(style, "style_encoder")
        m = self.w["modulator"]
        signals = [
            tuple(_conv(m, f"{kind}{i}.0.conv_layer", s).mean((2, 3), keepdim=True) for kind in ("weight", "bias"))
            for i, s in enumerate(styles, 1)
        ]
        x = self._modulated("dec1", _matched(content[1], styles[1]), *signals[1])
        x = self._modulated("dec2", _matched(x, styles[0]), *signals[0])
        w = self.w["decoder"]
        for first, second in ((1, 3), (6, 8)):
            x = F.interpolate(x, scale_factor=2, mode="bilinear")
            x = F.relu(_conv(w, f"dec3.{second}.conv_layer", F.relu(_conv(w, f"dec3.{first}.conv_layer", x))))
        return _conv(w, "dec3.10.conv_layer", x).clamp(0, 1)


class Perceptual(nn.Module):
    """Features of a VGG-19 distilled to a sixteenth: (B, 3, H, W) in [0, 1] -> relu maps by name, conv11 … conv41.

    Source: Wang et al. 2020, "Collaborative Distillation for Ultra-Resolution Universal Style Transfer".
    """

    NAMES = ("conv11", "conv12", "conv21", "conv22", "conv31", "conv32", "conv33", "conv34", "conv41")

    def __init__(self, file: Path) -> None:
        super().__init__()
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("model", state)
        for name in ("conv0", *self.NAMES):
            self.register_buffer(f"{name}_weight", state[f"{name}.weight"])
            self.register_buffer(f"{name}_bias", state[f"{name}.bias"])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = {}
        x = F.conv2d(x, self.conv0_weight, self.conv0_bias)
        for name in self.NAMES:
            x = F.pad(x, (1, 1, 1, 1), mode="reflect")
            x = F.relu(F.conv2d(x, getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")))
            maps[name] = x
            if name in ("conv12", "conv22", "conv34"):
                x = F.max_pool2d(x, 2)
        return maps


def gram(x: Tensor) -> Tensor:
    """Return (B, C, C) Gram matrices, divided by the number of positions."""
    flat = x.flatten(2)
    return flat @ flat.mT / flat.shape[2]
