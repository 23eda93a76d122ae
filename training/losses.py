"""What the parser is punished for, where labels may say less than a class.

A picture has half a million probabilities but a dozen kinds of labels. What a loss needs of both is
a sum for each kind, which a product of matrices gives; this takes a tenth of the time that masks
of every class at every pixel take, and those took two fifths of a whole step on a CPU.
"""

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from training.labels import BARE, CLASSES, FACE, FACELESS, NINE_PERSON, PERSON, UNKNOWN, allowed

PRICES = torch.zeros(256)
# Small classes count a little more: an eye is a thousandth of the picture. At three times they
# were drawn 15 % too large.
PRICES[:CLASSES] = torch.tensor([1.0, 1.0, 1.0, 1.4, 1.4, 1.3, 1.3, 1.3, 1.3, 1.0, 1.5, 1.5, 1.1])
PRICES[[NINE_PERSON, BARE, FACE]] = 1.0
PRICES[FACELESS] = 1.3
PRICES[PERSON] = (
    1.5  # bodies come in so many clothes that the network would rather call them background
)
# Every label that a batch may have; each is a kind, and its index here is the kind's.
LABELS = torch.tensor([*range(CLASSES), FACELESS, BARE, FACE, NINE_PERSON, PERSON, UNKNOWN])
KINDS = torch.full((256,), len(LABELS) - 1).index_put((LABELS,), torch.arange(len(LABELS)))
ALLOWED = allowed()[LABELS]  # (kinds, classes)
LEAST = 1e-30  # probability whose logarithm is still finite


def loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return weighted cross-entropy + Dice over labels that may stand for several classes.

    `training.labels` says which. Cross-entropy asks that the classes that a label allows are
    likely together: -log of the sum of their probabilities. Dice counts a pixel for every class
    of which its label is certain: that it is this class, or that it is not.
    Shapes: logits (B, 13, H, W), labels (B, H, W) uint8.
    """
    device = logits.device
    p = logits.float().permute(0, 2, 3, 1).reshape(-1, CLASSES).softmax(1)
    kinds = KINDS.to(device)[labels.reshape(-1).long()]
    right = (p * ALLOWED.to(device, p.dtype)[kinds]).sum(1).clamp_min(LEAST)
    cross_entropy = -(right.log() * PRICES[LABELS].to(device)[kinds]).mean()
    of_kind = F.one_hot(kinds, len(LABELS)).to(p.dtype)
    return cross_entropy + dice_loss(of_kind.T @ p, of_kind.sum(0))


def dice_loss(sums: Tensor, counts: Tensor) -> Tensor:
    """Return 1 - Dice, the mean over the classes that are present.

    `sums`: of each class's probability over the pixels of each kind of label, (kinds, 13);
    `counts`: how many pixels these are, (kinds,).
    """
    possible = ALLOWED.to(sums.device)
    decided = possible.sum(1, keepdim=True) == 1
    truth, certain = possible & decided, ~possible | decided
    area = (counts[:, None] * truth).sum(0)
    overlap, size = (sums * truth).sum(0), (sums * certain).sum(0) + area
    present = area > 0
    # No class at all (a batch of unknown labels): zero, and still a function of p.
    scores = (1 - (2 * overlap + 1) / (size + 1)) * present
    return scores.sum() / present.sum().clamp(min=1)
