"""The looks: settings of their own, pictures of this photo, and the way to choose one."""

from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from pipeline.types import Face
from tests.page import (
    components,
    handlers_of,
    private,  # noqa: F401 - a fixture
    state_by,
    visitor,
)
from ui.looks import LOOKS, PAINTED, PHOTO_PX, around_people, is_of, shown
from ui.service.painting import paint_looks
from ui.session import LookPictures
from ui.viewer import served
from ui.widgets import from_widgets, to_widgets


def painted(*pictures, awaited=""):
    return LookPictures("a photo", pictures, awaited)


def face(left, top, height):
    box = left, top, left + 0.75 * height, top + height
    return Face(box, np.zeros((2, 2)), np.zeros((2, 2)), 1.0)


@pytest.mark.parametrize(
    ("size", "faces", "side"),
    [
        ((400, 267), [face(130, 20, 40)], 93),  # a figure
        ((400, 300), [face(80, 100, 170)], 300),  # a portrait
        ((267, 400), [face(30, 40, 30), face(340, 50, 30)], 267),  # a group
        ((267, 400), [face(-8, -4, 50)], 100),  # cut by the photo's edge
    ],
)
def test_a_tile_shows_the_people_in_a_square(size, faces, side):
    rows = np.arange(size[0], dtype=np.uint16)[:, None]
    columns = np.arange(size[1], dtype=np.uint16)[None]
    places = np.stack(np.broadcast_arrays(rows, columns, 0), -1)
    seen = around_people(places, faces)
    assert seen.shape == (side, side, 3)
    (top, left), (bottom, right) = seen[0, 0, :2], seen[-1, -1, :2]
    for each in faces if side < min(size) else ():
        x0, y0, x1, y1 = np.clip(each.box, 0, [*size[::-1]] * 2)
        assert left <= x0
        assert top <= y0
        assert right + 1 >= x1
        assert bottom + 1 >= y1


def test_a_tile_of_a_scene_shows_all_of_it():
    picture = np.zeros((200, 300, 3), np.uint8)
    assert around_people(picture, ()) is picture


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.title)
def test_a_look_changes_how_it_is_painted_and_leaves_frame_size_and_restoration(look):
    chosen = Settings.from_flat(paper="a4", size="4096", brush=2.5, restoration=0.2, mood="dusk")
    dressed = look.of(chosen)
    assert (dressed.frame, dressed.result, dressed.restore) == (
        chosen.frame,
        chosen.result,
        chosen.restore,
    )
    assert look.of(dressed) == dressed
    assert is_of(look, dressed)


def test_a_light_leaves_everything_else_as_it_was_chosen():
    chosen = Settings.from_flat(looseness=0.9, face_strength=0.4, painter="network")
    dusk = next(look for look in LOOKS if look.light and look.title == "Dusk").of(chosen)
    assert (dusk.paint.looseness, dusk.blend.strength) == (0.9, 0.4)
    assert (dusk.paint.mood, dusk.paint.painter) == ("dusk", Settings().paint.painter)


def test_a_light_after_another_look_is_what_its_picture_shows():
    lights = [look for look in LOOKS if look.light]
    for look in PAINTED:
        for light in lights:
            assert light.of(look.of(Settings())) == light.of(Settings())


def test_the_usual_settings_are_one_look_and_no_two_looks_are_the_same():
    assert [look for look in LOOKS if is_of(look, Settings())] == [LOOKS[0]]
    assert len({look.of(Settings()) for look in LOOKS}) == len(LOOKS)


def test_looks_are_painted_small_of_this_photo_once(service, photo):
    state = state_by(service, photo)
    service._paint.asked.clear()
    told = list(paint_looks(service, "anna", state))
    pictures = [each.painted for each in told]
    assert {each.awaited for each in told} == {state.after}, "which stands for those to come"
    assert [len(each) for each in pictures] == list(range(len(PAINTED) + 1))
    assert max(Image.open(pictures[-1][-1]).size) <= PHOTO_PX
    assert [settings.paint.mood for settings, _ in service._paint.asked] == [
        look.of(state.settings).paint.mood for look in PAINTED
    ]
    assert list(paint_looks(service, "anna", state)) == [told[-1]], "they stay for another painting"
    assert list(paint_looks(service, "ben", state))[-1] != told[-1], "and are nobody else's"


@pytest.mark.parametrize(
    "setting", [{"guessed_colors": 0.0}, {"brighten": 0.0}, {"color_cast": 0.0}, {"mend": True}]
)
def test_looks_are_painted_anew_of_a_photo_that_is_prepared_in_another_way(service, photo, setting):
    state = state_by(service, photo)
    before = list(paint_looks(service, "anna", state))[-1].painted
    prepared = replace(state, settings=state.settings.changed(**setting))
    after = list(paint_looks(service, "anna", prepared))[-1].painted
    assert len(after) == len(PAINTED)
    assert not {*before} & {*after}


ASKS = {
    "another": lambda session: session.drop_run(),
    "begun": lambda session: session.begin(session.run),
    "film": lambda session: session.begin(session.film),
    "cancel": lambda session: session.cancel(session.run),
}


