"""What the eye minds: each fault is felt where it is, and nothing where there is none."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck

from tests.training.test_aligned_faces import face
from training.aligned_calm import contours, eye_colors, eye_masks, tinted_grain, tints

SIDE = 96
MEASURES = (contours, lambda out, photos: tinted_grain(out))


def points_of(seed=0):
    return torch.as_tensor(50 * face(seed) + SIDE / 2, dtype=torch.float32)[None]


def slope(step):
    """A wall that changes from one cell of 8 px to the next by a step."""
    cells = torch.arange(SIDE) // 8 * step - 0.5
    return cells.expand(1, 3, SIDE, SIDE).clone()


def test_a_step_on_a_wall_is_felt_and_a_slow_change_is_not():
    wall = slope(0.01)
    stepped = wall.clone()
    stepped[..., 48:] += 0.3
    assert contours(wall, wall) < 1e-6 < 1e-3 < contours(stepped, wall)
    assert contours(wall + 0.3, wall) < 1e-6  # another color all over


def test_an_island_with_soft_shores_is_felt():
    wall = slope(0.0)
    shore = torch.sigmoid((torch.arange(SIDE) - 48) / 12)
    assert contours(wall + 0.4 * shore * torch.tensor([1, 0, 0.5])[:, None, None], wall) > 1e-3


def test_a_step_that_the_photo_has_may_be_there():
    wall = slope(0.0)
    wall[..., 48:] += 0.4
    assert contours(1.4 * wall, wall) < 1e-6


def test_specks_of_another_hue_are_felt_and_gray_ones_are_not():
    torch.manual_seed(0)
    gray = torch.randn(1, 1, SIDE, SIDE).expand(1, 3, -1, -1) * 0.2
    tinted = torch.randn(1, 3, SIDE, SIDE) * 0.2
    assert tinted_grain(gray) < 1e-9 < 1e-3 < tinted_grain(tinted)


def test_only_what_eyes_are_painted_in_counts_as_their_color():
    points, photo = points_of(), torch.zeros(1, 3, SIDE, SIDE)
    eyes = eye_masks(points, (SIDE, SIDE))
    green = torch.tensor([-0.5, 0.5, -0.5])[:, None, None]
    assert eye_colors(photo + eyes * green, photo, points) > 0.1
    assert eye_colors(photo + (eyes < 1e-4) * green, photo, points) < 1e-4
    assert eye_colors(photo + 0.4, photo, points) < 1e-9  # lighter is no other color


@given(st.integers(0, 20))
def test_masks_cover_both_eyes_and_nothing_far_from_them(seed):
    points = points_of(seed)
    eyes = eye_masks(points, (SIDE, SIDE))[0, 0]
    assert eyes.min() >= 0
    assert eyes.max() <= 1
    for eye in (slice(36, 42), slice(42, 48)):
        x, y = points[0, eye].mean(0).round().long().clamp(0, SIDE - 1)
        assert eyes[y, x] > 0.9
    assert eyes[0].max() < 0.01


@given(st.floats(-0.5, 0.5))
def test_tints_do_not_know_how_light_a_picture_is(lighter):
    picture = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(tints(picture + lighter), tints(picture), atol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_gradients_are_those_of_the_measures(measure):
    torch.manual_seed(0)
    out, photos = torch.rand(2, 1, 3, 48, 48, dtype=torch.float64)
    assert gradcheck(lambda x: measure(x, photos / 10), (out.requires_grad_(),), fast_mode=True)
