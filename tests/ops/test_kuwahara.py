"""Planes of color: edges stay, noise and hairs go."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.filters import blurred
from pipeline.ops.kuwahara import LARGEST_PX, LEAST_PX, kuwahara


def noise(side: int) -> np.ndarray:
    return np.random.default_rng(side).random((side, 30, 3)).astype(np.float32)


def step(side: int = 48) -> np.ndarray:
    picture = np.full((side, side, 3), 0.2, np.float32)
    picture[:, side // 2 :] = (0.8, 0.6, 0.5)
    return picture


@settings(max_examples=20)
@given(sigma=st.floats(0.3, 6), level=st.floats(0, 1), side=st.integers(1, 40))
def test_what_is_of_one_color_stays_and_nothing_leaves_its_range(sigma, level, side):
    flat = np.full((side, 30, 3), level, np.float32)
    assert np.abs(kuwahara(flat, sigma) - flat).max() < 1e-5
    made = kuwahara(noise(side), sigma)
    assert made.shape == (side, 30, 3)
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1


@settings(max_examples=20)
@given(sigma=st.floats(LEAST_PX, LARGEST_PX), side=st.integers(1, 40))
def test_each_pixel_is_a_mean_of_its_surroundings_where_all_sides_vary_much_too(sigma, side):
    picture = noise(side)
    made = kuwahara(picture, sigma)
    assert made.min() >= picture.min() - 1e-4
    assert made.max() <= picture.max() + 1e-4
    assert abs(float(made.mean() - picture.mean())) < 0.1


@pytest.mark.parametrize("sigma", [1.0, LARGEST_PX])
def test_an_edge_stays_sharp_where_a_blur_softens_it(sigma):
    picture = step()
    made, soft = kuwahara(picture, sigma), blurred(picture, sigma)
    across = [np.abs(np.diff(each[24, :, 0])).max() for each in (picture, made, soft)]
    assert across[1] > 0.9 * across[0]
    assert across[2] < 0.6 * across[0]


def test_noise_and_a_single_hair_go():
    noisy = step() + np.random.default_rng(0).normal(0, 0.02, (48, 48, 3)).astype(np.float32)
    inner = np.s_[6:42, 4:18]
    assert kuwahara(noisy, 2.0)[inner].std() < 0.5 * noisy[inner].std()
    hair = np.full((48, 48, 3), 0.7, np.float32)
    hair[:, 24] = 0.3
    assert kuwahara(hair, 2.0)[24, 24, 0] > 0.55


def test_a_large_neighborhood_is_looked_at_in_a_smaller_picture_and_an_edge_is_where_it_was():
    picture = step(160)
    made = kuwahara(picture, 4 * LARGEST_PX)
    assert made.shape == picture.shape
    half = np.abs(made[80, :, 0] - 0.5).argmin()
    assert abs(int(half) - 80) <= 3
    assert np.array_equal(kuwahara(picture, 0), picture)
