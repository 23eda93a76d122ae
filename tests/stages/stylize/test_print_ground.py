"""A print's ground is one color before which people are seen, and ends where they begin."""

import numpy as np
import pytest

from pipeline.stages.stylize.print_ground import (
    LIVELY,
    MOST_CHROMA,
    fine_contrast,
    ground_color,
    like_the_wall,
    on_ground,
)


@pytest.mark.parametrize(
    ("hair", "skin", "wanted"),
    [
        (12.0, (60, 15, 18), (50, -14, -6)),
        (50.0, (60, 15, 18), (85, 3, 16)),
        (12.0, (45, -10, -5), (85, 3, 16)),
    ],
)
def test_a_ground_is_a_light_color_of_the_print_before_which_people_are_seen(hair, skin, wanted):
    colors = np.array([(15, 2, 0), (50, -14, -6), (85, 3, 16)], np.float32)
    weights = np.array([0.6, 0.3, 0.1], np.float32)
    found = ground_color(colors, weights, hair, np.array(skin, np.float32))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_a_ground_is_no_richer_than_people_bear():
    rich = np.array([(70, 5, 80)], np.float32)
    color = ground_color(rich, np.ones(1, np.float32), 10.0, np.zeros(3, np.float32))
    assert np.hypot(*color[1:]) == pytest.approx(MOST_CHROMA, abs=1e-3)
    assert color[0] == 70


def test_a_ground_is_one_color_shaded_at_its_top_and_ends_where_people_begin():
    lab = np.random.default_rng(0).uniform(0, 90, (100, 80, 3)).astype(np.float32)
    where = np.ones((100, 80), np.float32)
    where[:, :30] = 0
    made = on_ground(lab, where, np.array((60, -10, -5), np.float32))
    assert (made[:, :30] == lab[:, :30]).all()
    np.testing.assert_allclose(made[46:, 30:], (60, -10, -5) * np.ones((54, 50, 1)), atol=1e-3)
    assert made[0, 40, 0] < 52


OWN_SKIN = np.array((65, 16, 18), np.float32)


def walls(size=(200, 160)):
    """Return a pale wall with a shadow, in CIELAB, and that nobody is told before it."""
    wall = np.full((*size, 3), (70, 1, 4), np.float32)
    wall[:, 100:, 0] = 52
    return wall, np.ones(size, np.float32)


def test_a_hand_that_nobody_told_is_no_wall_and_a_shadow_is():
    wall, behind = walls()
    wall[90:110, 20:40] = (62, 18, 20)
    wall[20:40, 20:60] = (40, 20, -50)
    where = like_the_wall(wall, behind, OWN_SKIN)
    assert where[95:105, 25:35].max() < 0.2
    assert where[:60].min() > 0.8, "letters are the wall's"


def test_nothing_is_a_wall_where_people_are():
    wall, behind = walls()
    behind[:, :50] = 0
    assert like_the_wall(wall, behind, OWN_SKIN)[:, :50].max() == 0


def test_leaves_in_the_dark_are_livelier_than_a_wall():
    leaves = np.random.default_rng(0).choice([4, 20], (50, 40)).astype(np.float32)
    leaves = leaves.repeat(4, 0).repeat(4, 1)
    wall, behind = walls()
    calm = fine_contrast(np.ascontiguousarray(wall[..., 0]), behind)
    assert calm < LIVELY[0]
    assert fine_contrast(leaves, behind) > LIVELY[1]
