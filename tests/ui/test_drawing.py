"""Strokes: what the page sends, what they become, what is refused; with stand-ins."""

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from pipeline.types import ADDED, TAKEN, Prompt
from tests.page import (  # noqa: F401 - `private` is a fixture
    SIZE,
    Obedient,
    event,
    handlers_of,
    painted_again,
    pixels,
    pointed,
    private,
    someone,
    state_by,
    state_in,
    visitor,
)
from ui.drawing import (
    ADD,
    BRUSH,
    DRAWN_PX,
    ERASER,
    LONGEST,
    TAKE,
    line_of,
    mark_of,
    with_stroke,
)
from ui.easel import painted
from ui.history import History
from ui.service import PaintService
from ui.service.painting import STILL
from ui.service.repainting import blend_again

ACROSS = [[0.25, 0.5], [0.75, 0.5]]


@pytest.fixture
def photo(tmp_path):
    return someone(tmp_path)


@pytest.fixture
def service():
    return PaintService(paint=Obedient(), models=object())


def stroke(handlers, state, line=ACROSS, tool=BRUSH, mode=ADD, width=10, who="anna"):
    sent = event(line=line, tool=tool, mode=mode, width=width)
    return state_in(handlers.draw(visitor(who), sent, state))


# What a stroke becomes


