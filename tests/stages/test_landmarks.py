"""How a face's crop is cut for the network of 68 points, and how its points come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops import align
from pipeline.stages.landmarks import (
    MIRRORED,
    SIDE,
    eyes_and_mouth,
    find_landmarks,
    matrix_at,
    mirrored,
)
from tests.training_sets import points68

FACE = points68(90)


def test_mirrored_twice_is_as_before_and_every_point_has_one_counterpart():
    assert sorted(MIRRORED) == list(range(68))
    assert np.allclose(mirrored(mirrored(FACE, 100), 100), FACE, atol=1e-4)


def test_a_plain_faces_mirror_image_is_itself():
    off = mirrored(FACE, 91) - FACE
    assert np.abs(off).max() < 1e-3


def test_eyes_and_mouth_of_68_points():
    four = eyes_and_mouth(FACE)
    assert four[0, 0] < four[1, 0]
    assert four[2, 0] < four[3, 0]
    assert four[:2, 1].max() < four[2:, 1].min()
    assert eyes_and_mouth(four) is four


def seeing(photo_points, matrices):
    """Return a network that knows where a face is in the crop that is cut by `matrices`' last."""

    def network(batch):
        assert batch.shape == (2, 3, SIDE, SIDE)
        plain = align.map_points(matrices[-1], photo_points)
        both = np.stack([plain, mirrored(plain, SIDE)])
        return np.concatenate([both, np.ones((2, 68, 1), np.float32)], 2)

    return network


@given(st.floats(-0.6, 0.6), st.floats(0.7, 3), st.floats(-20, 20), st.integers(0, 2**32 - 1))
def test_points_come_back_to_where_they_are_in_the_photo(turn, grow, shift, seed):
    c, s = grow * np.cos(turn), grow * np.sin(turn)
    points = (FACE @ np.array([[c, s], [-s, c]]) + 150 + shift).astype(np.float32)
    photo = np.zeros((400, 400, 3), np.float32)
    rough = eyes_and_mouth(points) + np.random.default_rng(seed).normal(0, 2, (4, 2))
    matrices = []

    def cut(four, room=1.0):
        matrices.append(matrix_at(four, room))
        return matrices[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.stages.landmarks.matrix_at", cut)
        found, sure = find_landmarks(photo, rough, seeing(points, matrices))
    assert np.abs(found - points).max() < 0.01
    assert sure == pytest.approx(1, abs=1e-3)
    assert len(matrices) == 2
    # The second look is at the face as the first one found it.
    assert np.allclose(matrices[1], matrix_at(eyes_and_mouth(points)), atol=1e-3)


def test_what_two_looks_disagree_on_is_unsure():
    def network(batch):
        there = np.full((2, 68, 3), 60, np.float32)
        there[1, :, 1] += 0.1 * SIDE
        there[1, :, 0] = SIDE - 1 - there[1, :, 0]
        return there

    photo = np.zeros((200, 200, 3), np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.stages.landmarks.LOOKS", 1)
        _, sure = find_landmarks(photo, eyes_and_mouth(FACE), network)
    assert sure == pytest.approx(0, abs=1e-3)


def test_a_crop_with_room_shows_the_same_face_at_the_same_size():
    four = eyes_and_mouth(FACE)
    plain, roomy = matrix_at(four), matrix_at(four, 1.5)
    assert align.scale_of(plain) == pytest.approx(align.scale_of(roomy), rel=1e-6)
    off = align.map_points(roomy, FACE) - align.map_points(plain, FACE)
    assert np.allclose(off, 0.25 * SIDE, atol=1e-3)
