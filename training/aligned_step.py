"""One step of learning a style from a handful of portraits: the painter's, then its judges'."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from training.aligned_pairs import Pairs

BETAS = (0.5, 0.99)
STEEPEST = 10.0  # norm of the painter's gradients, at most
JUDGES_RATE = 5e-4

Losses = Callable[[Pairs], tuple[dict[str, Tensor], Tensor | None]]


def learning(
    painter: nn.Module, judges: nn.Module | None, losses: Losses, stream: Iterator[Pairs],
    rate: float, judges_rate: float = JUDGES_RATE,
) -> tuple[
    dict[str, nn.Module], dict[str, torch.optim.Optimizer], Callable[[], dict[str, float]]
]:  # fmt: skip
    """Return the networks that learn, their optimizers, and the step, as `fit` wants them.

    `losses`: the painter's of a batch, each with its weight, and the judges' loss, where there are
    judges. `rate`, `judges_rate`: the highest learning rates.
    """
    by_painter = torch.optim.Adam(painter.parameters(), rate, BETAS)
    networks, optimizers = {"painter": painter}, {"painter": by_painter}
    if judges is not None:
        networks["judges"] = judges
        optimizers["judges"] = torch.optim.Adam(judges.parameters(), judges_rate, BETAS)

    def step() -> dict[str, float]:
        found, judged = losses(next(stream))
        loss = torch.stack(list(found.values())).sum()
        by_painter.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(painter.parameters(), STEEPEST)
        by_painter.step()
        if judged is not None:
            optimizers["judges"].zero_grad(set_to_none=True)
            judged.backward()
            optimizers["judges"].step()
            found = {**found, "judges": judged}
        values = torch.stack([loss, *found.values()]).detach().tolist()  # one wait for the device
        return dict(zip(("loss", *found), values, strict=True))

    return networks, optimizers, step
