"""The noise of portrait styles is that which they learned with."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.nets.tps_generator import soft_noise
from pipeline.runtime.portrait_noise import noise_size, portrait_noise, softened


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_it_is_softened_as_it_was_while_styles_learned(h, w, seed):
    white = np.random.default_rng(seed).standard_normal((h, w, 4), np.float32)
    wanted = soft_noise(torch.from_numpy(white.transpose(2, 0, 1)[None]))[0].permute(1, 2, 0)
    np.testing.assert_allclose(softened(white), wanted.numpy(), atol=1e-4)


def test_it_is_the_same_for_a_size_and_as_large_as_a_quarter():
    size = noise_size((64, 96))
    assert size == (16, 24, 4)
    assert (portrait_noise(size) == portrait_noise(size)).all()
    assert portrait_noise((96, 96, 4)).std() == pytest.approx(1, abs=0.2)
