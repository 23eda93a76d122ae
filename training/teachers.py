"""A network that teaches and is never shipped: a distilled VGG-19 (perceptual features)."""

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn


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


class Lifted(nn.Module):
    """The same network as far as conv5_1, with the matrices that make its maps VGG-19's: (B, 3, H, W) in [0, 1] -> maps by VGG-19's names.

    conv4_2, for which there is no matrix, keeps its own 128 channels.
    """

    CONVOLUTIONS = ("11", "12", "21", "22", "31", "32", "33", "34", "41", "42", "43", "44", "51")
    LIFTED = ("11", "21", "31", "41", "51")

    def __init__(self, file: Path) -> None:
        super().__init__()
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("model", state)
        for name in ("0", *self.CONVOLUTIONS, *(f"{n}_aux" for n in self.LIFTED)):
            self.register_buffer(f"weight_{name}", state[f"conv{name}.weight"])
            self.register_buffer(f"bias_{name}", state[f"conv{name}.bias"])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = {}
        x = self._convolved(x, "0")
        for name in self.CONVOLUTIONS:
            x = F.relu(self._convolved(F.pad(x, (1, 1, 1, 1), mode="reflect"), name))
            if name in self.LIFTED or name == "42":
                maps[f"conv{name[0]}_{name[1]}"] = x
            if name in ("12", "22", "34", "44"):
                x = F.max_pool2d(x, 2)
        return maps

    def lift(self, layer: str) -> Tensor:
        """Return the matrix, (VGG-19's channels, own channels + 1), that turns a layer's map, with a one, into VGG-19's."""
        name = layer.removeprefix("conv").replace("_", "")
        if name not in self.LIFTED:
            count = len(getattr(self, f"bias_{name}"))
            return torch.eye(count, count + 1, device=self.bias_0.device)
        return torch.cat([getattr(self, f"weight_{name}_aux").flatten(1), getattr(self, f"bias_{name}_aux")[:, None]], 1)

    def _convolved(self, x: Tensor, name: str) -> Tensor:
        return F.conv2d(x, getattr(self, f"weight_{name}"), getattr(self, f"bias_{name}"))


def gram(x: Tensor) -> Tensor:
    """Return (B, C, C) Gram matrices, divided by the number of positions."""
    flat = x.flatten(2)
    return flat @ flat.mT / flat.shape[2]
