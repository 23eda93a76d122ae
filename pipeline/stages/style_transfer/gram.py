"""The mean products of a map's channels: what remains of a picture's style when its places are forgotten."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor


def gram_matrix(maps: Tensor, weight: Tensor | None = None) -> Tensor:
    """Return the mean products of a map's channels and of a one, (C + 1, C + 1): its Gram matrix over its positions, and its means.

    `maps`: (1, C, H, W). `weight`: (1, 1, H, W) in [0, 1], how much each position counts; None: all the same.
    """
    root = torch.ones_like(maps[:, :1]) if weight is None else weight.sqrt().to(maps.dtype)
    rows = (
        (maps if weight is None else maps * root).permute(0, 2, 3, 1).flatten(0, 2)
    )  # positions, then channels
    total = float(rows.shape[0]) if weight is None else max(weight.sum().item(), 1e-6)
    products, means = _Sums.apply(rows, root.flatten()[:, None], total)
    return torch.cat([torch.cat([products, means], 1), F.pad(means.T, (0, 1), value=1.0)], 0)


class _Sums(torch.autograd.Function):
    """The products of a matrix's columns with each other and with one more column, by `total`.

    Its gradient is one product of matrices in the maps' own precision; PyTorch's own takes two, and a map as large to add them.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, one: Tensor, total: float) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - torch's own type
        ctx.save_for_backward(rows, one)
        ctx.total = total
        exact = rows.float()  # the differences of two styles are small beside them
        return exact.T @ exact / total, exact.T @ one.float() / total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401 - torch's own type
        rows, one = ctx.saved_tensors
        products, means = grads
        both = (
            ((products + products.T) / ctx.total).to(rows.dtype),
            (means.T / ctx.total).to(rows.dtype),
        )
        return torch.addmm(one * both[1], rows, both[0]), None, None
