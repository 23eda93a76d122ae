"""A network that teaches and is never shipped: a distilled VGG-19 (perceptual features)."""

from collections.abc import Collection
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn


class Perceptual(nn.Module):
    """Features of a VGG-19 distilled to a sixteenth.

    (B, 3, H, W) in [0, 1] -> relu maps by name, conv11 … conv41.

    Source: Wang et al. 2020, "Collaborative Distillation for Ultra-Resolution Universal Style
    Transfer".
    """

    NAMES = (
        "conv11",
        "conv12",
        "conv21",
        "conv22",
        "conv31",
        "conv32",
        "conv33",
        "conv34",
        "conv41",
    )

    def __init__(self, file: Path, more: Collection[str] = ()) -> None:
        super().__init__()
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("model", state)
        for name in ("conv0", *self.NAMES, *more):
            self.register_buffer(f"{name}_weight", state[f"{name}.weight"])
            self.register_buffer(f"{name}_bias", state[f"{name}.bias"])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = {}
        x = F.conv2d(x, self.conv0_weight, self.conv0_bias)
        for name in self.NAMES:
            x = F.pad(x, (1, 1, 1, 1), mode="reflect")
            x = F.relu(F.conv2d(x, getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")))
            maps[name] = x
            if name in ("conv12", "conv22", "conv34", "conv44"):
                x = F.max_pool2d(x, 2)
        return maps


class Lifted(Perceptual):
    """The same network as far as conv5_1, with the matrices that make its maps VGG-19's.

    (B, 3, H, W) in [0, 1] -> maps by VGG-19's names.

    conv4_2, for which there is no matrix, keeps its own 128 channels.
    """

    NAMES = (*Perceptual.NAMES, "conv42", "conv43", "conv44", "conv51")
    LIFTED = ("11", "21", "31", "41", "51")

    def __init__(self, file: Path) -> None:
        super().__init__(file, more=[f"conv{name}_aux" for name in self.LIFTED])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = super().forward(x)
        return {f"conv{name[0]}_{name[1]}": maps[f"conv{name}"] for name in (*self.LIFTED, "42")}

    def lift(self, layer: str) -> Tensor:
        """Return the matrix that turns a layer's map, with a one, into VGG-19's.

        It is (VGG-19's channels, own channels + 1).
        """
        name = layer.replace("_", "")
        if name.removeprefix("conv") not in self.LIFTED:
            count = len(getattr(self, f"{name}_bias"))
            return torch.eye(count, count + 1, device=self.conv0_bias.device)
        return torch.cat(
            [
                getattr(self, f"{name}_aux_weight").flatten(1),
                getattr(self, f"{name}_aux_bias")[:, None],
            ],
            1,
        )


def gram(x: Tensor) -> Tensor:
    """Return (B, C, C) Gram matrices, divided by the number of positions."""
    flat = x.flatten(2)
    return flat @ flat.mT / flat.shape[2]
