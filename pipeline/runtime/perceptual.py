"""Load perceptual networks, calibrated, in the fastest precision of the machine."""

from typing import Any

import torch
from torch import Tensor, nn

from pipeline.nets.vgg import Perceptual
from pipeline.runtime.build import load_network
from pipeline.runtime.precision import fastest
from pipeline.weights.cache import VerifiedWeights

# Mean of each layer's feature maps for the picture `reference()`, which the losses' weights assume.
# They were measured on the projected maps of the compact network. Its teacher, VGG-19, was
# normalized to a mean of 1 over many pictures, as Gatys et al. did.
LEVELS = {
    "conv1_1": 1.76,
    "conv2_1": 1.78,
    "conv3_1": 1.33,
    "conv4_1": 1.28,
    "conv4_2": 1.32,
    "conv5_1": 0.60,
}
REFERENCE_PX = 256


def load_features(weights: VerifiedWeights, device: str) -> Perceptual:
    """Load a perceptual network for gradients with respect to the picture, calibrated.

    Its convolutions run in the precision of `fastest`.

    Raises: WeightError: the files do not hold this network's weights.
    """
    network: Any = load_network(weights)
    if not network.lifts:
        normalize(network)
    condense(network)
    network = network.to(device, memory_format=torch.channels_last)
    network.features.to(fastest(device))
    return network


@torch.no_grad()
def condense(network: Perceptual) -> None:
    """Shrink a network's projections (`lifts`) to square matrices, by a QR decomposition.

    A projection to more channels than the layer has is replaced by its triangular factor. The mean
    squares of projected maps and of their Gram matrices stay the same; that is all the losses use.

    Source: Golub and Van Loan 2013, "Matrix Computations", section 5.2: a tall matrix and its
    triangular factor map a vector to the same length.
    """
    for name in network.lifts:
        projection: Any = network.lift(name)
        count, own = projection.shape
        if count > own:
            small = torch.linalg.qr(projection, mode="r").R * (own / count) ** 0.5
            linear = nn.Linear(own - 1, own)
            linear.weight.copy_(small[:, :-1])
            linear.bias.copy_(small[:, -1])
            network.lifts[name] = linear.requires_grad_(False)


@torch.no_grad()
def normalize(network: Perceptual) -> None:
    """Scale a network's layers so that their maps for `reference()` have the means of `LEVELS`.

    The next convolution divides by the same factor, so that nothing else changes.

    Source: Gatys et al. 2016, section 2: weights scaled so that mean activations are 1.
    """
    maps, before = network(reference(), LEVELS), 1.0
    for place, module in enumerate(network.features):
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            name = network.places[place + 1]
            after = LEVELS[name] / max(maps[name].mean().item(), 1e-6) if name in maps else before
            module.weight.mul_(after / before)
            module.bias.mul_(after)
            before = after


def reference() -> Tensor:
    """Make the picture for calibration, (1, 3, 256, 256): gray and colored noise of all scales."""
    generator = torch.Generator().manual_seed(0)
    picture = torch.zeros(1, 3, REFERENCE_PX, REFERENCE_PX)
    for side in (4, 8, 16, 32, 64, 128, 256):
        noise = torch.randn(1, 3, side, side, generator=generator) * 0.3 + torch.randn(
            1, 1, side, side, generator=generator
        )
        picture += nn.functional.interpolate(noise, size=REFERENCE_PX, mode="bicubic") * 0.12
    return (0.45 + picture).clamp(0, 1)
