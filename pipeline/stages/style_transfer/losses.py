"""The losses of style transfer: content, style and smoothness, computed on perceptual maps.

Source: Xing et al. 2018, "Portrait-Aware Artistic Style Transfer"; Gatys et al. 2016, "Image Style
Transfer Using Convolutional Neural Networks".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from pipeline.stages.style_transfer.gram import gram_matrix

# Style images (1, 3, H, W), each with its weight and a mask of how much each of its pixels counts.
Styles = Sequence[tuple[Tensor, float, Tensor | None]]

CONTENT = "conv4_2"
# Features are first normalized to a mean of 1, then multiplied by this. The paper does not say how
# large its features are. The style loss grows with their fourth power, the content loss with their
# second: at 1 the paper's weights leave nothing of a photo, at this scale a person stands on a
# painted background.
SCALE = 0.22
LARGE = 1_500_000  # pixels


class Features(Protocol):
    """A perceptual network: pictures (1, 3, H, W) in [0, 1] to the rectified maps of some layers.

    `lift` gives the matrix that projects a layer's maps onto VGG-19's; None: they are VGG-19's.
    """

    def __call__(
        self, picture: Tensor, layers: Collection[str], shown: Tensor | None = None
    ) -> dict[str, Tensor]: ...

    def lift(self, layer: str) -> Tensor | None: ...


@dataclass(frozen=True)
class LossWeights:
    """The weight of each loss and the layers it is computed in. The defaults are the paper's.

    `style` holds for the whole picture, `background` for the style of the background alone.
    """

    content: float = 5.0
    style: float = 2e2
    background: float = 2e4
    variation: float = 15.0  # the paper does not say; without any, single pixels flicker
    style_layers: tuple[str, ...] = ("conv3_1", "conv4_1", "conv5_1")
    background_layers: tuple[str, ...] = ("conv1_1", "conv2_1", "conv3_1")
    # Where the background's mask is applied. False, the paper's way: to the picture, whose person
    # becomes one gray. True: to each layer's maps, which then see no border that the mask drew.
    masks_layers: bool = False

    @property
    def layers(self) -> frozenset[str]:
        """The layers that any style loss needs."""
        return frozenset(self.style_layers + (self.background_layers if self.background else ()))


PORTRAIT_AWARE = LossWeights()
GATYS = replace(
    PORTRAIT_AWARE,
    background=0.0,
    style_layers=("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"),
)
LOSS_WEIGHTS: Mapping[str, LossWeights] = {
    "portrait-aware": PORTRAIT_AWARE,
    "portrait-aware, layers": replace(PORTRAIT_AWARE, masks_layers=True),
    "gatys": GATYS,
    "gatys+": replace(GATYS, style=4e3),
}


@dataclass(frozen=True)
class Targets:
    """What a picture is compared with.

    `content`: the photo's map in the content layer. `gram_matrices`: the styles' Gram matrices by
    layer, (C + 1, C + 1). `background`: the background's mask, (1, 1, H, W); None: nobody is there.
    """

    content: Tensor
    gram_matrices: Mapping[str, Tensor]
    background: Tensor | None


@dataclass(frozen=True)
class Losses:
    """The losses of one picture, each multiplied by its weight."""

    content: Tensor
    style: Tensor
    background: Tensor
    variation: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum."""
        return self.content + self.style + self.background + self.variation


@torch.no_grad()
def targets_of(
    photo: Tensor,
    styles: Styles,
    background: Tensor | None,
    features: Features,
    loss_weights: LossWeights,
) -> Targets:
    """Compute the targets from a photo, (1, 3, H, W), and from style images of any size.

    `background`: how much of each of the photo's pixels is background, (1, 1, H, W) in [0, 1];
    None: there is no person.
    """
    whole = sum(weight for _, weight, _ in styles)
    gram_matrices: dict[str, Tensor] = {}
    for style, weight, mask in styles:
        for layer, maps in features(style, loss_weights.layers).items():
            gram_matrices[layer] = gram_matrices.get(layer, torch.zeros(())) + gram_matrix(
                maps, _at(mask, maps)
            ) * (weight / whole)
    return Targets(
        features(photo, (CONTENT,))[CONTENT].float(),
        gram_matrices,
        background if loss_weights.background else None,
    )


