"""What the tests of prints print."""

import numpy as np


def halves(h=120, w=160):
    """Draw a dark half beside a light one, with a grain."""
    grain = np.random.default_rng(0).normal(0, 0.02, (h, w, 3))
    picture = np.full((h, w, 3), 0.8) + grain
    picture[:, : w // 2] -= 0.6
    return picture.clip(0, 1).astype(np.float32)
