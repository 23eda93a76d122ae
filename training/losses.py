"""What the parser is punished for, where labels may say less than a class."""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from training.labels import BARE, CLASSES, FACE, FACELESS, NINE_PERSON, PERSON, allowed

ALLOWED = allowed()
PRICES = torch.zeros(256)
# Small classes count a little more: an eye is a thousandth of the picture. At three times they
# were drawn 15 % too large.
PRICES[:CLASSES] = torch.tensor([1.0, 1.0, 1.0, 1.4, 1.4, 1.3, 1.3, 1.3, 1.3, 1.0, 1.5, 1.5, 1.1])
PRICES[[NINE_PERSON, BARE, FACE]] = 1.0
PRICES[FACELESS] = 1.3
PRICES[PERSON] = (
    1.5  # bodies come in so many clothes that the network would rather call them background
)


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return weighted cross-entropy + Dice over labels that may stand for several classes.

    `training.labels` says which. Cross-entropy asks that the classes that a label allows are
    likely together: -log of the sum of their probabilities. Dice counts a pixel for every class
    of which its label is certain: that it is this class, or that it is not.
    Shapes: logits (B, 13, H, W), labels (B, H, W) uint8.
    """
    possible = ALLOWED.to(logits.device)[labels.long()].permute(0, 3, 1, 2)
    log_p = F.log_softmax(logits.float(), 1)
    right = log_p.masked_fill(~possible, -torch.inf).logsumexp(1)
    cross_entropy = -(right * PRICES.to(logits.device)[labels.long()]).mean()
    return cross_entropy + dice_loss(log_p.exp(), possible)


def dice_loss(p: Tensor, possible: Tensor) -> Tensor:
    """Return 1 - Dice, the mean over the classes that are present.

    Both are (B, 13, H, W), probabilities and what labels allow.
    """
    decided = possible.sum(1, keepdim=True) == 1
    truth = possible & decided
    certain = ~possible | decided
    area = truth.sum((0, 2, 3))
    overlap = (p * truth).sum((0, 2, 3))
    size = (p * certain).sum((0, 2, 3)) + area
    scores = 1 - (2 * overlap + 1) / (size + 1)
    present = area > 0
    # No class at all (a batch of unknown labels): zero, and still a function of p.
    return (scores * present).sum() / present.sum().clamp(min=1)
