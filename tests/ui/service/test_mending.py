"""What is brushed over what is mended: shown, painted, undone, moved, kept, and nobody else's."""

from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from pipeline.settings import Settings
from pipeline.steps.mend import Mended
from pipeline.types import ADDED, TAKEN
from tests.page import (  # noqa: F401 - `private` is a fixture
    OWN_SIZE,
    SIZE,
    Pipeline,
    components,
    event,
    handlers_of,
    painted_again,
    pixels,
    private,
    someone,
    state_by,
    visitor,
)
from ui import card
from ui.album import card_of
from ui.offers import MEND
from ui.service import PaintService
from ui.service.mending import marked

STROKE = {"line": [[0.2, 0.5], [0.8, 0.5]], "width": 6}


class Painter(Pipeline):
    """The stand-in; its painting knows what was brushed."""

    def __call__(self, photo, settings, *, prompt=None, **how):
        painting = super().__call__(photo, settings, **how)
        return painting if prompt is None else replace(painting, prompt=prompt)


@pytest.fixture
def looked():
    return []


@pytest.fixture
def service(looked):
    def look(photo, settings, *, models, drawn, cache):
        looked.append(drawn)
        original = np.asarray(photo.pixels, np.float32) / 255
        where = np.zeros(original.shape[:2], bool)
        if drawn:
            where[: drawn.size[0], : drawn.size[1]] = drawn.marks == ADDED
        return Mended(original, where, np.where(where[..., None], 0, photo.pixels))

    return PaintService(paint=Painter(), models=object(), look=look)


@pytest.fixture
def state(service, tmp_path):
    return state_by(service, someone(tmp_path))


def brushed(service, state, who="anna", **changes):
    said = {**STROKE, "tool": "brush", "mode": "add"} | changes
    return handlers_of(service).brush_mending(visitor(who), event(**said), state)


def viewer_in(updates):
    return updates[components().mend_box.viewer]


def test_what_is_mended_is_shown_over_the_photo(service, state):
    updates = handlers_of(service).look_at_mending(visitor("anna"), state)
    seen = viewer_in(updates)
    assert updates[components().mend_box.panel].visible
    assert seen["names"] == ["Your photo", "Mended"]
    assert not any(seen["stays"][can] for can in ("undo", "redo", "clear"))
    assert "0.0 %" in seen["stays"]["said"]


def test_a_stroke_is_mended_and_turns_mending_on(service, state, looked):
    updates = brushed(service, state)
    assert updates[components().controls[MEND]] is True
    seen = viewer_in(updates)["stays"]
    assert (seen["undo"], seen["redo"], seen["clear"]) == (True, False, True)
    assert (looked[-1].marks == ADDED).any()
    mended = pixels(viewer_in(updates)["after"].partition("file=")[2])
    assert mended[150, 100].max() < 60  # the stand-in blackens what is mended
    assert mended[20, 100, 0] > 150


def test_what_was_brushed_is_what_is_painted_until_it_is_undone(service, state, tmp_path):
    handlers, photo = handlers_of(service), state.photo
    brushed(service, state)
    again = painted_again(handlers, photo, state)
    assert (again.prompt.mended.marks == ADDED).any()
    assert not again.prompt  # it is no correction of what stays
    brushed(service, again, mode="take", line=[[0.2, 0.1]])
    both = painted_again(handlers, photo, again).prompt.mended.marks
    assert {*np.unique(both)} == {0, ADDED, TAKEN}
    handlers.undo_mending(visitor("anna"), again)
    assert (painted_again(handlers, photo, again).prompt.mended.marks != TAKEN).all()
    handlers.redo_mending(visitor("anna"), again)
    assert (painted_again(handlers, photo, again).prompt.mended.marks == TAKEN).any()
    handlers.clear_mending(visitor("anna"), again)
    assert painted_again(handlers, photo, again).prompt.mended is None
    handlers.undo_mending(visitor("anna"), again)
    assert painted_again(handlers, photo, again).prompt.mended is not None


def test_it_belongs_to_one_photo_of_one_page(service, state, tmp_path):
    brushed(service, state)
    other = tmp_path / "other.png"
    Image.fromarray(255 - pixels(state.photo)).save(other)
    assert state_by(service, other).prompt.mended is None
    brushed(service, state)
    assert state_by(service, state.photo, "bert").prompt.mended is None
    assert state_by(service, state.photo).prompt.mended is not None


def test_another_frame_takes_it_along(service, state):
    brushed(service, state)
    turned = state_by(service, state.photo, settings=OWN_SIZE.changed(turn="90"))
    drawn = turned.prompt.mended
    assert drawn.size[0] / drawn.size[1] == pytest.approx(SIZE[1] / SIZE[0], rel=0.02)
    rows, columns = np.nonzero(drawn.marks)
    assert np.ptp(rows) > np.ptp(columns)  # what lay stands


def test_clear_and_undo_of_what_stays_leave_it(service, state):
    handlers = handlers_of(service)
    brushed(service, state)
    again = painted_again(handlers, state.photo, state)
    who = visitor("anna")
    pointed = handlers.point(who, event(x=0.5, y=0.5, mode="add"), again)[components().state]
    assert pointed.prompt.points
    for act in (handlers.undo, handlers.clear):
        assert act(who, pointed)[components().state].prompt == again.prompt


def test_the_browser_keeps_it_and_brings_it_back(service, state):
    brushed(service, state)
    again = painted_again(handlers_of(service), state.photo, state)
    found, _ = card.read(card.written(card_of(again, "photo")))
    assert found.prompt.mended == again.prompt.mended
    old = card.written(card_of(state, "photo")).replace('"mended"', '"unknown"')
    assert card.read(old)[0].prompt.mended is None


@pytest.mark.parametrize(
    "changes",
    [{"line": None}, {"line": [["a", 1]]}, {"width": 0}, {"tool": "knife"}, {"mode": "x"}],
)
def test_what_is_no_stroke_is_refused_in_a_sentence(service, state, changes):
    with pytest.raises(gr.Error):
        brushed(service, state, **changes)


def test_nothing_is_brushed_where_nothing_is_painted(service):
    handlers = handlers_of(service)
    assert "__type__" in str(handlers.look_at_mending(visitor("anna"), None))
    assert "__type__" in str(brushed(service, None))


def test_what_is_mended_is_blue_and_the_rest_the_photo():
    photo = np.full((20, 30, 3), 0.5, np.float32)
    where = np.zeros((20, 30), bool)
    where[5:9] = True
    drawn = marked(photo, where)
    assert (drawn[0] == 128).all()
    assert drawn[6, 0, 2] > drawn[6, 0, 0] + 60


def test_a_mended_photo_can_be_looked_at_too(service, state, monkeypatch):
    mended = replace(state, settings=Settings.from_flat(mend=True))
    offer = components().offers[MEND]
    updates = handlers_of(service).offer_mending(visitor("anna"), mended)
    assert updates[offer.box].visible
    assert updates[offer.accept].value == "Do not mend"
