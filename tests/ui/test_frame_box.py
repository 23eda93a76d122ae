"""Crop, paper, border and size on the page, over a stand-in that frames as the pipeline does."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.io.encode import encode_png
from pipeline.io.image_files import read_photo
from pipeline.settings import FrameSettings, Settings
from pipeline.stages.border import PAPER
from pipeline.stages.frame import frame
from pipeline.stages.segment.scribbles import draw
from pipeline.types import ADDED, Prompt, drawing_of
from tests.page import (  # noqa: F401 - `private` is a fixture
    NO_STYLES,
    OWN_SIZE,
    SIZE,
    Pipeline,
    alike,
    components,
    handlers_of,
    pixels,
    private,
    someone,
    state_by,
    state_in,
    visitor,
)
from ui.card import Card, read, written
from ui.frame_box import SHOWN_BY, describe_size
from ui.reframing import reframed
from ui.service import PaintService
from ui.service.correcting import point, undo
from ui.service.painting import STILL
from ui.service.repainting import blend_again
from ui.service.writing import write_full_size
from ui.widgets import AT_ONCE, OPTIONS, changed_at_once, from_link, to_widgets

SQUARE = Settings.from_flat(paper="square", border=10.0, size="photo")


class Framing(Pipeline):
    """Frames the photo, then inverts it; remembers the prompts it was asked with."""

    def __call__(self, photo, settings, *, prompt=Prompt(), **how):  # noqa: B008 - frozen
        framed = frame(photo, settings.frame)
        prompt.check(framed.size)
        return replace(super().__call__(framed, settings, **how), prompt=prompt)


@pytest.fixture
def service():
    return PaintService(paint=Framing(), models=object())


@pytest.fixture
def photo(tmp_path):
    return someone(tmp_path)


def shown(service, path, settings):
    box = components().frame
    given = path and {"path": str(path)}
    told = handlers_of(service).show_frame(visitor("anna"), given, *to_widgets(settings))
    return told[box.picture], told[box.size]


def test_photo_and_result_are_compared_in_the_same_border(service, photo):
    state = state_by(service, photo, settings=SQUARE)
    before, after = pixels(state.before), pixels(state.after)
    assert before.shape == after.shape == (250, 250, 3)
    for picture in (before, after):
        assert alike(picture[:25], PAPER)
        assert not alike(picture[25:35, 25:-25], PAPER)
    assert alike(before[25:-25, 25:-25], 255 - after[25:-25, 25:-25])
    assert state.stages[-1][1] == state.after
    again = blend_again(service, "anna", state, SQUARE.changed(feather=0.1))
    assert pixels(again.after).shape == (250, 250, 3)


def test_the_told_size_follows_every_control_that_it_depends_on():
    small, style = (60, 40), {"painter": "tps", "portrait_style": "ukiyoe"}
    told = describe_size(small, Settings.from_flat(**style))
    for flag, value in (("painter", "fast"), ("portrait_style", "gone"), ("size", "2048")):
        assert describe_size(small, Settings.from_flat(**(style | {flag: value}))) != told
        assert flag in SHOWN_BY


def test_what_is_clicked_on_is_the_frame_without_its_border(service, photo):
    state = state_by(service, photo, settings=SQUARE)
    assert state.size == state.preview_size == (200, 200)
    assert pixels(state.mask_preview).shape == (200, 200, 3)


def test_the_download_is_what_is_shown(service, photo):
    state = state_by(service, photo, settings=SQUARE)
    file = write_full_size(service, "anna", state)
    assert alike(pixels(file), pixels(state.after))


def test_a_transparent_photos_border_is_opaque(service, tmp_path):
    path = tmp_path / "ghost.png"
    clear = np.zeros((60, 40), np.uint8)
    path.write_bytes(encode_png(np.full((60, 40, 3), 9, np.uint8), alpha=clear))
    state = state_by(service, path, settings=SQUARE)
    assert alike(pixels(state.after)[0], PAPER)
    alpha = read_photo(write_full_size(service, "anna", state)).alpha
    assert alpha is not None
    assert (alpha[0].min(), alpha[25, 25]) == (255, 0)


def test_another_frame_waits_for_paint():
    chosen = SQUARE.changed(zoom=2.0, straighten=3.0, size="2048")
    assert changed_at_once(Settings(), chosen) == Settings.from_flat(size="2048")
    assert {o.flag for o in OPTIONS if o.path[0] == "frame"}.isdisjoint(AT_ONCE)


def test_a_link_carries_a_frame_and_one_without_it_frames_nothing():
    settings = SQUARE.changed(straighten=-1.5)
    link = {flag: str(value) for flag, value in settings.written().items()}
    assert from_link(link | {"restore": "true", "paint": "true", "keep_face": "true"}) == (
        settings, [],
    )  # fmt: skip
    assert from_link({"format": "2", "brush": "2"})[0].frame == FrameSettings()


# What a person corrected stays where it was


def test_corrections_move_with_the_frame(service, photo):
    state = state_by(service, photo)
    marks = np.zeros(SIZE, np.uint8)
    marks[140:160, 90:110] = ADDED
    prompt = Prompt(((99.5, 149.5, True), (5.0, 5.0, False)), drawn=drawing_of(marks))
    state = point(service, "anna", state, prompt)
    values = {"path": str(photo)}, state, *NO_STYLES, *to_widgets(SQUARE)
    moved = state_in(handlers_of(service).paint_photo(visitor("anna"), *values))
    assert moved.prompt.points == ((99.5, 129.5, True),)  # 20 px are cut off above
    assert moved.notes[0] == str(STILL)
    assert moved.prompt.drawn.size == (200, 200)
    assert np.argwhere(moved.prompt.drawn.marks).min(0).tolist() == [120, 90]
    assert undo(service, "anna", moved).prompt == Prompt()


@pytest.mark.parametrize("now", [
    {"straighten": 7.0}, {"zoom": 2.0, "across": 1.0}, {"turn": "90"}, {"turn": "180"},
    {"turn": "270", "straighten": -5.0},
])  # fmt: skip
def test_a_point_stays_on_what_it_points_at(tmp_path, now):
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[98:103, 198:203] = 255
    path = tmp_path / "spot.png"
    path.write_bytes(encode_png(picture))
    photo, before, after = read_photo(path), FrameSettings(), FrameSettings(**now)
    drawn = drawing_of(np.uint8(picture[::2, ::2, 0] > 0))  # at half the size
    prompt = Prompt(((200.0, 100.0, True),), drawn=drawn, faces=((200.0, 100.0, 0.5),))
    moved = reframed(prompt, photo.size, before, after)
    framed = frame(photo, after)
    ((x, y, _),) = moved.points
    assert framed.pixels[round(y), round(x)].min() > 250
    assert moved.faces[0][:2] == (x, y)
    mask = draw(np.zeros(framed.size, np.float32), moved.drawn)
    ys, xs = np.nonzero(mask > 0.5)
    assert (ys.mean(), xs.mean()) == pytest.approx((y, x), abs=1.5)


def test_a_drawing_in_a_wider_frame_lies_where_it_did_and_fits_a_card():
    marks = np.zeros((750, 1000), np.uint8)
    marks[360:390, 485:515] = ADDED
    prompt = Prompt(((1666.2, 1249.5, True),), drawn=drawing_of(marks))  # its middle
    moved = reframed(prompt, (3000, 4000), FrameSettings(zoom=1.2), FrameSettings())
    assert moved.drawn.size == (750, 1000)
    ((x, y, _),) = moved.points
    assert np.argwhere(moved.drawn.marks).mean(0) == pytest.approx((y / 4, x / 4), abs=1)
    card = Card("photo", "someone", Settings(), (3000, 4000), moved)
    assert read(written(card))[0].prompt.drawn == moved.drawn


def test_what_lies_outside_the_new_frame_is_left_out():
    prompt = Prompt(((5.0, 5.0, True),), faces=((290.0, 5.0, 1.0),))
    assert reframed(prompt, (200, 300), FrameSettings(), FrameSettings(zoom=2.0)) == Prompt()


# What the box shows before anything is painted


def test_the_box_shows_what_will_be_painted_with_its_size(service, photo):
    picture, said = shown(service, photo, SQUARE.changed(size="4096"))
    assert picture.visible
    seen = pixels(picture.value["path"] if isinstance(picture.value, dict) else picture.value)
    assert seen.shape == (250, 250, 3)
    assert alike(seen[0], PAPER)
    assert said.partition("<")[0] == "What will be painted: 4096 × 4096 px, 35 × 35 cm at 300 dpi"  # noqa: RUF001


def test_a_photo_can_be_pulled_where_its_frame_leaves_room(service, photo):
    handlers, size = handlers_of(service), components().frame.size
    for changes, movable in (({}, False), ({"zoom": 2.0}, True), ({"paper": "square"}, True)):
        values = to_widgets(Settings.from_flat(**changes))
        said = handlers.show_frame(visitor("anna"), {"path": str(photo)}, *values)[size]
        assert ("data-room" in said) == movable


def test_the_box_is_empty_without_a_photo_and_says_why_there_is_nothing(service, tmp_path):
    assert shown(service, None, Settings())[1] == ""
    path = tmp_path / "small.png"
    path.write_bytes(encode_png(np.zeros((40, 60, 3), np.uint8)))
    picture, said = shown(service, path, Settings.from_flat(zoom=4.0))
    assert not picture.visible
    assert said.startswith("Wanted at least 16 px")
    (tmp_path / "words.png").write_text("no picture")
    assert shown(service, tmp_path / "words.png", Settings())[1] == ""


def test_the_result_says_how_large_it_is(service, photo):
    state = state_by(service, photo, settings=Settings.from_flat(size="8192"))
    values = {"path": str(photo)}, None, *NO_STYLES, *to_widgets(state.settings)
    told = handlers_of(service).paint_photo(visitor("anna"), *values)
    assert told[components().size] == "5461 × 8192 px, 46 × 69 cm at 300 dpi"  # noqa: RUF001
    assert describe_size((200, 300), OWN_SIZE) == "300 × 200 px, 2.5 × 1.7 cm at 300 dpi"  # noqa: RUF001


def test_the_controls_of_the_frame_stand_in_its_box():
    box = next(
        block for block in components().frame.picture.parent.children if block.elem_id == "framed"
    ).parent
    here = {child.elem_id for form in box.children for child in getattr(form, "children", [form])}
    wanted = {f"set-{o.flag}" for o in OPTIONS if o.path[0] in ("frame", "result")}
    assert wanted <= here
