"""A few strokes to test with, and paintings of few."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from pipeline.types import Strokes


def some_strokes(n=40, seed=0):
    """Return `n` random strokes of two layers on a canvas of 3:4."""
    rng = np.random.default_rng(seed)

    def single(*shape):
        return rng.random((n, *shape), np.float32)

    return Strokes(
        single(4, 2), rng.integers(2, 5, n).astype(np.int16), 0.02 + 0.1 * single(), single(3),
        single(3), 0.5 + 0.5 * single(), single(), rng.integers(0, 8, n).astype(np.uint8),
        (np.arange(n) >= n // 2).astype(np.uint8), rng.random(3, np.float32), (0.75, 1.0),
    )  # fmt: skip


@contextmanager
def small(guide_px: int = 160, shown_px: int = 640) -> Iterator[None]:
    """Plan and show strokes at about the size of tests' photos, in a fraction of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.steps.strokes.GUIDE_PX", guide_px)
        patch.setattr("pipeline.steps.strokes.SHOWN_PX", shown_px)
        yield
