"""People set apart from the scene by the photo's own colors."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ops.bilateral_grid import grid_of
from pipeline.ops.color import luminance, repeated
from pipeline.stages.parse import FigureParse, Part, likeliest, with_background
from pipeline.stages.segment.color_models import refine_background, refined_parts

RNG = np.random.default_rng(0)


def scene(h=240, w=200):
    """Return a person in red before a blue wall, with some texture, and where the person is."""
    y, x = np.mgrid[0:h, 0:w]
    person = ((x - w / 2) / (0.25 * w)) ** 2 + ((y - h) / (0.8 * h)) ** 2 < 1
    photo = np.where(person[..., None], (0.6, 0.25, 0.2), (0.3, 0.4, 0.6)) + RNG.normal(
        0, 0.03, (h, w, 1)
    )
    return photo.clip(0, 1).astype(np.float32), person


def overlap(background, person):
    found = background < 0.5
    return (found & person).sum() / (found | person).sum()


def test_a_piece_of_wall_that_was_taken_for_a_person_is_wall():
    photo, person = scene()
    wrong = person.copy()
    wrong[80:140, 150:190] = True
    background = cv2.GaussianBlur(np.where(wrong, 0.2, 0.95).astype(np.float32), (0, 0), 3)
    assert overlap(background, person) < 0.9
    assert overlap(refine_background(photo, background), person) > 0.97


def test_a_sleeve_that_was_missed_is_a_persons():
    photo, person = scene()
    missed = person.copy()
    missed[200:, 60:85] = False
    background = cv2.GaussianBlur(np.where(missed, 0.05, 0.8).astype(np.float32), (0, 0), 3)
    assert overlap(background, person) < 0.95
    assert overlap(refine_background(photo, background), person) > 0.97


def test_a_thing_of_a_persons_colors_beside_them_is_the_scenes():
    photo, person = scene()
    thing = np.s_[90:140, 155:190]
    photo[thing] = photo[190:240, 90:125]
    background = np.where(person, 0.03, 0.9).astype(np.float32)
    background[thing] = 0.65
    assert refine_background(photo, background)[100:130, 160:185].min() > 0.5


def test_what_is_sure_stays_where_colors_say_nothing():
    _, person = scene()
    gray = np.full((*person.shape, 3), 0.5, np.float32)
    background = np.where(person, 0.002, 0.998).astype(np.float32)
    assert overlap(refine_background(gray, background), person) > 0.97


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_photo_of_one_kind_stays_so(value):
    photo, person = scene()
    assert (
        np.abs(refine_background(photo, np.full(person.shape, value, np.float32)) - value).max()
        < 0.01
    )


@settings(max_examples=20)
@given(h=st.integers(1, 700), w=st.integers(1, 700))
def test_any_size_gives_probabilities(h, w):
    photo = RNG.random((h, w, 3), np.float32)
    found = refine_background(photo, RNG.random((h, w), np.float32))
    assert found.shape == (h, w)
    assert found.min() >= 0
    assert found.max() <= 1


def test_what_is_gathered_lies_in_the_same_color_and_nearby():
    photo, person = scene()
    only = person & (np.arange(person.shape[1]) < 100)
    got = grid_of(photo, 3).gathered(only.ravel().astype(np.float32))[0].reshape(person.shape)
    assert got[person].mean() > 100 * got[~person].mean()
    near, far = (got[person & side].mean() for side in (np.arange(200) < 80, np.arange(200) > 120))
    assert near > 1.1 * far


def test_gathering_is_linear_and_symmetric():
    grid = grid_of(RNG.random((12, 15, 3), np.float32), 4)
    a, b = RNG.random((2, 180), np.float32)
    for which in (0, 1):
        of_a, of_b = grid.gathered(a)[which], grid.gathered(b)[which]
        assert np.allclose(grid.gathered(2 * a + b)[which], 2 * of_a + of_b, rtol=1e-4)
        assert np.isclose(a @ of_b, b @ of_a, rtol=1e-3)


def test_of_one_color_what_is_similar_is_all_that_is_near():
    alike, near = grid_of(np.full((20, 30, 3), 0.4, np.float32), 3).gathered(np.ones(600))
    assert np.allclose(8 * alike, near, rtol=1e-5)  # a color's own share of its surroundings: 1 / 8


def small_in_gray(head, legs):
    """Return a gray photo, where a small person stands, and a parse of head and legs."""
    small = np.zeros((240, 200), np.bool_)
    small[150:220, 80:120] = True
    background = np.where(small, legs, 0.95).astype(np.float32)
    background[150:185, 80:120] = head
    return np.full((*small.shape, 3), 0.5, np.float32), small, background


def test_a_small_person_of_the_scenes_color_is_not_lost_for_its_size():
    gray, small, background = small_in_gray(head=0.02, legs=0.2)
    assert overlap(refine_background(gray, background), small) > 0.9


def test_what_is_nowhere_surely_a_person_is_lost_for_its_size():
    gray, _, background = small_in_gray(head=0.2, legs=0.2)
    assert refine_background(gray, background).min() > 0.5


def test_another_background_leaves_the_other_parts_their_shares():
    parts = RNG.random((6, 7, 12), np.float32)
    parts /= parts.sum(2, keepdims=True)
    parts[0, 0] = np.eye(12)[0]
    background = RNG.random((6, 7), np.float32)
    found = with_background(parts, background)
    assert np.allclose(found.sum(2), 1, atol=1e-5)
    assert np.allclose(found[..., 0], background)
    there = found[1:, 1:, 1:] / found[1:, 1:, 1:].sum(2, keepdims=True)
    assert np.allclose(
        there, parts[1:, 1:, 1:] / parts[1:, 1:, 1:].sum(2, keepdims=True), atol=1e-5
    )


def test_a_trace_of_hair_on_a_wall_does_not_become_hair():
    wall = np.zeros((4, 5, 13), np.float32)
    wall[..., [Part.BACKGROUND, Part.PERSON, Part.HAIR]] = 0.98, 0.002, 0.018
    found = with_background(wall, np.full((4, 5), 0.1, np.float32))
    assert np.allclose(found.sum(2), 1, atol=1e-5)
    assert (likeliest(found) == Part.PERSON).all()
    assert found[..., Part.HAIR].max() < 0.06


def test_the_likeliest_part_is_the_first_of_the_largest():
    parts = RNG.integers(0, 4, (20, 30, 12)).astype(np.float32)
    assert np.array_equal(likeliest(parts), parts.argmax(2))
    assert np.array_equal(
        likeliest(np.ascontiguousarray(parts.transpose(2, 0, 1)).transpose(1, 2, 0)),
        parts.argmax(2),
    )


def test_of_guessed_colors_the_light_alone_is_compared():
    photo, person = scene()
    other = np.roll(photo, 1, -1)
    whole = np.zeros((*person.shape, len(Part)), np.float32)
    whole[..., Part.PERSON] = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 9)
    whole[..., Part.BACKGROUND] = 1 - whole[..., Part.PERSON]
    light = repeated(luminance(photo))
    seen = refined_parts(light, whole, ())
    assert np.array_equal(refined_parts(photo, whole, (), guessed=True), seen)
    assert not np.array_equal(refined_parts(photo, whole, ()), seen)
    assert not np.array_equal(refined_parts(other, whole, (), guessed=True), seen)


def looks(size=(240, 200), window=np.s_[40:200, 60:160]):
    """Return a gray photo in whose parse nobody is, and a closer look that shows somebody."""
    photo = np.full((*size, 3), 0.5, np.float32)
    photo[70:170, 90:130] = 0.2
    whole = np.zeros((*size, 13), np.float32)
    whole[..., Part.BACKGROUND] = 1
    near = whole[window].copy()
    near[30:130, 30:70] = np.eye(13)[Part.PERSON]
    return photo, whole, FigureParse(near, window)


def test_a_closer_look_shows_somebody_whom_the_whole_photo_does_not():
    photo, whole, figure = looks()
    before, after = (
        refined_parts(photo, whole, (), 1, figures=figures)[..., Part.BACKGROUND]
        for figures in ((), (figure,))
    )
    assert before.min() > 0.5
    assert after[75:165, 95:125].max() < 0.2
    np.testing.assert_allclose(after[:40], before[:40])


def test_nobody_who_is_seen_in_the_whole_photo_is_lost_by_a_closer_look():
    photo, whole, figure = looks()
    nothing = FigureParse(np.eye(13, dtype=np.float32)[np.zeros((160, 100), int)], figure.window)
    whole[70:170, 90:130] = np.eye(13)[Part.PERSON]
    before, after = (
        refined_parts(photo, whole, (), 1, figures=figures) for figures in ((), (nothing,))
    )
    assert before[75:165, 95:125, Part.PERSON].min() > 0.5
    np.testing.assert_allclose(after, before, atol=1e-5)


def test_a_closer_look_has_no_hard_border():
    photo, whole, figure = looks()
    full = FigureParse(np.full_like(figure.parts, 0), figure.window)
    full.parts[..., Part.PERSON] = 1
    after = refined_parts(photo, whole, (), 1, figures=(full,))[..., Part.BACKGROUND]
    assert np.abs(np.diff(after, axis=0)).max() < 0.25
    assert np.abs(np.diff(after, axis=1)).max() < 0.25
