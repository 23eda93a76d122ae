"""Motion between pictures is found, told apart from what was hidden, and undone."""

import cv2
import numpy as np
import pytest

from pipeline.ops.flow import (
    Flow,
    carried,
    consistent,
    grid_of,
    refined,
    sampled,
    small_gray,
)

SIZE = (96, 128)
INNER = (slice(20, -20), slice(20, -20))  # what does not leave the picture
RNG = np.random.default_rng(0)


def textured(size=SIZE, seed=0):
    """Return a picture with detail of several sizes, floats in [0, 1]."""
    rng = np.random.default_rng(seed)
    picture = sum(
        cv2.GaussianBlur(rng.random((*size, 3), np.float32), (0, 0), s) * s for s in (1.5, 3.0, 6.0)
    )
    return cv2.normalize(picture, None, 0, 1, cv2.NORM_MINMAX)


def shifted(picture, x, y):
    h, w = picture.shape[:2]
    matrix = np.float32([[1, 0, x], [0, 1, y]])
    return cv2.warpAffine(picture, matrix, (w, h), borderMode=cv2.BORDER_REFLECT)


def as_bytes(picture):
    return np.round(picture * 255).astype(np.uint8)


def motion_of(before, after, flow=None, size=None):
    flow = flow or Flow()
    return flow.motion(flow.small(before), flow.small(after), size or before.shape[:2])


@pytest.mark.parametrize("shift", [(0, 0), (3, 0), (-2.5, 4), (6, -5)])
def test_the_motion_of_a_shifted_picture_is_its_shift(shift):
    before = textured()
    after = shifted(before, *shift)
    motion = motion_of(as_bytes(before), as_bytes(after))
    assert np.abs(np.median(motion.back[INNER], (0, 1)) + shift).max() < 0.3
    assert np.abs(motion.back[INNER] + shift).mean() < 0.3
    flow = Flow()
    there = flow.forth(*(flow.small(as_bytes(each)) for each in (before, after)))
    assert np.abs(there[INNER] - shift).mean() < 0.3
    assert motion.trust[INNER].mean() > 0.97
    assert np.abs(carried(before, motion.back) - after)[INNER].mean() < 0.02


def test_motion_is_looked_for_in_small_pictures_and_told_in_large_ones():
    before = cv2.resize(textured(), (512, 384), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    flow = Flow((128, 128), carefully=True)
    assert flow.small(as_bytes(before)).shape == SIZE
    motion = motion_of(as_bytes(before), as_bytes(shifted(before, 12, -8)), flow)
    assert motion.back.shape == (384, 512, 2)
    assert motion.trust.shape == (384, 512)
    assert np.abs(motion.back[80:-80, 80:-80] + (12, -8)).mean() < 1.2  # 0.3 px of the small ones


@pytest.mark.parametrize("shift", [(0.4, 0), (-0.3, 0.6), (2.5, -1.5)])
def test_a_refined_motion_is_right_to_a_part_of_a_pixel(shift):
    before = textured()
    grays = [small_gray(as_bytes(each), 1, SIZE) for each in (before, shifted(before, *shift))]
    coarse = np.full((*SIZE, 2), np.round(shift), np.float32) * -1
    found = refined(coarse, *grays)
    left, was = (np.abs(each[INNER] + shift).mean() for each in (found, coarse))
    assert left < 0.12 < was


def test_where_there_is_nothing_to_go_by_a_motion_stays():
    bare = np.full(SIZE, 120, np.uint8)
    coarse = np.full((*SIZE, 2), (3, -2), np.float32)
    np.testing.assert_array_equal(refined(coarse, bare, bare), coarse)


@pytest.mark.parametrize("size", [(16, 16), (21, 31), (16, 400), (9, 300), (400, 17)])
def test_the_smallest_pictures_have_a_motion(size):
    before, after = (RNG.integers(0, 256, (*size, 3), np.uint8) for _ in range(2))
    motion = motion_of(before, after)
    assert motion.back.shape == (*size, 2)
    assert np.isfinite(motion.back).all()


def test_what_was_hidden_is_not_trusted():
    ground, figure = textured(), textured((60, 60), 1)
    before, after = ground.copy(), ground.copy()
    before[18:78, 20:80] = figure
    after[18:78, 32:92] = figure
    trust = motion_of(as_bytes(before), as_bytes(after)).trust
    came_into_view, stayed, moved = trust[25:70, 22:31], trust[:, 105:], trust[30:65, 45:80]
    assert came_into_view.mean() < 0.5 < moved.mean()
    assert stayed.mean() > 0.95


def test_another_picture_is_not_trusted():
    assert motion_of(as_bytes(textured()), as_bytes(textured(seed=1))).trust.mean() < 0.5


def test_motions_that_undo_each_other_are_consistent():
    there = np.full((40, 50, 2), (3, -2), np.float32)
    assert (consistent(-there, there) == 1).all()
    assert (consistent(there, there) == 0).all()


@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_pictures_are_carried_from_where_they_were(channels):
    picture = RNG.random((*SIZE, *channels), np.float32)
    back = np.full((*SIZE, 2), (-5, 3), np.float32)  # it came from the left and from below
    moved = carried(picture, back).reshape(picture.shape)
    np.testing.assert_allclose(moved[:-3, 5:], picture[3:, :-5], atol=1e-6)
    kept = carried(as_bytes(picture), np.zeros_like(back), cv2.INTER_NEAREST)
    np.testing.assert_array_equal(kept.reshape(picture.shape), as_bytes(picture))


def test_places_beyond_a_picture_show_its_edge():
    picture = textured()
    np.testing.assert_array_equal(sampled(picture, grid_of(*SIZE)), picture)
    beyond = sampled(picture, grid_of(*SIZE) + np.float32([1000, 0]))
    np.testing.assert_array_equal(beyond[:, 0], picture[:, -1])
