"""Change a picture until its loss is low."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite

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
    canvas = _canvas_of(start, coarse)
    search = _Search(start.detach())

    def evaluate() -> float:
        for numbers in canvas.variables:
            numbers.grad = None
        picture = canvas.picture()
        losses = losses_of(picture)
        losses.total.backward()
        evaluation = search.noted(picture.detach(), losses)
        search.stopped = bool(tell(evaluation))
        ended = search.stopped or evaluation.count >= evaluations
        if ended or (not patient and _flat(search.totals)):
            raise _FinishedError
        return search.totals[-1]

    history = min(history, max(3, HISTORY_BYTES // (2 * canvas.pixels.nbytes)))
    with suppress(_FinishedError):
        _descend(canvas.variables, evaluate, search.totals, evaluations, history)
    loss = min(search.totals, default=float("nan"))
    return Optimized(search.best, loss, len(search.totals), search.diverged, search.stopped)


@dataclass(frozen=True)
class _Canvas:
    """The picture that L-BFGS changes, in units of its first step, (1, 3, H, W).

    `blocks`: the coarse scale, added with the weight `coarse`.
    """

    pixels: Tensor
    blocks: Tensor
    unit: float
    coarse: float

    @property
    def variables(self) -> list[Tensor]:
        """What L-BFGS changes."""
        return [self.pixels, self.blocks] if self.coarse else [self.pixels]

    def picture(self) -> Tensor:
        """Return the sum of both scales."""
        if not self.coarse:
            return self.pixels * self.unit
        size = self.pixels.shape[2], self.pixels.shape[3]
        blocks = F.interpolate(self.blocks, size=size, mode="bilinear")
        return (self.pixels + self.coarse * blocks) * self.unit


def _canvas_of(start: Tensor, coarse: float) -> _Canvas:
    unit = FIRST_STEP * start.numel()
    pixels = (start.detach() / unit).contiguous()
    blocks = torch.zeros_like(F.avg_pool2d(pixels, BLOCK_PX, ceil_mode=True))
    return _Canvas(pixels.requires_grad_(True), blocks.requires_grad_(bool(coarse)), unit, coarse)


@dataclass
class _Search:
    """The best picture so far, the totals of all evaluations, and why they ended."""

    best: Tensor
    totals: list[float] = field(default_factory=list)
    diverged: bool = False
    stopped: bool = False

    def noted(self, picture: Tensor, losses: Losses) -> Evaluation:
        """Note one evaluation.

        Raises: _FinishedError: its loss is not finite.
        """
        total = losses.total.item()
        self.diverged = not isfinite(total)
        if self.diverged:
            raise _FinishedError
        if not self.totals or total < min(self.totals):
            self.best = picture
        self.totals.append(total)
        return Evaluation(len(self.totals), losses, picture)


def _descend(
    variables: list[Tensor],
    evaluate: Callable[[], float],
    totals: list[float],
    evaluations: int,
    history: int,
) -> None:
    """Run L-BFGS, which calls `evaluate`, until it does not get on; that notes its `totals`."""
    before = -2  # the first one always runs
    # L-BFGS gives up where its history leads nowhere. Without that history it often gets on, so it
    # is begun anew until that does not help either.
    while len(totals) > before + 1:
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


def _flat(totals: list[float]) -> bool:
    return len(totals) > WINDOW and min(totals[:-WINDOW]) - min(totals) < FLAT * min(totals)
