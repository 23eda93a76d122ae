"""How far a painted picture's features are from a style's: the two ways to say it.

`Sliced` compares how features are distributed, `Grams` their mean products, as the paper has it. A
Gram matrix of these features hardly sees a stroke: a photo tinted in the style's mean colors has
nearly the style's matrices, and looked like a photo behind colored glass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.nets.vgg import Perceptual
from training.perceptual import products

PLACES = 4096  # of a map that are compared, at most
DIRECTIONS = 32  # that a layer's features are seen from, other ones in each step


class StyleMeasure(Protocol):
    """Say how unlike painted pictures and their styles are."""

    @property
    def layers(self) -> Mapping[str, float]:
        """How much each layer of the perceptual network counts."""
        ...

    def distance(self, maps: Mapping[str, Tensor], chosen: Tensor) -> Tensor:
        """Compare maps, (B, C, H, W) by layer, with the chosen styles, (B,); the mean, a scalar."""
        ...


@dataclass(frozen=True)
class Sliced:
    """The sliced Wasserstein distance of features, in parts of the style's own variance.

    `samples`: features of S styles by layer, (S, C, N). `scales`: their deviation, (S,).

    Source: Heitz et al. 2021, "A Sliced Wasserstein Loss for Neural Texture Synthesis", eq. 4.
    """

    samples: Mapping[str, Tensor]
    scales: Mapping[str, Tensor]
    layers: Mapping[str, float]

    LAYERS: ClassVar = {
        "conv1_1": 0.3, "conv2_1": 0.7, "conv3_1": 1.0, "conv4_1": 1.0, "conv5_1": 1.0,
    }  # fmt: skip

    @classmethod
    def of(cls, pictures: Sequence[Tensor], features: Perceptual) -> "Sliced":
        """Measure styles' pictures, each (1, 3, H, W) in [0, 1]."""
        samples: dict[str, list[Tensor]] = {layer: [] for layer in cls.LAYERS}
        for picture in pictures:
            for layer, maps in features(picture, cls.LAYERS).items():
                samples[layer].append(_places(maps.float())[0])
        stacked = {layer: torch.stack(_as_many(each)) for layer, each in samples.items()}
        scales = {layer: all_.var(2).mean(1).sqrt() for layer, all_ in stacked.items()}
        return cls(stacked, scales, cls.LAYERS)

    def distance(self, maps: Mapping[str, Tensor], chosen: Tensor) -> Tensor:
        """Compare distributions along random directions: sorted, they are matched one by one."""
        total = torch.zeros((), device=chosen.device)
        for layer, weight in self.layers.items():
            found, wanted = _places(maps[layer].float()), self.samples[layer][chosen]
            scale = self.scales[layer][chosen, None, None]
            directions = torch.randn(DIRECTIONS, found.shape[1], device=found.device)
            directions = F.normalize(directions, dim=1)
            one = (directions @ found).sort(2).values
            with torch.no_grad():
                other = _resampled((directions @ wanted).sort(2).values, one.shape[2])
            total = total + weight * ((one - other) / scale).square().mean()
        return total / sum(self.layers.values())


@dataclass(frozen=True)
class Grams:
    """The distance of Gram matrices, in parts of the style's, so that dark pictures count as light.

    `grams`: VGG-19's matrices of S styles by layer, (S, C, C).

    Source: Johnson et al. 2016, eq. 4; Gatys et al. 2016, eq. 5.
    """

    grams: Mapping[str, Tensor]
    features: Perceptual
    layers: Mapping[str, float]

    # Strokes more than colors.
    LAYERS: ClassVar = {"conv1_1": 0.1, "conv2_1": 0.4, "conv3_1": 3.0, "conv4_1": 3.0}

    @classmethod
    def of(cls, pictures: Sequence[Tensor], features: Perceptual) -> "Grams":
        """Measure styles' pictures, each (1, 3, H, W) in [0, 1]."""
        all_maps = [features(picture, cls.LAYERS) for picture in pictures]
        grams = {
            layer: torch.cat([gram(maps[layer], features, layer) for maps in all_maps])
            for layer in cls.LAYERS
        }
        return cls(grams, features, cls.LAYERS)

    def distance(self, maps: Mapping[str, Tensor], chosen: Tensor) -> Tensor:
        """Add up the layers' squared distances."""
        total = torch.zeros((), device=chosen.device)
        for layer, weight in self.layers.items():
            found, wanted = gram(maps[layer], self.features, layer), self.grams[layer][chosen]
            apart = (found - wanted).square().sum((1, 2)) / wanted.square().sum((1, 2))
            total = total + weight * apart.mean()
        return total


MEASURES = {"sliced": Sliced, "gram": Grams}


def gram(maps: Tensor, features: Perceptual, layer: str) -> Tensor:
    """Compute VGG-19's Gram matrices of a layer's maps, divided by the number of positions."""
    maps = maps.float()
    found, lift = products(maps, maps), features.lift(layer)
    return found[:, :-1, :-1] if lift is None else lift @ found @ lift.mT


def _places(maps: Tensor) -> Tensor:
    """Take the features of some places of each map, (B, C, N), the same of all in a batch."""
    flat = maps.flatten(2)
    if flat.shape[2] <= PLACES:
        return flat
    return flat[:, :, torch.randperm(flat.shape[2], device=flat.device)[:PLACES]]


def _as_many(samples: Sequence[Tensor]) -> list[Tensor]:
    """Take as many places of each style, (C, N), as the smallest has."""
    fewest = min(sample.shape[1] for sample in samples)
    return [sample[:, torch.randperm(sample.shape[1])[:fewest]] for sample in samples]


def _resampled(ordered: Tensor, count: int) -> Tensor:
    """Resample sorted values, (B, D, N), to another count of quantiles."""
    if ordered.shape[2] == count:
        return ordered
    return F.interpolate(ordered, size=count, mode="linear", align_corners=True)
