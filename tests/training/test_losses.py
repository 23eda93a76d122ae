"""The parser's loss asks no more than labels say, and is what its definition is, pixel by pixel."""

import torch
from torch import Tensor

from training.labels import CLASSES, UNKNOWN, allowed
from training.losses import LABELS, PRICES, loss


def by_definition(logits: Tensor, labels: Tensor) -> Tensor:
    """Return weighted cross-entropy + Dice, by a mask of every class at every pixel."""
    possible = allowed()[labels.long()].permute(0, 3, 1, 2)
    p = logits.softmax(1)
    right = (p * possible).sum(1)
    cross_entropy = -(right.log() * PRICES[labels.long()]).mean()
    decided = possible.sum(1, keepdim=True) == 1
    truth, certain = possible & decided, ~possible | decided
    scores = [
        1 - (2 * (p[:, c] * truth[:, c]).sum() + 1)
        / ((p[:, c] * certain[:, c]).sum() + truth[:, c].sum() + 1)
        for c in range(CLASSES)
        if truth[:, c].any()
    ]  # fmt: skip
    return cross_entropy + torch.stack(scores).mean()


def pictures(kinds: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits in the layout that a network gives, and labels of these kinds."""
    torch.manual_seed(0)
    logits = 3 * torch.randn(2, CLASSES, 24, 16)
    labels = kinds[torch.randint(0, len(kinds), (2, 24, 16))].to(torch.uint8)
    return logits.contiguous(memory_format=torch.channels_last).requires_grad_(), labels


def test_value_and_gradient_are_the_definition_s() -> None:
    for kinds in (LABELS, LABELS[:5], LABELS[-6:]):
        logits, labels = pictures(torch.cat([kinds, LABELS[:1]]))
        value, wanted = loss(logits, labels), by_definition(logits, labels)
        torch.testing.assert_close(value, wanted)
        got, expected = (torch.autograd.grad(v, logits)[0] for v in (value, wanted))
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-8)


def test_unknown_labels_ask_nothing() -> None:
    logits, labels = pictures(torch.tensor([UNKNOWN]))
    value = loss(logits, labels)
    value.backward()
    assert value.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()


def test_a_certain_mistake_is_finite() -> None:
    logits = torch.zeros(1, CLASSES, 4, 4)
    logits[:, 3] = 1e4
    assert torch.isfinite(loss(logits, torch.zeros(1, 4, 4, dtype=torch.uint8)))