@pytest.mark.parametrize("photo", [(300, 200), (3000, 2000), (4001, 6000)])
@pytest.mark.parametrize(("mode", "mark"), [(ADD, ADDED), (TAKE, TAKEN)])
def test_a_stroke_is_as_long_and_wide_as_it_says(photo, mode, mark):
    drawing = with_stroke(None, line_of(ACROSS), photo, mark=mark_of(BRUSH, mode), width=10)
    h, w = drawing.size
    assert max(h, w) == min(DRAWN_PX, max(photo))
    Prompt(drawn=drawing).check(photo)
    assert set(np.unique(drawing.marks)) == {0, mark}
    thick = 0.1 * min(h, w)
    assert (drawing.marks > 0).sum() == pytest.approx(
        thick * w / 2 + np.pi * thick**2 / 4, rel=0.15
    )
    assert (drawing.marks[:, w // 2] > 0).sum() == pytest.approx(
        thick, abs=3
    )  # OpenCV rounds outward
    rows = np.flatnonzero((drawing.marks > 0).any(1))
    assert rows.mean() == pytest.approx((h - 1) / 2, abs=1.5)


def test_a_stroke_over_another_wins_and_the_eraser_leaves_nothing():
    line = line_of(ACROSS)
    once = with_stroke(None, line, SIZE, mark=mark_of(BRUSH, ADD), width=10)
    over = with_stroke(once, line, SIZE, mark=mark_of(BRUSH, TAKE), width=5)
    assert set(np.unique(over.marks)) == {0, ADDED, TAKEN}
    assert with_stroke(over, line, SIZE, mark=mark_of(ERASER, ADD), width=25) is None


def test_erasing_along_a_stroke_leaves_no_crumbs():
    drawn = with_stroke(
        None, line_of([[0.1, 0.8], [0.3, 0.5]]), SIZE, mark=mark_of(BRUSH, ADD), width=6
    )
    again = [
        [0.1 + 0.02 * i + 0.003 * (i % 2), 0.8 - 0.03 * i] for i in range(11)
    ]  # a hand is not quite steady
    assert with_stroke(drawn, line_of(again), SIZE, mark=mark_of(ERASER, ADD), width=6) is None


def test_a_dot_is_a_stroke_and_what_leaves_the_photo_is_cut_off():
    assert (
        with_stroke(None, line_of([[0.5, 0.5]]), SIZE, mark=ADDED, width=5).marks[150, 100] == ADDED
    )
    assert line_of([[-3, 0.5], [0.5, 7]]).tolist() == [[0, 0.5], [0.5, 1]]


@pytest.mark.parametrize(
    "points",
    [
        None,
        "",
        "x",
        1,
        {},
        [],
        "ab",
        [1, 2],
        [[1]],
        [[1, 2, 3]],
        [[1, 2], [3]],
        [["a", "b"]],
        [[float("nan"), 0]],
        [[float("inf"), 0]],
        [[None, 0]],
        [[0, 0]] * (LONGEST + 1),
    ],
)
def test_what_is_no_stroke_is_refused_in_a_sentence(points):
    with pytest.raises(ValueError, match=f"A stroke has 1 to {LONGEST} points"):
        line_of(points)


# What strokes change on the page


def test_strokes_the_eraser_undo_and_clear_change_the_kept_region_and_the_result(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    clicked = state_in(pointed(handlers, first, 30, 50))
    taken = stroke(handlers, clicked, [[0.15, 0.15], [0.15, 0.2]], mode=TAKE)
    added = stroke(handlers, taken, [[0.8, 0.9]])
    assert [pixels(s.after)[50, 30].max() for s in (first, clicked, taken, added)] == [0, 255, 0, 0]
    assert [pixels(s.after)[270, 160].max() for s in (clicked, taken, added)] == [0, 0, 255]
    assert (
        len({first.mask_preview, clicked.mask_preview, taken.mask_preview, added.mask_preview}) == 4
    )
    erased = stroke(handlers, added, [[0.15, 0.15], [0.15, 0.2]], tool=ERASER, width=20)
    assert pixels(erased.after)[50, 30].max() == 255, "the click holds again"
    none = state_in(handlers.clear(visitor("anna"), erased))
    assert none.prompt == Prompt()
    back = state_in(handlers.undo(visitor("anna"), none))
    assert back.prompt == erased.prompt, "even that can be undone"
    for before in (added, taken, clicked, first):
        back = state_in(handlers.undo(visitor("anna"), back))
        assert back.prompt == before.prompt
        assert (pixels(back.after) == pixels(before.after)).all()
    assert state_in(handlers.undo(visitor("anna"), back)).prompt == Prompt()


def test_an_eraser_without_a_stroke_says_how_something_is_taken_away(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    clicked = state_in(pointed(handlers, first, 30, 50))
    for state in (first, clicked):
        with pytest.raises(gr.Error, match="Nothing was brushed"):
            stroke(handlers, state, tool=ERASER)
    drawn = stroke(handlers, clicked)
    assert stroke(handlers, drawn, tool=ERASER, width=25).prompt.drawn is None


def test_undo_and_clear_can_be_pressed_where_they_do_something(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    drawn = stroke(handlers, first)
    taken = state_in(handlers.undo(visitor("anna"), drawn))
    for state, can in ((first, (0, 0, 0)), (drawn, (1, 0, 1)), (taken, (0, 1, 0))):
        stays = painted(state)["stays"]
        assert (stays["undo"], stays["redo"], stays["clear"]) == can


def test_a_slider_keeps_the_drawing_and_so_does_painting_the_same_photo_again(
    service, photo, tmp_path
):
    handlers = handlers_of(service)
    drawn = stroke(handlers, state_by(service, photo))
    blended = blend_again(service, "anna", drawn, Settings.from_flat(feather=0.1))
    assert blended.prompt == drawn.prompt
    copy = tmp_path / "copy.png"
    copy.write_bytes(photo.read_bytes())
    again = painted_again(handlers, copy, blended)
    assert again.prompt == drawn.prompt
    assert str(STILL) in again.notes
    assert state_in(handlers.undo(visitor("anna"), again)).prompt == Prompt()
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(copy)
    other = painted_again(handlers, copy, blended)
    assert other.prompt == Prompt()
    assert other.history == History()


def test_what_was_cleared_comes_back_after_the_photo_was_painted_again(service, photo):
    handlers = handlers_of(service)
    drawn = stroke(handlers, state_by(service, photo))
    cleared = state_in(handlers.clear(visitor("anna"), drawn))
    again = painted_again(handlers, photo, cleared)
    assert str(STILL) not in again.notes
    assert state_in(handlers.undo(visitor("anna"), again)).prompt == drawn.prompt


def test_what_is_said_before_the_page_has_the_last_answer_goes_on_from_it(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    one = stroke(handlers, first, [[0.1, 0.1]])
    both = stroke(handlers, first, [[0.8, 0.9]])  # the page still had the state from before
    assert (both.prompt.drawn.marks >= one.prompt.drawn.marks).all()
    assert (both.prompt.drawn.marks > 0).sum() > (one.prompt.drawn.marks > 0).sum()
    slid = blend_again(service, "anna", first, Settings.from_flat(feather=0.2))
    assert slid.prompt == both.prompt
    assert painted_again(handlers, photo, first).prompt == both.prompt
    handlers.clear(visitor("anna"), both)
    assert painted_again(handlers, photo, both).prompt == Prompt()


def test_a_visitor_never_sees_another_ones_drawing(service, photo):
    handlers = handlers_of(service)
    mine, theirs = state_by(service, photo, "anna"), state_by(service, photo, "ben")
    drawn = stroke(handlers, mine)
    after = stroke(handlers, theirs, [[0.8, 0.9]], who="ben")
    assert pixels(after.after)[150, 55].max() == 0
    assert pixels(drawn.after)[150, 55].max() == 255
    assert after.prompt.drawn != drawn.prompt.drawn


def test_strokes_before_a_painting_do_nothing_and_what_is_no_stroke_is_said(service, photo):
    handlers = handlers_of(service)
    sent = event(line=ACROSS, tool=BRUSH, mode=ADD, width=10)
    assert handlers.draw(visitor("anna"), sent, None) == gr.skip()
    with pytest.raises(gr.Error, match="A stroke has"):
        stroke(handlers, state_by(service, photo), "nonsense")


@pytest.mark.parametrize(
    ("tool", "mode", "width"),
    [
        ("knife", ADD, 5),
        (BRUSH, "burn", 5),
        (BRUSH, ADD, 0),
        (BRUSH, ADD, 1e9),
        (BRUSH, ADD, float("nan")),
        (BRUSH, ADD, None),
        ("point", ADD, 5),
        ([], {}, 5),
    ],
)
def test_tools_that_the_page_does_not_have_are_refused(service, photo, tool, mode, width):
    with pytest.raises(gr.Error, match="brush"):
        stroke(handlers_of(service), state_by(service, photo), tool=tool, mode=mode, width=width)
