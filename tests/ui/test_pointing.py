"""Clicks on what is kept: where they point, what they change, what is refused; with stand-ins."""

from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from pipeline.io.image_files import read_photo
from pipeline.settings import Settings
from pipeline.steps.segment import NOT_THERE
from pipeline.types import PhotoError, Prompt
from pipeline.weights.catalog import WeightError
from tests.page import (  # noqa: F401 - `private` is a fixture
    SIZE,
    Obedient,
    Pipeline,
    alike,
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
from ui.drawing import TAKE
from ui.easel import NOTHING, painted
from ui.pointing import (
    ADD_COLOR,
    MOST_POINTS,
    TAKE_COLOR,
    clicked,
    describe_mask,
    draw_mask,
    with_click,
)
from ui.prompts import prompt_from
from ui.service import PaintService
from ui.service.painting import STILL
from ui.service.repainting import blend_again
from ui.service.writing import write_full_size


@pytest.fixture
def photo(tmp_path):
    return someone(tmp_path)


@pytest.fixture
def service():
    return PaintService(paint=Obedient(), models=object())


# Where a click points


@pytest.mark.parametrize("photo", [(300, 200), (3000, 2000), (6000, 4001)])
def test_a_point_in_fractions_points_at_the_same_place_of_the_photo(photo):
    for x, y in ((0.25, 0.5), (0.75, 0.9), (0.5, 0.01)):
        *at, add = clicked(x, y, photo, add=True)
        assert add is True
        assert at == pytest.approx((x * photo[1] - 0.5, y * photo[0] - 0.5), abs=0.01)


@pytest.mark.parametrize("photo", [(300, 200), (3001, 1999), (31, 47)])
@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1), (1.01, -0.2)])
def test_a_point_in_a_corner_lies_in_the_photo(photo, corner):
    Prompt((clicked(*corner, photo, add=False),)).check(photo)


