"""What rests is held still, what moves is followed."""

import numpy as np
import pytest

from pipeline.ops.one_euro import OneEuro

RATE = 30.0
RNG = np.random.default_rng(0)


def smoothed(values, rate=RATE):
    smooth = OneEuro(rate)
    return np.array([smooth(np.asarray(value, np.float32)) for value in values])


def test_the_first_value_is_as_it_is():
    value = RNG.random((5, 2), np.float32)
    np.testing.assert_array_equal(OneEuro(RATE)(value), value)


def test_what_rests_stays():
    assert np.allclose(smoothed([[3.0, -2.0]] * 20), [3, -2])


@pytest.mark.parametrize("rate", [10.0, 30.0, 60.0])
def test_noise_at_rest_shrinks(rate):
    noise = RNG.normal(100, 1, (200, 5, 2))
    after = smoothed(noise, rate)
    assert after[50:].std(0).mean() < {10.0: 0.6, 30.0: 0.4, 60.0: 0.3}[rate]
    assert np.abs(after[50:].mean(0) - 100).max() < 0.5


def test_a_fast_move_is_followed_more_closely_than_a_slow_one():
    lags = []
    for speed in (5, 50, 500):
        straight = np.arange(60)[:, None] * speed / RATE
        lags.append((straight - smoothed(straight))[-1, 0] / speed)
    assert lags == sorted(lags, reverse=True)
    assert lags[-1] < 0.5 / RATE  # half a picture late


def test_a_jump_is_reached_soon():
    jump = np.repeat([0.0, 200.0], [10, 10])[:, None]
    after = smoothed(jump)
    assert (after[:10] == 0).all()
    assert after[10, 0] > 60
    assert after[14, 0] > 190
    assert after.max() <= 200


def test_time_is_measured_in_seconds():
    # Twice as many values a second of the same move come to the same.
    slow = smoothed(np.linspace(0, 60, 31)[:, None], 15.0)
    fast = smoothed(np.linspace(0, 60, 61)[:, None], 30.0)
    assert fast[-1, 0] == pytest.approx(slow[-1, 0], abs=1.5)


def test_each_number_has_its_own_speed():
    both = np.stack([np.zeros(60), np.arange(60) * 20.0], -1) + RNG.normal(0, 1, (60, 2))
    after = smoothed(both)
    assert after[20:, 0].std() < 0.5
    assert np.abs(after[30:, 1] - both[30:, 1]).max() < 20


def test_another_shape_begins_anew():
    smooth = OneEuro(RATE)
    smooth(np.zeros((5, 2), np.float32))
    other = np.full((3, 2), 9, np.float32)
    np.testing.assert_array_equal(smooth(other), other)
