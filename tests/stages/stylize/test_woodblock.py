"""A print is flat and has few tones; nothing behind runs into people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.stylize.woodblock import (
    INK,
    calmer,
    few_tones,
    flat,
    in_blocks,
    inked,
    inky,
    on_paper,
    shadeless,
    toned,
)
from tests.stages.stylize.prints import halves

FACE_PX = 150.0


def test_colors_become_flat_and_edges_stay():
    picture = halves()
    lab = flat(picture, FACE_PX)
    assert lab.shape == picture.shape
    for half in (lab[20:100, 10:60], lab[20:100, 100:150]):
        assert half.std((0, 1)).max() < 0.6
    assert lab[:, 100:, 0].mean() - lab[:, :60, 0].mean() > 40


@given(st.floats(0, 100), st.floats(0, 100))
@settings(max_examples=50)
def test_tones_keep_the_order_of_lightness_and_stay_near(one, other):
    low, high = few_tones(np.array([min(one, other), max(one, other)], np.float32))
    assert low <= high + 1e-3
    assert abs(low - min(one, other)) <= 7.1


def test_there_are_fewer_tones_than_lightnesses():
    ramp = np.linspace(0, 100, 1000, dtype=np.float32)
    near = np.abs(np.subtract.outer(few_tones(ramp), np.arange(7, 100, 14)))
    assert (near.min(1) < 2).mean() > 0.6  # halfway between two tones, most of them


def test_tones_are_few_only_where_they_are_wanted():
    ramp = np.linspace(0, 1, 160, dtype=np.float32)[None, :, None].repeat(120, 0).repeat(3, 2)
    where = np.zeros((120, 160), np.float32)
    where[:60] = 1
    light = toned(flat(ramp, FACE_PX), where)[..., 0]
    steps = np.abs(np.diff(light, axis=1))
    assert steps[:40].max() > 2 * steps[80:].max()


def test_ink_is_black_where_it_is_whole_and_changes_nothing_where_there_is_none():
    lab = np.full((4, 6, 3), (60, 10, 10), np.float32)
    ink = np.zeros((4, 6), np.float32)
    ink[:, 3:] = 1
    printed = inked(lab, ink)
    assert printed[:, 3:].max() < 0.3
    assert np.ptp(printed[:, :3], (0, 1)).max() < 1e-5
    assert INK[0] < 20


@pytest.mark.parametrize("halo", [0.0, 40.0])
def test_what_lies_behind_is_flat_up_to_people_and_knows_nothing_of_them(halo):
    lab = np.full((100, 200, 3), (50, 0, 0), np.float32)
    person = np.zeros((100, 200), np.float32)
    person[:, :60] = 1
    lab[:, :60, 0] = 95
    lab[:, 60:64, 0] += halo  # a rim around somebody
    calm = calmer(lab, 1 - person, np.zeros_like(person))
    assert (calm[:, :60] == lab[:, :60]).all()
    assert abs(calm[:, 80:, 0] - 50).max() < 1
    assert calm[:, 60:, 0].max() <= lab[:, 60:, 0].max() + 1e-3


def test_what_has_edges_behind_people_keeps_more_of_them():
    lab = np.full((120, 160, 3), (60, 0, 0), np.float32)
    lab[:, ::8, 0] = 48
    everywhere, nowhere = np.ones((120, 160), np.float32), np.zeros((120, 160), np.float32)
    fine, plain = (calmer(lab, everywhere, edged) for edged in (everywhere, nowhere))
    assert fine[..., 0].std() > 1.5 * plain[..., 0].std()


def test_paper_is_the_same_each_time_and_faint():
    lab = np.full((64, 96, 3), (70, 5, 5), np.float32)
    one, other = on_paper(lab), on_paper(lab)
    assert (one == other).all()
    assert 0.5 < (one - lab)[..., 0].std() < 3
    assert (one[..., 1:] == lab[..., 1:]).all()
    assert (on_paper(lab, 0) == lab).all()


def test_colors_become_blocks_of_one_color_but_for_what_is_somebodys_own():
    rng = np.random.default_rng(0)
    lab = np.full((120, 160, 3), (60, 10, 10), np.float32)
    lab[:, 80:] = (40, -10, 0)
    lab += rng.normal(0, 1.5, lab.shape).astype(np.float32)
    own = np.zeros((120, 160), np.float32)
    own[:40] = 1
    made = in_blocks(lab, 1 - own, FACE_PX)
    np.testing.assert_allclose(made[:36], lab[:36], atol=0.1)
    for half in (made[50:110, 10:65], made[50:110, 95:150]):
        assert half.std((0, 1)).max() < 0.7
    assert made[50:, :70, 0].mean() - made[50:, 90:, 0].mean() > 15


def test_slow_shading_of_skin_fades_and_its_features_stay():
    x = np.arange(200, dtype=np.float32)
    lab = np.zeros((200, 200, 3), np.float32)
    lab[..., 0] = 60 + 20 * np.sin(x / 200 * np.pi * 2)
    lab[90:96, 90:110, 0] -= 30
    skin = np.ones((200, 200), np.float32)
    skin[:, 150:] = 0
    made = shadeless(lab, skin, 200.0)
    assert np.ptp(made[20, 20:130, 0]) < 0.9 * np.ptp(lab[20, 20:130, 0])
    assert made[80, 100, 0] - made[93, 100, 0] > 20
    assert (made[:, 150:] == lab[:, 150:]).all()
    assert (made[..., 1:] == lab[..., 1:]).all()


def test_a_shirt_and_a_suit_are_no_shading():
    lab = np.full((200, 200, 3), (20, 0, 0), np.float32)
    lab[:, 80:120, 0] = 90
    made = shadeless(lab, np.ones((200, 200), np.float32), 200.0)
    assert np.abs(made - lab).max() < 5


def test_what_is_nearly_black_goes_to_ink_where_that_is_wanted():
    lab = np.full((10, 30, 3), (12, 6, 8), np.float32)
    lab[:, 20:] = (60, 6, 8)
    where = np.ones((10, 30), np.float32)
    where[:, :10] = 0
    made = inky(lab, where)
    assert (made[:, :10] == lab[:, :10]).all()
    assert np.linalg.norm(made[0, 15] - INK) < 0.5 * np.linalg.norm(lab[0, 15] - INK)
    assert (made[:, 20:] == lab[:, 20:]).all()
