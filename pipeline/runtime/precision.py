"""Say which precision this machine computes fast in."""

import torch


def fastest(device: str) -> torch.dtype:
    """Choose the fastest precision for convolutions in which the optimization still converges.

    A processor without instructions for bfloat16 emulates it, eight times as slow as single
    precision.
    """
    fast = (
        torch.cuda.is_bf16_supported()
        if device == "cuda"
        else torch.cpu._is_avx512_bf16_supported()
    )
    return torch.bfloat16 if fast else torch.float32


def mixed(device: str, *, precise: bool = False) -> torch.autocast:
    """Return a context in which products and convolutions run in the precision of `fastest`.

    `precise`: in single precision all the same.
    """
    half = fastest(device) == torch.bfloat16 and not precise
    return torch.autocast(device, torch.bfloat16, enabled=half)
