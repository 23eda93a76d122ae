"""The easel and what begins a painting: what is shown, said, overtaken, and refused quietly."""

import re
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from pipeline.settings import Settings
from tests.page import (  # noqa: F401 - `private` is a fixture
    NO_STYLES,
    components,
    handlers_of,
    private,
    state_by,
    visitor,
)
from ui import easel, viewer
from ui.easel import WAITS_S
from ui.handlers.painting import LIKE_WHAT, OF_WHAT
from ui.service.writing import write_full_size
from ui.style_box import LIKE
from ui.widgets import to_widgets

DEFAULTS = to_widgets(Settings())


def begin(handlers, photo, *, pressed=True, state=None, settings=None):
    parts = components()
    event = SimpleNamespace(target=parts.paint if pressed else parts.repaint)
    field = photo and {"path": str(photo)}
    values = DEFAULTS if settings is None else to_widgets(settings)
    return handlers.begin(visitor("anna"), event, field, state, *NO_STYLES, *values)


def test_what_is_done_is_said_over_the_picture_so_far(service):
    session = service.sessions.of("anna")
    assert easel.doing(session.run) == ""
    session.run.ask()
    assert "Beginning" in easel.doing(session.run)
    session.run.awaited -= WAITS_S
    assert "Waiting for 2 other paintings" in easel.doing(session.run, 2)
    assert "Beginning" in easel.doing(session.run)
    session.run.doing = 0.4, "Painting <the scene>"
    session.show_so_far(session.run, np.zeros((8, 8, 3), np.uint8))
    said = easel.doing(session.run)
    assert "--done: 40%" in said
    assert "Painting &lt;the scene&gt;" in said
    assert Path(session.run.preview).name in said
    session.run.end()
    assert easel.doing(session.run) == ""


def test_paint_makes_the_page_ready_and_stops_the_run_before(service, photo):
    parts, handlers = components(), handlers_of(service)
    session = service.sessions.of("anna")
    session.run.ask()
    stop, run = session.begin(session.run), session.run.awaited
    updates = begin(handlers, photo)
    assert stop.is_set()
    assert session.run.awaited != run
    assert not updates[parts.paint].interactive
    assert updates[parts.cancel].visible
    assert updates[parts.timer].active
    assert updates[parts.easel] == easel.bare()
    assert parts.easel not in begin(handlers, photo, state=state_by(service, photo))


def test_a_painting_that_has_to_be_asked_for_is_asked_for_on_the_bare_easel(service, photo):
    handlers, parts = handlers_of(service), components()
    arrived = handlers.receive(visitor("anna"), {"path": str(photo)}, by_itself=True)
    assert arrived[parts.easel] == easel.bare(None)
    given = {"path": str(photo)}, None, *NO_STYLES, *DEFAULTS
    assert handlers.not_begun(visitor("anna"), *given)[parts.easel] == easel.bare()
    painted = given[0], state_by(service, photo), *given[2:]
    assert parts.easel not in handlers.not_begun(visitor("anna"), *painted)
    service.sessions.of("anna").run.ask()
    assert handlers.not_begun(visitor("anna"), *given) == gr.skip(), "another run is awaited"


@pytest.mark.parametrize(
    ("flat", "words"),
    [({}, easel.ARRIVED), ({"painter": LIKE}, LIKE_WHAT), ({"mood": "picture"}, OF_WHAT)],
)
def test_the_bare_easel_says_which_picture_is_lacking(service, photo, flat, words):
    values = to_widgets(Settings.from_flat(**flat))
    for field, said in (({"path": str(photo)}, words), (None, easel.ARRIVED)):
        given = field, None, *NO_STYLES, *values
        updates = handlers_of(service).not_begun(visitor("anna"), *given)
        assert updates[components().easel] == easel.bare(said)


def test_a_run_that_was_overtaken_leaves_the_page_to_the_one_that_overtook_it(service, photo):
    handlers = handlers_of(service)
    session = service.sessions.of("anna")
    begin(handlers, photo)
    with handlers._ending(session.run):
        begin(handlers, photo)
        newer = session.run.awaited
    assert session.run.awaited == newer
    assert handlers.idle(visitor("anna")) == gr.skip()
    with handlers._ending(session.run):
        pass
    assert session.run.awaited is None
    assert handlers.idle(visitor("anna"))[components().paint].interactive


@pytest.mark.parametrize("pressed", [True, False])
def test_what_is_missing_is_said_only_to_who_pressed_paint(service, photo, pressed):
    handlers = handlers_of(service)
    for how in ({"photo": None}, {"photo": photo, "settings": Settings.from_flat(painter=LIKE)}):
        with pytest.raises(gr.Error) as caught:
            begin(handlers, pressed=pressed, **how)
        assert caught.value.visible == pressed
        assert bool(caught.value.message) == pressed
    assert service.sessions.of("anna").run.awaited is None


def test_a_mood_of_a_picture_asks_for_it_where_nobody_pressed_paint(service, photo, monkeypatch):
    told = []
    monkeypatch.setattr(gr, "Info", told.append)
    for flat in ({"mood": "picture"}, {"painter": LIKE}, {}):
        with suppress(gr.Error):  # not said: above
            settings = Settings.from_flat(**flat)
            begin(handlers_of(service), photo, pressed=False, settings=settings)
    assert told == [str(OF_WHAT)]


def test_a_photo_is_painted_by_itself_where_that_is_wanted(service, photo):
    handlers, arrived = handlers_of(service), components().arrived
    field = {"path": str(photo)}
    first, second = (handlers.receive(visitor("anna"), field, True)[arrived] for _ in range(2))
    assert first != second, "each is a change that the page can tell"
    assert arrived not in handlers.receive(visitor("anna"), field, False)
    assert arrived not in handlers.receive(visitor("anna"), None, True)


def test_without_a_photo_hangs_what_hung_at_first_and_asks_for_one(service, photo):
    handlers, canvas = handlers_of(service), components().easel
    hangs = handlers.receive(visitor("anna"), None)[canvas]
    assert (hangs, hangs["words"]) == (easel.opening(), str(easel.EMPTY))
    field = {"path": str(photo)}
    assert handlers.receive(visitor("anna"), field)[canvas]["words"] == str(easel.ARRIVED)


def test_a_painting_that_was_made_here_waits_for_another_photo(service, photo, tmp_path):
    painted = write_full_size(service, "anna", state_by(service, photo))
    updates = handlers_of(service).receive(visitor("anna"), {"path": str(painted)}, True)
    assert components().arrived not in updates


def test_a_file_from_anywhere_goes_into_the_photos_field(service):
    handlers = handlers_of(service)
    assert handlers.take({"path": "/served/me.jpg"}) == "/served/me.jpg"
    assert handlers.take(None) == gr.skip()


def test_the_template_holds_nothing_that_a_template_would_fill_in():
    text = Path(viewer.HERE.with_suffix(".html")).read_text()
    assert not re.search(r"[`]|\$\{(?!say\()|\{\{", text)
