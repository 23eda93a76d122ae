"""Change a picture until its loss is low."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.stages.style_transfer.losses import Losses

HISTORY_BYTES = 5 << 26  # the most that L-BFGS' history may take: for a large picture it is shorter
FLAT = 1e-3  # of the loss: an impatient run ends when `WINDOW` evaluations lower it by less
WINDOW = 20
# How much the first step changes a pixel, on average. Where that is much too small, evaluations are
# spent on finding a longer one.
FIRST_STEP = 0.01
BLOCK_PX = 8  # side of the blocks of the coarse scale


@dataclass(frozen=True)
class Evaluation:
    """One evaluation: its number, from 1 on, its losses, and its picture, (1, 3, H, W)."""

    count: int
    losses: Losses
    picture: Tensor


@dataclass(frozen=True)
class Optimized:
    """The best picture found, (1, 3, H, W), its total loss, and the number of evaluations.

    `diverged`: the last loss was not finite. `stopped`: `tell` or the keyboard ended the run.
    """

    picture: Tensor
    loss: float
    evaluations: int
    diverged: bool = False
    stopped: bool = False


class _FinishedError(Exception):
    """Raised inside the optimizer to leave it: no further evaluation is wanted."""


def optimize(
    start: Tensor,
    losses_of: Callable[[Tensor], Losses],
    *,
    evaluations: int,
    history: int = 20,
    patient: bool = True,
    coarse: float = 0.0,
    tell: Callable[[Evaluation], bool | None] = lambda evaluation: None,
) -> Optimized:
    """Lower a picture's total loss by L-BFGS, from `start`, (1, 3, H, W); return the best picture.

    It ends after so many `evaluations`, when `tell`, which is given each of them, returns True.
    Unless it is `patient`, it also ends when the loss hardly falls.

    `history`: the number of past steps that L-BFGS estimates curvature from. `coarse`: the weight
    of a second, coarse scale, whose blocks of pixels move together, so that broad changes are found
    sooner; 0: there is none.

    Source: Liu and Nocedal 1989, "On the limited memory BFGS method for large scale optimization";
    Bramble et al. 1990, "Parallel Multilevel Preconditioners", for the sum of two scales.
    """
    unit = FIRST_STEP * start.numel()
    pixels = (start.detach() / unit).contiguous()
    blocks = torch.zeros_like(F.avg_pool2d(pixels, BLOCK_PX, ceil_mode=True))
    variables = [
        numbers.requires_grad_(True) for numbers in ((pixels, blocks) if coarse else (pixels,))
    ]
    history = min(history, max(3, HISTORY_BYTES // (2 * pixels.nbytes)))
    totals: list[float] = []
    best = start.detach()
    diverged = False
    stopped = False

    def current() -> Tensor:
        together = (
            coarse * F.interpolate(blocks, size=(pixels.shape[2], pixels.shape[3]), mode="bilinear")
            if coarse
            else 0
        )
        return (pixels + together) * unit

    def evaluate() -> float:
        nonlocal best, diverged, stopped
        for numbers in variables:
            numbers.grad = None
        picture = current()
        losses = losses_of(picture)
        losses.total.backward()
        total = losses.total.item()
        diverged = not torch.isfinite(losses.total).item()
        if diverged:
            raise _FinishedError
        if not totals or total < min(totals):
            best = picture.detach()
        totals.append(total)
        stopped = bool(tell(Evaluation(len(totals), losses, picture.detach())))
        if stopped or len(totals) >= evaluations or (not patient and _flat(totals)):
            raise _FinishedError
        return total

    try:
        while True:
            before = len(totals)
            optimizer = torch.optim.LBFGS(
                variables,
                max_iter=evaluations,
                max_eval=evaluations,
                history_size=history,
                tolerance_grad=0,
                tolerance_change=0,
                line_search_fn="strong_wolfe",
            )
            optimizer.step(evaluate)
            # L-BFGS gives up where its history leads nowhere. Without that history it often gets
            # on, so it is begun anew until that does not help either.
            if len(totals) <= before + 1:
                break
    except _FinishedError:
        pass
    return Optimized(best, min(totals, default=float("nan")), len(totals), diverged, stopped)


def _flat(totals: list[float]) -> bool:
    return len(totals) > WINDOW and min(totals[:-WINDOW]) - min(totals) < FLAT * min(totals)
