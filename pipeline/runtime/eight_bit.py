"""Compute a network's convolutions in 8 bits, where their inputs' ranges are known.

A converted network says where values are rounded to 256 levels; OpenVINO then computes what lies
between in integers. Inputs are rounded in the range that was measured while the network looked at
photos (`python -m training.input_ranges`), weights in the range of each output channel.

Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", section 2.1.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.weights.catalog import WeightError

if TYPE_CHECKING:
    import openvino as ov

Ranges = Mapping[str, tuple[float, float]]
LEVELS = 256
# Weights have one level less, so that they lie alike on both sides of zero.
WEIGHT_LEVELS = LEVELS - 1
LEAST = 1e-12  # range of a channel whose weights are all zero


@contextmanager
def rounded_inputs(network: nn.Module, ranges: Ranges) -> Iterator[None]:
    """Round what the convolutions named in `ranges` are given, while the context lasts.

    Raises: WeightError: the network has no such convolution.
    """
    convolutions = convolutions_of(network)
    if strange := sorted(set(ranges) - set(convolutions)):
        raise WeightError(
            f"Ranges of the network's convolutions were wanted; {strange[0]} is none of them. "
            "Measure them anew: python -m training.input_ranges."
        )
    hooks = [
        convolutions[name].register_forward_pre_hook(_rounding(*ends))
        for name, ends in ranges.items()
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def convolutions_of(network: nn.Module) -> dict[str, nn.Conv2d]:
    """Return a network's convolutions by their names."""
    return {name: each for name, each in network.named_modules() if isinstance(each, nn.Conv2d)}


def round_weights(model: "ov.Model") -> int:
    """Round the weights of a converted network's convolutions whose inputs are rounded.

    Returns how many these are. Batch norms are part of the weights by now, so that ranges are those
    of what is computed.
    """
    from openvino import opset13

    count = 0
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Convolution":
            continue
        given = node.input(0).get_source_output().get_node()
        if given.get_type_name() != "FakeQuantize":
            continue
        weights: Any = node.input(1).get_source_output().get_node()
        most = np.abs(weights.data).max((1, 2, 3), keepdims=True).astype(np.float32) + LEAST
        rounded = opset13.fake_quantize(weights, -most, most, -most, most, WEIGHT_LEVELS)
        node.input(1).replace_source_output(rounded.output(0))
        count += 1
    return count


def _rounding(low: float, high: float) -> Callable[[nn.Module, tuple[Tensor]], Tensor]:
    """Return a hook that rounds what a convolution is given."""
    step = (high - low) / (LEVELS - 1)
    zero = round(-low / step)

    def rounded(module: nn.Module, given: tuple[Tensor]) -> Tensor:
        del module
        return torch.fake_quantize_per_tensor_affine(given[0], step, zero, 0, LEVELS - 1)

    return rounded
