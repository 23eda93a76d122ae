"""Define a small network that says which colors the places of a photo without color may have."""

import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

from pipeline.nets.light_finder import Separable

PARTS = 13  # classes of the parser, whose probabilities it is given
COLORS = 169  # 13 along a by 13 along b


class LightColorizer(nn.Module):
    """Guess colors: (B, 1 + PARTS, H, W) to (B, COLORS, H/4, W/4), a logit of each.

    H and W are multiples of 32. Of each pixel: its light in [0, 1], then what the parser says.

    Source: Zhang et al. 2016, "Colorful Image Colorization" (a distribution over colors, not their
    mean, which would be gray), at a fraction of its size.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        self.first = nn.Sequential(
            nn.Conv2d(1 + PARTS, w, 3, 2, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU()
        )
        self.fine = _stage(w, 2 * w, 2)
        self.middle = _stage(2 * w, 4 * w, 3)
        self.coarse = _stage(4 * w, 6 * w, 4)
        self.coarsest = _stage(6 * w, 8 * w, 4)
        self.all_over = nn.Sequential(nn.Linear(8 * w, 8 * w), nn.ReLU(), nn.Linear(8 * w, 8 * w))
        self.up = nn.ModuleList(
            nn.Conv2d(many, few, 1)
            for many, few in ((8 * w, 6 * w), (6 * w, 4 * w), (4 * w, 2 * w))
        )
        self.joined = nn.ModuleList(
            nn.Sequential(Separable(n, n), Separable(n, n)) for n in (6 * w, 4 * w, 2 * w)
        )
        self.said = nn.Conv2d(2 * w, COLORS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the colors' logits, (B, COLORS, H/4, W/4)."""
        seen = [self.fine(self.first(x * 2 - 1))]
        for stage in (self.middle, self.coarse, self.coarsest):
            seen.append(stage(seen[-1]))
        out = seen.pop()
        out = out + self.all_over(out.mean((2, 3)))[:, :, None, None]
        for narrowed, joined in zip(self.up, self.joined, strict=True):
            wide = F.interpolate(narrowed(out), scale_factor=2.0, mode="bilinear")
            out = joined(seen.pop() + wide)
        return self.said(out)


def _stage(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    more = (Separable(outputs, outputs) for _ in range(depth - 1))
    return nn.Sequential(Separable(inputs, outputs, 2), *more)
