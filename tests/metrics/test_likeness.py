"""A face's likeness: the same chip wherever the face lies, and a number that means something."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.metrics.likeness import (
    LEAST_PX,
    SIDE,
    SPREAD,
    TEMPLATE,
    USUAL,
    chip,
    described,
    likeness,
    matrix_of,
    points_of,
    share,
)
from pipeline.ops import align
from pipeline.types import Face

POINTS = np.float32([[80, 90], [120, 88], [84, 130], [117, 131]])


def face_of(points, height=120.0):
    return Face((40.0, 30.0, 160.0, 30.0 + height), points[:2], points[2:], 0.9)


def smooth(side=200):
    noise = np.random.default_rng(3).random((side, side, 3), np.float32)
    return np.clip(0.5 + 3 * (cv2.GaussianBlur(noise, (0, 0), 6) - 0.5), 0, 1)


def averaging(batch):
    """A network that is not blind to left and right."""
    return batch[:, :, :, : SIDE // 2].reshape(len(batch), 3, -1).mean(2)


def test_eyes_and_mouth_lie_where_the_network_wants_them():
    placed = align.map_points(matrix_of(POINTS), POINTS)
    assert np.abs(placed - TEMPLATE)[:2].max() < 2
    assert np.abs(placed - TEMPLATE)[2:].max() < 12
    assert TEMPLATE.min() > 0
    assert TEMPLATE.max() < SIDE


def test_a_mouth_that_opens_hardly_moves_the_chip():
    opened = POINTS.copy()
    opened[2:, 1] += 8
    moved = align.map_points(matrix_of(opened), POINTS[:2])
    assert np.abs(moved - align.map_points(matrix_of(POINTS), POINTS[:2])).max() < 1.5


@given(st.floats(-0.5, 0.5), st.floats(0.8, 1.3))
def test_a_chip_is_the_same_wherever_the_face_lies(turn, scale):
    picture = smooth()
    moved = cv2.getRotationMatrix2D((100, 110), float(np.degrees(turn)), scale)
    there = cv2.warpAffine(picture, moved, (200, 200), borderMode=cv2.BORDER_REPLICATE)
    one, other = chip(picture, POINTS), chip(there, align.map_points(moved, POINTS))
    inner = np.s_[24:-24, 24:-24]  # what the turned picture still has
    assert np.abs(one[inner] - other[inner]).mean() < 0.02


def test_a_face_and_its_mirror_image_are_described_alike():
    picture, mirrored = smooth(), np.ascontiguousarray(smooth()[:, ::-1])
    points = np.float32([199, 0]) + POINTS[[1, 0, 3, 2]] * np.float32([-1, 1])
    one, other = described(picture, POINTS, averaging), described(mirrored, points, averaging)
    assert one == pytest.approx(other, abs=1e-3)
    assert one.shape == (3,)


def test_nothing_is_said_of_small_faces_and_profiles():
    assert points_of(face_of(POINTS)) is not None
    assert points_of(face_of(POINTS, LEAST_PX - 1)) is None
    profile = POINTS.copy()
    profile[1] = profile[0] + (10, 0)
    assert points_of(face_of(profile)) is None
    unknown = POINTS.copy()
    unknown[0] = np.nan
    assert points_of(face_of(unknown)) is None


@given(st.floats(0, 3), st.floats(0, 3))
def test_the_nearer_the_likelier(one, other):
    near, far = sorted([one, other])
    assert 0 <= share(far) <= share(near) <= 1


def test_the_number_is_a_share_of_one_persons_pairs():
    here = np.zeros(128, np.float32)
    assert likeness(here, here) > 0.99
    there = here.copy()
    there[0] = USUAL
    assert likeness(here, there) == pytest.approx(0.5)
    assert likeness(here, 2 * there) < 0.01
    usual = np.random.default_rng(0).normal(USUAL, SPREAD, 4000)
    assert share(0.3) == pytest.approx((usual > 0.3).mean(), abs=0.03)
