"""What strokes grow from: the same noise in training and in use, in spots of several sizes."""

import numpy as np
import torch

from pipeline.nets.johnson import spots
from pipeline.nets.spots import SPOTS
from pipeline.runtime.stroke_noise import stroke_noise

SIZE = (96, 128, 4)


def test_it_is_what_a_network_was_taught_with():
    white = np.random.default_rng(0).standard_normal(SIZE, np.float32)
    wanted = spots(torch.from_numpy(white).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    inner = (slice(8, -8), slice(8, -8))
    np.testing.assert_allclose(stroke_noise(SIZE)[inner], wanted[inner], atol=1e-4)


def test_it_is_always_the_same_and_of_variance_1():
    noise = stroke_noise(SIZE)
    assert np.array_equal(noise, stroke_noise(SIZE))
    assert np.abs(noise.var((0, 1)) - 1).max() < 0.35


def test_each_channel_has_wider_spots():
    noise = stroke_noise(SIZE)
    alike = [float((noise[:, 1:, c] * noise[:, :-1, c]).mean()) for c in range(len(SPOTS))]
    assert alike == sorted(alike)
    assert alike[0] < 0.1 < alike[1]
