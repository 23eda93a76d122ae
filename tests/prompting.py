"""A promptable network that is plain arithmetic, for tests."""

from types import SimpleNamespace

import numpy as np

from pipeline.types import WeightUse

SIDE = 256


class Promptable:
    """See discs; count the runs.

    A prompt's masks hold the discs that its points or box are on, other things, or nothing.

    `discs`: (x, y, radius) in the padded input's px, which are the decoder's masks' px, too.
    """

    def __init__(self, *discs, name="sam_light"):
        self.discs, self.embedded, self.asked = discs, 0, []
        self.use, self.entry = WeightUse(name, "1" * 64), SimpleNamespace(name=name, side=SIDE)
        self.y, self.x = np.mgrid[:SIDE, :SIDE]

    def run(self, batch):
        assert batch.shape == (1, 3, SIDE, SIDE)
        self.embedded += 1
        return np.zeros((1, 256, 64, 64), np.float32)

    def prompt(self, values, points, labels, mask, has_mask):
        assert values.shape == (1, 256, 64, 64)
        self.asked.append((points[0], labels[0], mask[0, 0] if has_mask[0] else None))
        seen = mask[0, 0] > 0 if has_mask[0] else np.zeros((SIDE, SIDE), bool)
        for (x, y), kind in zip(points[0], labels[0], strict=True):
            for disc in self.discs:
                if kind in (0, 1) and np.hypot(x - disc[0], y - disc[1]) < disc[2]:
                    seen = seen | self.disc(*disc) if kind else seen & ~self.disc(*disc)
        if 2 in labels[0]:
            (x0, y0), (x1, y1) = points[0][-2:]
            for disc in self.discs:
                if x0 < disc[0] < x1 and y0 < disc[1] < y1:
                    seen = seen | self.disc(*disc)
        larger = seen | ((np.hypot(self.x - 128, self.y - 128) < 120) & seen.any())
        logits = np.where(np.stack([seen, larger, seen, np.zeros_like(seen)]), 6, -6).astype(
            np.float32
        )
        return logits[None], np.array([[0.9, 0.8, 0.9, 0.1]], np.float32)

    def disc(self, x, y, radius):
        return np.hypot(self.x - x, self.y - y) < radius
