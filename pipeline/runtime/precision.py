"""Say which precision this machine computes fast in."""

import torch


def fastest(device: str) -> torch.dtype:
    """Choose the fastest precision for convolutions in which the optimization still converges.

    A processor without instructions for bfloat16 emulates it, eight times as slow as single
    precision.
    """
    return torch.bfloat16 if has_bfloat16(device) else torch.float32


def has_bfloat16(device: str) -> bool:
    """Tell whether a device has instructions for bfloat16; cards before 2020 emulate it, too."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported()


def mixed(device: str, *, precise: bool = False) -> torch.autocast:
    """Return a context in which products and convolutions run in the precision of `fastest`.

    `precise`: in single precision all the same.
    """
    half = fastest(device) == torch.bfloat16 and not precise
    return torch.autocast(device, torch.bfloat16, enabled=half)
