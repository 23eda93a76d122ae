"""Depthwise convolutions that train fast on a CPU.

oneDNN's gradients of a depthwise convolution in bf16 take six times as long as in fp32, and half
of a U-Net's step with them: forward stays in bf16, backward is done in fp32. Where all is in fp32
a step takes as long as ever.
"""

from collections.abc import Sequence
from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution without bias or padding."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - autograd's own
        photo: Tensor,
        weight: Tensor,
        stride: Sequence[int],
    ) -> Tensor:
        ctx.save_for_backward(photo, weight)
        ctx.stride = stride
        return torch.conv2d(photo, weight, None, stride, groups=len(weight))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:  # noqa: ANN401
        photo, weight = ctx.saved_tensors
        full = [
            t.to(torch.float32, memory_format=torch.channels_last)
            for t in (grads[0], photo, weight)
        ]
        of_photo, of_weight, _ = torch.ops.aten.convolution_backward(
            *full, None, ctx.stride, [0, 0], [1, 1], False, [0, 0], len(weight), [True, True, False]
        )
        return of_photo.to(photo.dtype), of_weight.to(weight.dtype), None


def _forward(conv: nn.Conv2d, photo: Tensor) -> Tensor:
    kind = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else photo.dtype
    padded = conv.static_padding(photo)  # smp's own, 'SAME' as TensorFlow pads
    return _Depthwise.apply(padded.to(kind), conv.weight.to(kind), list(conv.stride))


def quicken(network: nn.Module) -> None:
    """Let every depthwise convolution of smp's EfficientNet take its gradients in fp32.

    The network's weights and output stay the same.
    """
    for conv in network.modules():
        if (
            isinstance(conv, nn.Conv2d)
            and hasattr(conv, "static_padding")
            and conv.groups == conv.in_channels > 1
        ):
            conv.forward = MethodType(
                _forward, conv
            )  # a method, so that a copy of the network calls the copy's
