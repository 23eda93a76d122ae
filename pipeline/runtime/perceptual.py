"""Perceptual networks that are ready to compare pictures: calibrated, and as fast as the machine allows."""

from typing import Any

import torch
from torch import Tensor, nn

from pipeline.nets.vgg import Perceptual
from pipeline.runtime.build import load_network
from pipeline.weights.cache import VerifiedWeights

# The mean of each layer's rectified maps that energies reckon with, for `reference()`: so the compact network's lifted maps are, whose
# teacher was normalized to a mean of 1 over many pictures, as Gatys et al. did with VGG-19.
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
    """Return a perceptual network for gradients by the picture: bfloat16 where the machine is made for it.

    Raises: WeightError: the files are not such a network's.
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
    """Make a network's lifts as small as its own channels allow: mean squares of what is lifted, and of its products, stay what they are.

    Source: Golub and Van Loan 2013, "Matrix Computations", section 5.2: lengths under a tall matrix are those under its triangular factor.
    """
    for name in network.lifts:
        lift: Any = network.lift(name)
        count, own = lift.shape
        if count > own:
            small = torch.linalg.qr(lift, mode="r").R * (own / count) ** 0.5
            linear = nn.Linear(own - 1, own)
            linear.weight.copy_(small[:, :-1])
            linear.bias.copy_(small[:, -1])
            network.lifts[name] = linear.requires_grad_(False)


def fastest(device: str) -> torch.dtype:
    """Return the precision in which convolutions are fastest while a search still finds its way."""
    fast = (
        torch.cuda.is_bf16_supported()
        if device == "cuda"
        else torch.cpu._is_avx512_bf16_supported()
    )
    return torch.bfloat16 if fast else torch.float32


@torch.no_grad()
def normalize(network: Perceptual) -> None:
    """Scale a network's layers so that their maps have the mean of `LEVELS`; what follows a layer undoes it, so nothing else changes.

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
    """Return the picture that networks are calibrated with, (1, 3, 256, 256): noise of every size, in gray and color."""
    generator = torch.Generator().manual_seed(0)
    picture = torch.zeros(1, 3, REFERENCE_PX, REFERENCE_PX)
    for side in (4, 8, 16, 32, 64, 128, 256):
        noise = torch.randn(1, 3, side, side, generator=generator) * 0.3 + torch.randn(
            1, 1, side, side, generator=generator
        )
        picture += nn.functional.interpolate(noise, size=REFERENCE_PX, mode="bicubic") * 0.12
    return (0.45 + picture).clamp(0, 1)