@pytest.mark.parametrize("at", [(None, 0.5), ("1", 0.5), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_point_is_refused_in_a_sentence(at):
    with pytest.raises(ValueError, match="two fractions of the photo"):
        clicked(*at, (30, 20), add=True)


def test_the_kept_region_is_in_color_and_the_rest_is_pale(photo):
    painting = Obedient()(
        read_photo(photo),
        Settings(),
        models=None,
        prompt=Prompt(((30.0, 250.0, True), (100.0, 130.0, False))),
    )
    drawn = draw_mask(painting)
    assert drawn.shape == (*SIZE, 3)
    assert drawn[110, 130].tolist() == [200, 40, 40]
    assert len(set(drawn[20, 20])) == 1, "gray where nothing is kept"
    assert (tuple(drawn[248, 28]), tuple(drawn[128, 98])) == (ADD_COLOR, TAKE_COLOR)
    assert drawn[250, 30].tolist() == drawn[130, 100].tolist() == [255, 255, 255], "its sign"
    assert describe_mask(painting.prompt).endswith("add: 1; that take away: 1.")


def test_without_a_face_all_is_pale_and_the_easel_says_what_to_do(photo):
    def paint(*args, **how):
        return replace(Pipeline()(*args, **how), mask=None)

    painting = paint(read_photo(photo), Settings(), models=None)
    assert np.ptp(draw_mask(painting), axis=2).max() == 0
    shown = painted(state_by(PaintService(paint=paint, models=object()), photo))
    assert shown["stays"]["legend"] == str(NOTHING)


def test_that_nothing_was_found_is_said_where_somebody_points(photo):
    def paint(*args, **how):
        return replace(Pipeline()(*args, **how), hints=(NOT_THERE,))

    shown = painted(state_by(PaintService(paint=paint, models=object()), photo))
    assert shown["stays"]["legend"] == NOT_THERE


# What clicks change


def test_clicks_undo_and_clear_change_the_kept_region_and_the_result(service, photo):
    handlers, first = handlers_of(service), state_by(service, photo)
    once = state_in(pointed(handlers, first, 30, 50))
    twice = state_in(pointed(handlers, once, 100, 130, TAKE))
    assert twice.prompt.points == ((30, 50, True), (100, 130, False))
    assert [pixels(s.after)[50, 30].max() for s in (first, once, twice)] == [0, 255, 255]
    assert [pixels(s.after)[130, 100].max() for s in (first, once, twice)] == [255, 255, 0]
    assert len({first.mask_preview, once.mask_preview, twice.mask_preview}) == 3
    back = state_in(handlers.undo(visitor("anna"), twice))
    assert (pixels(back.after) == pixels(once.after)).all()
    assert (pixels(back.mask_preview) == pixels(once.mask_preview)).all()
    none = state_in(handlers.clear(visitor("anna"), twice))
    assert none.prompt == Prompt()
    assert (pixels(none.after) == pixels(first.after)).all()


def test_a_slider_keeps_the_clicks_and_so_does_painting_the_same_photo_again(
    service, photo, tmp_path
):
    handlers = handlers_of(service)
    clicked_on = state_in(pointed(handlers, state_by(service, photo), 30, 50))
    blended = blend_again(service, "anna", clicked_on, Settings.from_flat(feather=0.1))
    assert blended.prompt == clicked_on.prompt
    assert blended.mask_preview == clicked_on.mask_preview, "a blend does not change it"
    copy = tmp_path / "copy.png"
    copy.write_bytes(photo.read_bytes())
    again = painted_again(handlers, copy, blended)
    assert again.prompt == clicked_on.prompt
    assert str(STILL) in again.notes
    Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(copy)
    other = painted_again(handlers, copy, blended)
    assert other.prompt == Prompt()


def test_the_download_follows_the_clicks(service, photo):
    state = state_in(pointed(handlers_of(service), state_by(service, photo), 30, 50))
    assert alike(pixels(write_full_size(service, "anna", state)), pixels(state.after))


def test_clicks_before_a_painting_do_nothing(service):
    handlers = handlers_of(service)
    for values in (
        pointed(handlers, None, 1, 1),
        handlers.undo(visitor("anna"), None),
    ):
        assert values == gr.skip()


def test_the_page_lives_on_where_nothing_can_follow_clicks(photo):
    class Bare(Obedient):
        def __call__(self, photo, settings, *, prompt=Prompt(), **how):  # noqa: B008 - frozen
            if prompt:
                raise WeightError("There is no sam_light here; get the project's own copy again.")
            return super().__call__(photo, settings, **how)

    service = PaintService(paint=Bare(), models=object())
    state = state_by(service, photo)
    with pytest.raises(gr.Error, match="There is no sam_light"):
        pointed(handlers_of(service), state, 1, 1)
    assert blend_again(service, "anna", state, Settings.from_flat(feather=0.1)).prompt == Prompt()


def test_a_deleted_photo_is_asked_for_again(service, photo):
    state = state_by(service, photo)
    service.sessions.leave("anna")
    photo.unlink()
    with pytest.raises((PhotoError, gr.Error), match="Add it again"):
        pointed(handlers_of(service), state, 1, 1)


def test_too_many_clicks_are_refused():
    prompt = Prompt(((1.0, 1.0, True),) * MOST_POINTS)
    with pytest.raises(ValueError, match=f"at most {MOST_POINTS} points"):
        with_click(prompt, (1.0, 1.0, True))


# What programs say


@pytest.mark.parametrize(
    ("faces", "said"),
    [
        ("1,2", "a list of"),
        ([[1, 2]], r"A face is \[x, y, restoration\]"),
        ([[1, 2, True]], "two and null"),
        ([[1, None, 1]], "three numbers"),
        ([[1, 2, 0.5]] * 101, "at most 100"),
    ],
)
def test_other_json_of_faces_is_refused_in_a_sentence(faces, said):
    with pytest.raises(ValueError, match=said):
        prompt_from(None, None, faces)


def test_prompts_of_json_are_read():
    assert prompt_from(None, None, [[1, 2, 0.5], (3, 4.5, None)]) == Prompt(
        faces=((1, 2, 0.5), (3, 4.5, None))
    )
    assert prompt_from(None, None) == Prompt()
    assert prompt_from([[1, 2.5, True], [3, 4, False]], [0, 0, 5, 6]) == Prompt(
        ((1, 2.5, True), (3, 4, False)), (0, 0, 5, 6)
    )


@pytest.mark.parametrize(
    ("points", "box", "said"),
    [
        ("1,2", None, "a list of"),
        (7, None, "a list of"),
        ({"x": 1}, None, "a list of"),
        ([[1, 2]], None, r"A point is \[x, y, add\]"),
        ([[1, 2, 1]], None, "true or false"),
        ([[True, 2, True]], None, "two numbers"),
        ([["1", 2, True]], None, "two numbers"),
        ([[10**400, 2, True]], None, "two numbers"),
        ([[1, 2, True]] * 101, None, "at most 100"),
        (None, [1, 2, 3], "four numbers"),
        (None, "0,0,5,5", "four numbers"),
        (None, [0, 0, float("nan"), 5], "four numbers"),
        (None, {}, "four numbers"),
    ],
)
def test_other_json_is_refused_in_a_sentence(points, box, said):
    with pytest.raises(ValueError, match=said):
        prompt_from(points, box)


def test_the_client_points(served, photo):
    file, report, _ = served.predict(
        photo=handle_file(photo), points=[[30, 50, True]], size="photo", api_name="/paint"
    )
    assert pixels(Path(file))[50, 30].max() == 255
    assert report["prompt"] == {"points": [[30, 50, True]], "box": None, "faces": [], "kept": []}
    with pytest.raises(AppError, match="x from 0 to 199"):
        served.predict(photo=handle_file(photo), points=[[200, 50, True]], api_name="/paint")
    with pytest.raises(AppError, match="x0 < x1"):
        served.predict(photo=handle_file(photo), box=[5, 5, 5, 9], api_name="/paint")