@pytest.mark.parametrize("ask", ASKS)
def test_looks_end_where_another_run_is_asked_for(service, photo, ask):
    painted = paint_looks(service, "anna", state_by(service, photo))
    next(painted)
    next(painted)
    ASKS[ask](service.sessions.of("anna"))
    assert list(painted) == []
    assert len(list(paint_looks(service, "anna", state_by(service, photo)))[-1].painted) == len(
        PAINTED
    )


def test_looks_of_a_photo_that_was_taken_away_are_shown_no_more(service, photo):
    handlers, looks = handlers_of(service), components().looks
    state = state_by(service, photo)
    told = handlers.paint_looks(visitor("anna"), state)
    assert [looks in next(told) for _ in range(2)] == [True, True]
    assert handlers.receive(visitor("anna"), None)[looks] == shown(None)
    assert list(told) == [gr.skip()], "which Gradio sends once more at the end"


@pytest.mark.parametrize("ask", ASKS)
def test_a_look_that_ends_after_another_run_was_asked_for_is_not_shown(
    service, photo, monkeypatch, ask
):
    state, paint = state_by(service, photo), service.paint

    def asked_meanwhile(*args, **how):
        painting = paint(*args, **how)
        ASKS[ask](service.sessions.of("anna"))
        return painting

    monkeypatch.setattr(service, "paint", asked_meanwhile)
    assert [each.painted for each in paint_looks(service, "anna", state)] == [()]


@pytest.mark.parametrize(
    ("flat", "title"),
    [
        ({"brush": 1.4}, "Monet"),
        ({"brush": 1.4, "looseness": 0.7}, "Monet"),
        ({"brush": 1.7, "looseness": 0.95, "face_strength": 0.55}, "Loose Monet"),
        ({"painter": "tps", "portrait_style": "ukiyoe", "impasto": 0.4}, "Ukiyo-e"),
        ({"painter": "network"}, None),
        ({"mood": "dusk", "brush": 1.4}, None),  # it is that light
        ({}, None),
    ],
)
def test_of_what_was_changed_the_look_before_is_marked_faintly(flat, title):
    marked = shown(Settings.from_flat(**flat))["looks"]
    assert [look["title"] for look in marked if look["chosen"] == "mixed"] == [title] * bool(title)


def test_choosing_one_sets_the_controls(service):
    values = to_widgets(Settings.from_flat(paper="square", impasto=2))
    updates = handlers_of(service).choose_look(
        visitor("anna"), SimpleNamespace(_data={"at": 2}), *values
    )
    chosen = from_widgets([updates[control] for control in components().widgets])
    assert chosen == LOOKS[2].of(Settings.from_flat(paper="square"))
    assert updates[components().looks]["looks"][2]["chosen"] == "true"
    like = SimpleNamespace(_data={"at": len(LOOKS) - 1})
    told = handlers_of(service).choose_look(visitor("anna"), like, *values)
    assert "Choose a picture" in told[components().notes]
    with pytest.raises(gr.Error, match="no such look"):
        handlers_of(service).choose_look(
            visitor("anna"), SimpleNamespace(_data={"at": 99}), *values
        )


def test_their_place_is_kept_while_the_photo_is_painted(service, photo):
    looks, wanted = components().looks, Settings.from_flat(mood="dusk")
    service.sessions.of("anna").wanted = wanted
    arrived = handlers_of(service).receive(visitor("anna"), {"path": str(photo)}, by_itself=True)
    assert arrived[looks] == shown(wanted)
    assert [look["picture"] for look in arrived[looks]["looks"][:-1]] == [""] * len(PAINTED)
    assert handlers_of(service).receive(visitor("anna"), {"path": str(photo)})[looks] == shown(None)


def test_of_nothing_no_looks_are_painted_and_those_that_hang_there_stay(service):
    assert list(handlers_of(service).paint_looks(visitor("anna"), None)) == [gr.skip()]


def test_nothing_is_shown_before_something_is_painted(service):
    assert shown(None) == {"looks": []}
    updates = handlers_of(service).receive(visitor("anna"), None)
    assert updates[components().looks] == {"looks": []}


def test_the_look_that_is_painted_is_marked():
    marks = [look["chosen"] for look in shown(LOOKS[5].of(Settings()), painted("/a.png"))["looks"]]
    assert marks == ["true" if at == 5 else "false" for at in range(len(LOOKS))]


def test_a_look_that_is_awaited_has_the_first_picture_pale_and_before_that_the_painting():
    ways = painted(), painted(awaited="/p.png"), painted("/a.png", "/b.png", awaited="/p.png")
    none, first, some = (shown(Settings(), pictures)["looks"] for pictures in ways)
    assert {look["picture"] for look in none[: len(PAINTED)]} == {""}
    assert {look["picture"] for look in first[: len(PAINTED)]} == {served("/p.png")}
    assert {look["kind"] for look in first[: len(PAINTED)]} == {"awaited"}
    assert [look["kind"] for look in some] == ["", "", *["awaited"] * (len(PAINTED) - 2), ""]
    assert {look["picture"] for look in some[2 : len(PAINTED)]} == {some[0]["picture"]}
