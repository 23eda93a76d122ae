"""Gram matrices of feature maps: they hold a picture's style without its positions."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor


def gram_matrix(maps: Tensor, weight: Tensor | None = None) -> Tensor:
    """Average the products of the channels, and the channels themselves, over all positions.

    `maps`: (1, C, H, W). `weight`: (1, 1, H, W) in [0, 1], the weight of each position; None: all
    count the same. The result is (C + 1, C + 1): the Gram matrix of the maps and of one more
    channel that is 1 everywhere, so its last row and column are the channels' means.
    """
    root = torch.ones_like(maps[:, :1]) if weight is None else weight.sqrt().to(maps.dtype)
    rows = (
        (maps if weight is None else maps * root).permute(0, 2, 3, 1).flatten(0, 2)
    )  # positions, then channels
    total = float(rows.shape[0]) if weight is None else max(weight.sum().item(), 1e-6)
    products, means = _Sums.apply(rows, root.flatten()[:, None], total)
    return torch.cat([torch.cat([products, means], 1), F.pad(means.T, (0, 1), value=1.0)], 0)


class _Sums(torch.autograd.Function):
    """Multiply a matrix's columns with each other and with one more column; divide by `total`.

    The gradient is one matrix product in the maps' own precision. PyTorch's own gradient takes two
    products, and one more map of the same size to add them.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, one: Tensor, total: float) -> tuple[Tensor, Tensor]:  # noqa: ANN401 - torch's own type
        ctx.save_for_backward(rows, one)
        ctx.total = total
        exact = rows.float()  # two styles differ by little compared with these sums
        return exact.T @ exact / total, exact.T @ one.float() / total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401 - torch's own type
        rows, one = ctx.saved_tensors
        products, means = grads
        by_products = ((products + products.T) / ctx.total).to(rows.dtype)
        by_means = (means.T / ctx.total).to(rows.dtype)
        return torch.addmm(one * by_means, rows, by_products), None, None
