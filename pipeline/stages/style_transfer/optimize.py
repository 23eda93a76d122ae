"""Imitate: change a picture until its energy is low."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.stages.style_transfer.losses import Losses

HISTORY_BYTES = 5 << 26  # that history may take: of a large picture it is shorter
FLAT = 1e-3  # of the energy: an imitation that gains less over a `WINDOW` of looks is done
WINDOW = 20
FIRST_STEP = 0.01  # by how much a first step changes a pixel, in the mean; where it is much shorter, looks go by until it is found
BLOCK_PX = 8  # of pixels that move together


@dataclass(frozen=True)
class Evaluation:
    """One look at a picture that is being changed: the how-many-eth, its energy, and the picture itself, (1, 3, H, W)."""

    count: int
    energy: Losses
    picture: Tensor


@dataclass(frozen=True)
class Optimized:
    """The best picture that was seen, (1, 3, H, W), its energy, and how many looks were taken.

    `diverged`: the last look met no number. `stopped`: somebody wanted no more.
    """

    picture: Tensor
    energy: float
    evaluations: int
    diverged: bool = False
    stopped: bool = False


class _SeenEnoughError(Exception):
    """Enough was seen."""


def optimize(
    start: Tensor, energy: Callable[[Tensor], Losses], *, evaluations: int, history: int = 20, patient: bool = True,
    coarse: float = 0.0, tell: Callable[[Evaluation], bool | None] = lambda look: None,
) -> Optimized:  # fmt: skip
    """Change a picture, (1, 3, H, W), so that its energy falls, by L-BFGS; return the best one.

    It ends after so many looks, when `tell`, which is told each, returns True, or, unless it is
    `patient`, when the energy hardly falls. `history`: past steps from which it knows how the energy bends. `coarse`: how much pixels also
    move with those around them, by which broad changes are found sooner; 0: each by itself.

    Source: Liu and Nocedal 1989, "On the limited memory BFGS method for large scale optimization"; Bramble et al. 1990, "Parallel
    Multilevel Preconditioners", for the sum of two scales.
    """
    unit = FIRST_STEP * start.numel()
    pixels = (start.detach() / unit).contiguous()
    blocks = torch.zeros_like(F.avg_pool2d(pixels, BLOCK_PX, ceil_mode=True))
    changing = [
        numbers.requires_grad_(True) for numbers in ((pixels, blocks) if coarse else (pixels,))
    ]
    history = min(history, max(3, HISTORY_BYTES // (2 * pixels.nbytes)))
    seen: list[float] = []
    best, diverged, stopped = start.detach(), False, False

    def changed() -> Tensor:
        together = (
            coarse * F.interpolate(blocks, size=(pixels.shape[2], pixels.shape[3]), mode="bilinear")
            if coarse
            else 0
        )
        return (pixels + together) * unit

    def look() -> float:
        nonlocal best, diverged, stopped
        for numbers in changing:
            numbers.grad = None
        picture = changed()
        found = energy(picture)
        found.total.backward()
        total = found.total.item()
        diverged = not torch.isfinite(found.total).item()
        if diverged:
            raise _SeenEnoughError
        if not seen or total < min(seen):
            best = picture.detach()
        seen.append(total)
        stopped = bool(tell(Evaluation(len(seen), found, picture.detach())))
        if stopped or len(seen) >= evaluations or (not patient and _flat(seen)):
            raise _SeenEnoughError
        return total

    try:
        while True:
            before = len(seen)
            optimizer = torch.optim.LBFGS(
                changing, max_iter=evaluations, max_eval=evaluations, history_size=history,
                tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
            )  # fmt: skip
            optimizer.step(look)
            if (
                len(seen) <= before + 1
            ):  # it gives up where what it remembers leads nowhere, and often gets on without
                break
    except _SeenEnoughError:
        pass
    return Optimized(best, min(seen, default=float("nan")), len(seen), diverged, stopped)


def _flat(seen: list[float]) -> bool:
    return len(seen) > WINDOW and min(seen[:-WINDOW]) - min(seen) < FLAT * min(seen)
