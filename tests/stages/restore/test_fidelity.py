"""How much of the photo a restored face keeps, by its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.filters import blurred
from pipeline.stages.restore.fidelity import faithful, photo_weights

SPLIT = 3.0
SHARE = st.floats(0, 1)


def picture(seed, size=(40, 36)):
    return np.random.default_rng(seed).random((*size, 3), np.float32)


@given(seed=st.integers(0, 99), split_px=st.floats(0.3, 20))
def test_both_ends_are_exact(seed, split_px):
    restored, photo = picture(seed), picture(seed + 100)
    assert np.array_equal(faithful(restored, photo, fidelity=0, split_px=split_px), restored)
    assert np.array_equal(faithful(restored, photo, fidelity=1, split_px=split_px), photo)


@settings(max_examples=30)
@given(fidelity=SHARE, split_px=st.floats(0.3, 20))
def test_a_restorer_that_changes_nothing_is_the_photo_at_any_fidelity(fidelity, split_px):
    photo = picture(1)
    assert np.array_equal(faithful(photo, photo, fidelity=fidelity, split_px=split_px), photo)


@settings(max_examples=30)
@given(less=SHARE, more=SHARE)
def test_more_fidelity_is_never_farther_from_the_photo(less, more):
    restored, photo = picture(2), picture(3)
    near, far = (
        np.square(faithful(restored, photo, fidelity=f, split_px=SPLIT) - photo).sum()
        for f in sorted((less, more), reverse=True)
    )
    assert near <= far * (1 + 1e-5) + 1e-6


@settings(max_examples=30)
@given(fidelity=SHARE, color=st.tuples(*[st.floats(-0.5, 0.5)] * 3))
def test_a_wrong_color_goes_in_proportion_and_is_gone_halfway(fidelity, color):
    photo = picture(4)
    wrong = photo + np.float32(color)
    left = faithful(wrong, photo, fidelity=fidelity, split_px=SPLIT) - photo
    np.testing.assert_allclose(
        left, np.broadcast_to(np.float32(color) * max(0, 1 - 2 * fidelity), left.shape), atol=1e-5
    )


@settings(max_examples=30)
@given(fidelity=st.floats(0, 0.5))
def test_up_to_halfway_the_finest_detail_is_the_restorers(fidelity):
    photo = np.full((40, 40, 3), 0.5, np.float32)
    stripes = photo + np.float32(0.2) * (-1) ** np.arange(40, dtype=np.float32)[None, :, None]
    kept = faithful(stripes, photo, fidelity=fidelity, split_px=SPLIT)
    np.testing.assert_allclose(
        kept[:, 12:-12], stripes[:, 12:-12], atol=1e-4
    )  # away from the border, which the blur repeats


def test_a_mole_that_the_restorer_took_is_back_halfway_and_the_iris_has_its_color():
    restored = np.full((80, 80, 3), (0.8, 0.6, 0.5), np.float32)
    y, x = np.mgrid[:80, :80]
    restored[np.hypot(y - 25, x - 40) < 11] = (0.3, 0.2, 0.1)
    photo = restored.copy()
    photo[np.hypot(y - 25, x - 40) < 11] = (0.2, 0.4, 0.6)
    photo[np.hypot(y - 60, x - 40) < 5] = (0.4, 0.25, 0.2)
    out = faithful(restored, photo, fidelity=0.5, split_px=SPLIT)
    assert np.abs(out[25, 40] - photo[25, 40]).max() < 0.05
    assert (
        np.abs(out[60, 40] - photo[60, 40]).max()
        < 0.3 * np.abs(restored[60, 40] - photo[60, 40]).max()
    )


@given(fidelity=SHARE)
def test_color_comes_back_before_detail(fidelity):
    coarse, fine = photo_weights(fidelity)
    assert 0 <= fine <= coarse <= 1
    assert fine == 0 or coarse == 1


def test_halfway_a_blurred_photo_does_not_blur_what_was_restored():
    """Split well beyond its own blur, the photo is believed in what it shows only."""
    sharp = blurred(picture(5, (96, 96)), 1.0)
    photo = blurred(sharp, SPLIT)
    out = faithful(sharp, photo, fidelity=0.5, split_px=1.5 * SPLIT)
    assert np.square(out - sharp).sum() < 0.06 * np.square(photo - sharp).sum()


@pytest.mark.parametrize("fidelity", [0.2, 0.5, 0.8])
def test_the_result_is_float32(fidelity):
    assert faithful(picture(1), picture(2), fidelity=fidelity, split_px=SPLIT).dtype == np.float32
