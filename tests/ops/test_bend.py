"""Bent pictures: what stays, what fades, and that pictures, maps, crops and points agree."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops import align
from pipeline.ops.bend import (
    LEAST_AREA,
    Bending,
    bent,
    bent_crop,
    bent_maps,
    lattice,
    moved,
    unfolded,
)

SEEDS = st.integers(0, 2**32 - 1)
SIZE = (120, 160)


def bending_of(seed, size=SIZE, px=4.0):
    """Bend smoothly, and not at all near the border."""
    rng, at = np.random.default_rng(seed), lattice(size, 8)
    noise = cv2.resize(rng.normal(0, px, (4, 4, 2)).astype(np.float32), at.shape[1::-1])
    far = np.minimum(at, np.float32(size[::-1]) - 1 - at).min(2)
    noise *= np.clip((far - 20) / 20, 0, 1)[..., None]
    return Bending(unfolded(noise, at), size)


def picture_of(seed, size=SIZE):
    noise = np.random.default_rng(seed).random((8, 8, 3), np.float32)
    return (cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1) * 255).astype(
        np.uint8
    )


@given(SEEDS)
def test_shifts_of_zero_leave_every_byte(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8)
    nothing = Bending(np.zeros((15, 20, 2), np.float32), SIZE)
    assert np.array_equal(bent(noise, nothing), noise)
    assert np.array_equal(moved(np.float32([[3, 4]]), nothing), [[3, 4]])


@given(SEEDS)
def test_the_border_stays_and_something_moves(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8)
    out = bent(noise, bending_of(seed))
    inner = np.zeros(SIZE, bool)
    inner[3:-3, 3:-3] = True
    assert np.array_equal(out[~inner], noise[~inner])
    assert not np.array_equal(out, noise)


@given(SEEDS, st.floats(0.1, 40))
def test_areas_never_shrink_below_the_least(seed, px):
    rng, at = np.random.default_rng(seed), lattice(SIZE, 8)
    shifts = unfolded(rng.normal(0, px, at.shape).astype(np.float32), at)
    there = at + shifts
    by_y, by_x = np.gradient(there, 8, 8, axis=(0, 1))
    area = by_x[..., 0] * by_y[..., 1] - by_x[..., 1] * by_y[..., 0]
    assert area.min() >= LEAST_AREA - 1e-3


def test_weak_shifts_are_left_as_they_are():
    at = lattice(SIZE, 8)
    shifts = np.full_like(at, 2.0)
    assert unfolded(shifts, at) is shifts


@given(SEEDS)
def test_a_point_comes_to_lie_where_the_picture_shows_it(seed):
    bending = bending_of(seed)
    points = np.random.default_rng(seed).uniform((30, 30), (130, 90), (20, 2)).astype(np.float32)
    there = moved(points, bending)
    x, y = (np.ascontiguousarray(each)[:, None] for each in there.T)
    back = there + cv2.remap(bending.at_size(SIZE), x, y, cv2.INTER_LINEAR)[:, 0]
    assert np.abs(back - points).max() < 0.2


@given(SEEDS)
def test_maps_and_crops_are_bent_as_the_picture_is(seed):
    bending, picture = bending_of(seed), picture_of(seed)
    wanted = bent(picture, bending).astype(np.float32) / 255
    maps = bent_maps(picture.astype(np.float32) / 255, bending)
    assert np.abs(maps - wanted).mean() < 0.01
    matrix = np.array([[0.6, -0.5, 10], [0.5, 0.6, -30]])
    crop = align.crop(picture.astype(np.float32) / 255, matrix, 64)
    out, aim = bent_crop(crop, matrix, bending), align.crop(wanted, matrix, 64)
    inner = slice(16, 48)
    assert np.abs(out - aim)[inner, inner].mean() < 0.01


@settings(max_examples=10)
@given(SEEDS)
def test_a_larger_picture_is_bent_alike(seed):
    bending, picture = bending_of(seed), picture_of(seed)
    large = cv2.resize(picture, (480, 360), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(bent(large, bending), SIZE[::-1], interpolation=cv2.INTER_AREA)
    off = np.abs(small.astype(float) - bent(picture, bending))
    assert off.mean() < 1.5


def test_a_lattice_is_the_middles_of_its_cells():
    at = lattice((100, 100), 50)
    assert at[..., 0] == pytest.approx(np.array([[24.5, 74.5]] * 2))
