"""What strokes grow from: streaks along what a photo shows, the same in training and in use."""

import numpy as np
import pytest

from pipeline.runtime.stroke_noise import STREAKS, stroke_noise, tangents

SIZE = (96, 128, 4)


def stripes(angle, side=(384, 512)):
    """Return a photo of stripes that run at an angle, (3, H, W)."""
    y, x = np.mgrid[: side[0], : side[1]].astype(np.float32)
    light = np.sin((x * np.sin(angle) - y * np.cos(angle)) / 7)
    return np.repeat(np.float32(light)[None], 3, 0)


def flat(side=(384, 512)):
    return np.zeros((3, *side), np.float32)


def test_it_is_always_the_same_and_of_variance_1():
    noise = stroke_noise(flat(), SIZE)
    assert noise.dtype == np.float32
    assert np.array_equal(noise, stroke_noise(flat(), SIZE))
    np.testing.assert_allclose(noise.std((0, 1)), 1, atol=1e-4)
    other = stroke_noise(flat(), SIZE, np.random.default_rng(1))
    assert abs(np.corrcoef(noise.ravel(), other.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize("angle", [0.0, 0.6, 1.2, 2.0, 2.9])
def test_edges_say_where_streaks_go(angle):
    rng = np.random.default_rng(0)
    gray = np.ascontiguousarray(stripes(angle)[0, ::4, ::4])
    found = tangents(gray, rng)[16:-16, 16:-16]
    with_them = np.abs(found @ np.float32([np.cos(angle), np.sin(angle)]))
    assert with_them.mean() > 0.95


def test_noise_is_alike_along_stripes_and_not_across():
    noise = stroke_noise(stripes(0.0), SIZE)
    for channel in range(len(STREAKS)):
        plane = noise[..., channel]
        across = np.corrcoef(plane[4:].ravel(), plane[:-4].ravel())[0, 1]
        beside = np.corrcoef(plane[:, 4:].ravel(), plane[:, :-4].ravel())[0, 1]
        assert beside > 0.2 + across


def test_what_is_flat_gets_streaks_too():
    field = tangents(np.zeros((64, 64), np.float32), np.random.default_rng(0))
    np.testing.assert_allclose(np.hypot(*field.transpose(2, 0, 1)), 1, atol=1e-5)
    assert field.std((0, 1)).min() > 0.1, "chance turns them"
