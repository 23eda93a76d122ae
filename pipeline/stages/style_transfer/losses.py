"""What is compared when one picture is to look like another: content, style and smoothness, as energies of perceptual maps.

Source: Xing et al. 2018, "Portrait-Aware Artistic Style Transfer"; Gatys et al. 2016, "Image Style Transfer Using Convolutional
Neural Networks".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from pipeline.stages.style_transfer.gram import gram_matrix

Styles = Sequence[
    tuple[Tensor, float, Tensor | None]
]  # pictures (1, 3, H, W), their shares, and how much of each pixel counts

CONTENT = "conv4_2"
# What features whose mean is 1 are multiplied by. The paper does not say how large its features are, and style grows with their fourth
# power, content with their second: at 1 its weights leave nothing of a photo, at this size a person stands on a painted background.
SCALE = 0.22
LARGE = 1_500_000  # pixels


class Features(Protocol):
    """A perceptual network: the rectified maps of some layers of (1, 3, H, W) pictures in [0, 1], and what turns them into VGG-19's."""

    def __call__(
        self, picture: Tensor, layers: Collection[str], shown: Tensor | None = None
    ) -> dict[str, Tensor]: ...

    def lift(self, layer: str) -> Tensor | None: ...


@dataclass(frozen=True)
class LossWeights:
    """How much content, style, the background's own style and smoothness count, and in which layers. The default is the paper's."""

    content: float = 5.0
    style: float = 2e2
    background: float = 2e4
    variation: float = 15.0  # the paper does not say; without any, single pixels flicker
    style_layers: tuple[str, ...] = ("conv3_1", "conv4_1", "conv5_1")
    background_layers: tuple[str, ...] = ("conv1_1", "conv2_1", "conv3_1")
    # Where a mask tells background from person: in the picture that the network sees, whose masked part is one gray (the paper's way), or
    # in each layer's maps, which then know no border that is not in the picture.
    masks_layers: bool = False

    @property
    def layers(self) -> frozenset[str]:
        """The layers whose style is asked for."""
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
    """What a picture is compared with: the photo's content, the styles' moments by layer, and where the background is, (1, 1, H, W)."""

    content: Tensor
    moments: Mapping[str, Tensor]
    background: Tensor | None


@dataclass(frozen=True)
class Losses:
    """The parts of a picture's energy, each with its weight."""

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
    """Return what is to be reached from a photo, (1, 3, H, W), and pictures of a style, of any size.

    `background`: how much of each of the photo's pixels is background, (1, 1, H, W) in [0, 1]; None: there is no person.
    """
    whole = sum(share for _, share, _ in styles)
    moments: dict[str, Tensor] = {}
    for style, share, mask in styles:
        for layer, maps in features(style, loss_weights.layers).items():
            moments[layer] = moments.get(layer, torch.zeros(())) + gram_matrix(
                maps, _at(mask, maps)
            ) * (share / whole)
    return Targets(
        features(photo, (CONTENT,))[CONTENT].float(),
        moments,
        background if loss_weights.background else None,
    )


def energy(
    picture: Tensor, wanted: Targets, features: Features, loss_weights: LossWeights
) -> Losses:
    """Return a picture's energy, (1, 3, H, W); its gradient says where to go."""
    mask = wanted.background
    background: Tensor = torch.zeros(())

    def styled(moments: Iterable[tuple[str, Tensor]]) -> Tensor:
        return torch.stack(
            [
                style_energy(found, wanted.moments[layer], features.lift(layer))
                for layer, found in moments
            ]
        ).sum()

    def behind(picture: Tensor, mask: Tensor) -> Tensor:
        seen = features(picture, loss_weights.background_layers, mask)
        return styled(
            (layer, gram_matrix(seen[layer]) / mask.mean())
            for layer in loss_weights.background_layers
        )

    if mask is not None and not loss_weights.masks_layers:
        # Of a large picture this pass is made again for its gradient, which comes last: then nothing is kept of the other pass any more.
        large = picture.shape[2] * picture.shape[3] > LARGE
        seen: Any = (
            checkpoint(behind, picture, mask, use_reentrant=False)
            if large
            else behind(picture, mask)
        )
        background = seen
    by_layers = (
        loss_weights.background_layers if mask is not None and loss_weights.masks_layers else ()
    )
    maps = features(picture, {CONTENT, *loss_weights.style_layers, *by_layers})
    if by_layers:
        background = styled(
            (layer, gram_matrix(maps[layer], _at(mask, maps[layer]))) for layer in by_layers
        )
    style = styled((layer, gram_matrix(maps[layer])) for layer in loss_weights.style_layers)
    content = content_energy(maps[CONTENT].float(), wanted.content, features.lift(CONTENT))
    return Losses(
        loss_weights.content * SCALE**2 * content, loss_weights.style * SCALE**4 * style, loss_weights.background * SCALE**4 * background,
        loss_weights.variation * variation(picture),
    )  # fmt: skip


def _at(mask: Tensor | None, maps: Tensor) -> Tensor | None:
    """Return a mask at the size of a layer's maps."""
    return None if mask is None else F.adaptive_avg_pool2d(mask, (maps.shape[2], maps.shape[3]))


def gram(gram_matrix: Tensor, lift: Tensor | None) -> Tensor:
    """Return the Gram matrix in a moment; with `lift`, VGG-19's of a narrower network's moment, without its maps."""
    return gram_matrix[:-1, :-1] if lift is None else lift @ gram_matrix @ lift.T


def style_energy(found: Tensor, wanted: Tensor, lift: Tensor | None) -> Tensor:
    """Return how far two moments are apart: the squared difference of their Gram matrices by 4 N^2, N channels (the paper's E_s)."""
    apart = gram(found - wanted, lift)
    return (apart**2).sum() / (4 * len(apart) ** 2)


def content_energy(found: Tensor, wanted: Tensor, lift: Tensor | None) -> Tensor:
    """Return the mean squared difference of two maps (the paper's E_c)."""
    apart = (found - wanted)[0].flatten(1)
    return ((apart if lift is None else lift[:, :-1] @ apart) ** 2).mean()


def variation(picture: Tensor) -> Tensor:
    """Return the mean squared difference of neighbors, across and down."""
    return picture.diff(dim=3).square().mean() + picture.diff(dim=2).square().mean()
