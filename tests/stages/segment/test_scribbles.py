"""Drawings over what is kept: they obey, keep their share at any size, and are values."""

import numpy as np
import pytest

from pipeline.stages.segment.scribbles import draw
from pipeline.steps.segment import POINTER
from pipeline.types import ADDED, TAKEN, Drawing, Prompt, PromptError, drawing_of
from tests.steps.test_segment import HAND, Models, painted
from tests.test_paint import Remembering

SIZE = (60, 90)


def marks_of(size=SIZE):
    """Adds a bar at the left, takes a bar away at the right."""
    h, w = size
    marks = np.zeros(size, np.uint8)
    marks[h // 6 : h // 2, w // 9 : w // 3] = ADDED
    marks[h // 6 : h // 2, 2 * w // 3 : 8 * w // 9] = TAKEN
    return marks


@pytest.mark.parametrize("seed", range(4))
def test_painted_pixels_obey_and_far_ones_are_as_they_were(seed):
    mask = np.random.default_rng(seed).random(SIZE, np.float32)
    marks = marks_of()
    drawn = draw(mask, drawing_of(marks))
    assert (drawn[marks == ADDED] == 1).all()
    assert (drawn[marks == TAKEN] == 0).all()
    assert drawn.dtype == np.float32
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    far = np.ones(SIZE, bool)
    far[5:36, 5:86] = False
    np.testing.assert_array_equal(drawn[far], mask[far])


def test_a_stroke_has_a_soft_border_of_a_few_px():
    drawn = draw(np.zeros(SIZE, np.float32), drawing_of(marks_of()))
    row = drawn[20, :40]
    soft = (row > 0.02) & (row < 0.98)
    assert 2 <= soft.sum() <= 8
    assert (np.diff(row[:20]) >= 0).all()


def test_drawings_compare_and_hash_by_what_is_drawn():
    assert drawing_of(marks_of()) == drawing_of(marks_of())
    assert (
        len({Prompt(drawn=drawing_of(marks_of())), Prompt(drawn=drawing_of(marks_of())), Prompt()})
        == 2
    )
    np.testing.assert_array_equal(drawing_of(marks_of()).marks, marks_of())


def test_an_empty_drawing_is_no_prompt():
    assert drawing_of(np.zeros(SIZE, np.uint8)) is None
    assert not Prompt(drawn=drawing_of(np.zeros(SIZE, np.uint8)))
    assert Prompt(drawn=drawing_of(marks_of()))


@pytest.mark.parametrize("size", [(600, 900), (31, 47), (121, 180)])
def test_a_drawing_keeps_its_share_at_another_size(size):
    prompt = Prompt(drawn=drawing_of(marks_of())).resized(SIZE, size)
    drawn = draw(np.full(size, 0.5, np.float32), prompt.drawn)
    for kind, value in ((ADDED, 1), (TAKEN, 0)):
        assert (drawn == value).mean() == pytest.approx((marks_of() == kind).mean(), abs=0.02)


@pytest.mark.parametrize("size", [(60, 90), (600, 900), (1067, 1600), (667, 1000)])
def test_a_drawing_of_the_photos_shape_fits(size):
    Prompt(drawn=drawing_of(np.ones(size, np.uint8))).check((4000, 6000))


@pytest.mark.parametrize("size", [(90, 60), (60, 60), (667, 1010)])
def test_a_drawing_of_another_shape_is_refused_with_both_sizes(size):
    with pytest.raises(
        PromptError,
        match=f"shape of the photo, 6000 x 4000 px; this one is {size[1]} x {size[0]} px",
    ):
        Prompt(drawn=Drawing(size, b"")).check((4000, 6000))


# In a painting


def strokes(**rectangles):
    """Marks over half of a 256 x 256 photo's side, from rectangles (rows, columns) of them."""
    marks = np.zeros((128, 128), np.uint8)
    for kind, (rows, columns) in rectangles.items():
        marks[slice(*rows), slice(*columns)] = {"add": ADDED, "take": TAKEN}[kind]
    return drawing_of(marks)


def test_a_drawing_obeys_after_box_and_clicks_whatever_they_said():
    drawn = strokes(add=((0, 20), (0, 20)), take=((100, 120), (90, 110)))
    prompt = Prompt(((200, 220, True),), (170, 190, 230, 250))
    before = painted(HAND, prompt=prompt)
    after = painted(HAND, prompt=Prompt(prompt.points, prompt.box, drawn))
    assert before.mask is not None
    assert after.mask is not None
    assert before.mask[220, 200] == 1
    assert not before.mask[:40, :40].any()
    assert (after.mask[200:240, 180:220] == 0).all()
    assert (after.mask[:40, :40] == 1).all()


def test_drawing_needs_neither_a_face_nor_a_network_that_follows_clicks():
    models = Models(face=False)
    painting = painted(
        models=models,
        painter="network",
        painterly=0.0,
        prompt=Prompt(drawn=strokes(add=((10, 60), (10, 60)))),
    )
    assert models.made == {}
    assert POINTER not in {use.name for use in painting.weights}
    assert painting.mask is not None
    assert painting.mask.sum() == pytest.approx(100 * 100, rel=0.05)
    assert "blend" not in painting.skipped
    assert "only what you point at or draw" in painting.hints[-1]
    assert np.abs(painting.result - painting.styled)[20:120, 20:120].mean() > 0.05
    np.testing.assert_array_equal(painting.result[150:], painting.styled[150:])


def test_another_stroke_runs_no_network_but_the_brush_that_touches_what_is_kept():
    models, cache = Models(HAND), Remembering()
    clicked = Prompt(((200, 220, True),))
    first = painted(models=models, painter="network", cache=cache, prompt=clicked)
    runs, asked = dict(models.runs), len(models.made[POINTER].asked)
    second = painted(
        models=models,
        painter="network",
        cache=cache,
        prompt=Prompt(clicked.points, None, strokes(take=((100, 120), (90, 110)))),
    )
    # The new result's face is compared with the photo's, which was described before.
    more = {name: runs[name] + 1 for name in ("painter", "descriptor")}
    assert models.runs == runs | more
    assert (len(models.made[POINTER].asked), models.made[POINTER].embedded) == (asked, 1)
    assert not np.array_equal(first.result, second.result)
