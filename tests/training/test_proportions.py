"""How painted faces differ from photos': what is not proportion falls out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.landmarks import MIRRORED
from tests.training_sets import points68
from training.proportions import difference, large_eyes, mean_shape, upright

PLAIN = upright(points68(90).astype(np.float64))
SEEDS = st.integers(0, 2**32 - 1)


def shapes(rng, count, longer=1.0, noise=0.01):
    """Return plain faces, each turned, scaled and moved, (count, 68, 2)."""
    turn = rng.uniform(-0.5, 0.5, count)
    ways = rng.uniform(20, 200, (count, 1, 1)) * np.stack(
        [np.stack([np.cos(turn), np.sin(turn)], 1), np.stack([-np.sin(turn), np.cos(turn)], 1)], 1
    )
    own = PLAIN * (1, longer) + rng.normal(0, noise, (count, 68, 2))
    return own @ ways + rng.uniform(-500, 500, (count, 1, 2))


@settings(max_examples=10)
@given(SEEDS)
def test_where_and_how_large_a_face_is_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    mean = upright(mean_shape(shapes(rng, 40)))
    assert np.abs(mean - PLAIN).max() < 0.03
    off = difference(shapes(rng, 40), shapes(rng, 60), mean)
    assert np.abs(off).max() < 0.02


@settings(max_examples=10)
@given(SEEDS)
def test_longer_faces_are_found_longer(seed):
    rng = np.random.default_rng(seed)
    off = difference(shapes(rng, 40, longer=1.2), shapes(rng, 60), PLAIN)
    assert off[8, 1] > 0.05
    assert off[19, 1] < 0
    assert np.abs(off[MIRRORED] * (-1, 1) - off).max() < 1e-9


def test_eyes_become_larger_about_their_middles():
    moved = PLAIN + large_eyes(PLAIN)
    for eye in (slice(36, 42), slice(42, 48)):
        assert np.ptp(moved[eye, 0]) == pytest.approx(1.3 * np.ptp(PLAIN[eye, 0]))
        assert moved[eye].mean(0) == pytest.approx(PLAIN[eye].mean(0))
    assert np.ptp(moved[:17, 0]) <= np.ptp(PLAIN[:17, 0])
