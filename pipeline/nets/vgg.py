"""Define perceptual networks: VGG-19 up to conv5_1, and a compact one distilled from it."""

from collections.abc import Collection, Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from pipeline.nets.imagenet_norm import Normalized

Padding = Literal["zeros", "reflect"]
CONVOLUTIONS = (2, 2, 4, 4, 1)  # convolutions of each block; a max pool is between two blocks
WIDTHS = (64, 128, 256, 512, 512)
LAYERS = tuple(
    f"conv{block}_{k}" for block, count in enumerate(CONVOLUTIONS, 1) for k in range(1, count + 1)
)


class Perceptual(nn.Module):
    """Compute rectified feature maps of the named `LAYERS` of a picture.

    Maps (B, 3, H, W) RGB in [0, 1] to (B, C, H / 2^n, W / 2^n) for each layer.

    `lifts`: of a narrower network, linear projections of layers onto VGG-19's channels: the number
    of these by the layer's name. Without them, the state dict's keys are those of torchvision's
    checkpoint.

    Source: Simonyan and Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image
    Recognition", configuration E.
    """

    def __init__(
        self,
        widths: Collection[int] = WIDTHS,
        lifts: Mapping[str, int] | None = None,
        padding: Padding = "zeros",
    ) -> None:
        super().__init__()
        self.normalized = Normalized()
        stack: list[nn.Module] = []
        self.places: dict[int, str] = {}  # the layer whose map is the output of this module
        wide, channels = {}, 3
        for block, (width, count) in enumerate(zip(widths, CONVOLUTIONS, strict=True), 1):
            if block > 1:
                stack.append(nn.MaxPool2d(2))
            for k in range(1, count + 1):
                stack += [
                    nn.Conv2d(channels, width, 3, padding=1, padding_mode=padding),
                    nn.ReLU(inplace=True),
                ]
                self.places[len(stack) - 1] = name = f"conv{block}_{k}"
                wide[name] = channels = width
        self.features = nn.Sequential(*stack)
        self.lifts = nn.ModuleDict(
            {name: nn.Linear(wide[name], count) for name, count in (lifts or {}).items()}
        )

    def forward(
        self, picture: Tensor, layers: Collection[str], shown: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Compute the maps of some layers; modules after the last of them are not run.

        `shown`: the weight of each pixel, (B, 1, H, W) in [0, 1]; None where all count. At 0 a
        pixel has ImageNet's mean color, which is 0 after the normalization.
        """
        found: dict[str, Tensor] = {}
        x = self.normalized(picture)
        if shown is not None:
            x = x * shown
        x = x.to(self.features.get_parameter("0.weight").dtype)
        for place, module in enumerate(self.features):
            x = module(x)
            name = self.places.get(place, "")
            if name in layers:
                found[name] = x
            if len(found) == len(layers):
                break
        return found

    def lift(self, layer: str) -> Tensor | None:
        """Return a layer's projection onto VGG-19's channels, (VGG-19's channels, own + 1).

        It applies to the layer's map with a channel of ones appended, for the bias. None where the
        layer has no projection, because its map already is VGG-19's.
        """
        if layer not in self.lifts:
            return None
        linear = self.lifts.get_submodule(layer)
        return torch.cat([linear.get_parameter("weight"), linear.get_parameter("bias")[:, None]], 1)
