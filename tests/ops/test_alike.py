import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops.alike import mean_of_alike

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


@given(SIZES, st.floats(0.01, 2))
def test_what_is_the_same_everywhere_stays(size, reach):
    looks = np.random.default_rng(0).random((2, *size), np.float32)
    values = np.full((3, *size), 7, np.float32)
    np.testing.assert_allclose(mean_of_alike(values, looks, reach), values, rtol=1e-5)


def test_what_looks_different_is_not_mixed():
    looks = np.zeros((1, 32, 32), np.float32)
    looks[:, :, 16:] = 20
    values = np.random.default_rng(0).random((1, 32, 32), np.float32)
    values[..., 16:] += 5
    found = mean_of_alike(values, looks, 10)
    np.testing.assert_allclose(found[..., :16], values[..., :16].mean(), atol=1e-3)
    np.testing.assert_allclose(found[..., 16:], values[..., 16:].mean(), atol=1e-3)


def test_what_is_near_counts_more():
    values = np.linspace(0, 1, 64, dtype=np.float32)[None, None].repeat(64, 1)
    looks = np.zeros_like(values)
    near, far = (mean_of_alike(values, looks, reach)[0, 32] for reach in (0.05, 10))
    assert np.ptp(far) < 0.01
    assert near[8] == pytest.approx(values[0, 32, 8], abs=0.04)


def test_a_place_that_is_like_no_other_has_what_is_most_like_it():
    looks = np.zeros((1, 2, 2), np.float32)
    looks[0, 0, 0] = 1e4
    assert np.isfinite(mean_of_alike(np.ones((1, 2, 2), np.float32), looks, 0.1)).all()