def losses_of(
    picture: Tensor, targets: Targets, features: Features, loss_weights: LossWeights
) -> Losses:
    """Compare a picture, (1, 3, H, W), with the targets; the losses are differentiable by it."""
    mask = targets.background
    background: Tensor = torch.zeros(())

    def style_losses(gram_matrices: Iterable[tuple[str, Tensor]]) -> Tensor:
        return torch.stack(
            [
                style_loss(found, targets.gram_matrices[layer], features.lift(layer))
                for layer, found in gram_matrices
            ]
        ).sum()

    def background_loss(picture: Tensor, mask: Tensor) -> Tensor:
        maps = features(picture, loss_weights.background_layers, mask)
        return style_losses(
            (layer, gram_matrix(maps[layer]) / mask.mean())
            for layer in loss_weights.background_layers
        )

    if mask is not None and not loss_weights.masks_layers:
        # For a large picture this pass is computed again when its gradient is needed, which comes
        # last: by then the other pass's maps are freed.
        large = picture.shape[2] * picture.shape[3] > LARGE
        computed: Any = (
            checkpoint(background_loss, picture, mask, use_reentrant=False)
            if large
            else background_loss(picture, mask)
        )
        background = computed
    masked_layers = (
        loss_weights.background_layers if mask is not None and loss_weights.masks_layers else ()
    )
    maps = features(picture, {CONTENT, *loss_weights.style_layers, *masked_layers})
    if masked_layers:
        background = style_losses(
            (layer, gram_matrix(maps[layer], _at(mask, maps[layer]))) for layer in masked_layers
        )
    style = style_losses((layer, gram_matrix(maps[layer])) for layer in loss_weights.style_layers)
    content = content_loss(maps[CONTENT].float(), targets.content, features.lift(CONTENT))
    return Losses(
        loss_weights.content * SCALE**2 * content,
        loss_weights.style * SCALE**4 * style,
        loss_weights.background * SCALE**4 * background,
        loss_weights.variation * variation(picture),
    )


def _at(mask: Tensor | None, maps: Tensor) -> Tensor | None:
    """Resize a mask to a layer's maps."""
    return None if mask is None else F.adaptive_avg_pool2d(mask, (maps.shape[2], maps.shape[3]))


def gram(gram_matrix: Tensor, projection: Tensor | None) -> Tensor:
    """Drop the last row and column; with a `projection`, turn it into VGG-19's Gram matrix.

    `gram_matrix`: (C + 1, C + 1). `projection`: (VGG-19's channels, C + 1); it is applied to the
    matrix, so VGG-19's maps are never computed.
    """
    return gram_matrix[:-1, :-1] if projection is None else projection @ gram_matrix @ projection.T


def style_loss(found: Tensor, target: Tensor, projection: Tensor | None) -> Tensor:
    """Sum the squared differences of two Gram matrices, divided by 4 N^2 for N channels.

    Source: Xing et al. 2018, E_s.
    """
    difference = gram(found - target, projection)
    return (difference**2).sum() / (4 * len(difference) ** 2)


def content_loss(found: Tensor, target: Tensor, projection: Tensor | None) -> Tensor:
    """Average the squared differences of two maps, (1, C, H, W).

    Source: Xing et al. 2018, E_c.
    """
    difference = (found - target)[0].flatten(1)
    return ((difference if projection is None else projection[:, :-1] @ difference) ** 2).mean()


def variation(picture: Tensor) -> Tensor:
    """Add the mean squared differences of horizontal and of vertical neighbors."""
    return picture.diff(dim=3).square().mean() + picture.diff(dim=2).square().mean()
