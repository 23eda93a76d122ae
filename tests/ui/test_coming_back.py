"""A page that is opened anew: what it held is there again, and nobody else finds it."""

import threading
from pathlib import Path

import gradio as gr
import pytest

from tests.page import (
    DEFAULTS,
    NO_STYLES,
    OWN_SIZE,
    components,
    handlers_of,
    someone,
    state_by,
    state_in,
    visitor,
)
from tests.video.models import FilmModels, film_file
from ui.handlers.visiting import LEFT
from ui.service import PaintService
from ui.sessions import PARKED_S


def opened(service, held, who="anew"):
    """Open a page that was closed, as its browser does; return its key."""
    return handlers_of(service).open(visitor(who), held)[components().key]


def came_back(service, who="anew"):
    return handlers_of(service).come_back(visitor(who))


def closed(service, who="anna"):
    """Close a page; return its key."""
    key = service.sessions.of(who).key
    handlers_of(service).leave(visitor(who))
    return key


def shown(service, photo, who="anna"):
    """Show a painting on a page."""
    state = state_by(service, photo, who)
    handlers_of(service).keep_result(visitor(who), state)
    return state


def asked(service, photo, who="anna"):
    """Press Paint, and wait."""
    pressed = type("Event", (), {"target": None})()
    values = {"path": str(photo)}, None, *NO_STYLES, *DEFAULTS
    handlers_of(service).begin(visitor(who), pressed, *values)


def test_a_painting_hangs_again_with_its_photo_and_its_settings(service, photo):
    state = shown(service, photo)
    service.sessions.of("anna").wanted = OWN_SIZE.changed(brush=2.0)
    key, folder = closed(service), service.sessions.of("anna").folder
    assert opened(service, key) != key
    updates, parts = came_back(service), components()
    assert state_in(updates) is state
    assert updates[parts.photo] == str(photo)
    assert updates[parts.controls["brush"]] == 2.0
    assert parts.arrived not in updates
    assert Path(state.after).exists()
    assert service.sessions.of("anew").folder != folder
    assert came_back(service) == gr.skip(), "it is shown once"


def test_a_painting_that_was_being_made_is_begun_again(service, tmp_path):
    photo = someone(tmp_path)
    handlers_of(service).receive(visitor("anna"), {"path": str(photo)})
    asked(service, photo)
    opened(service, closed(service))
    updates, parts = came_back(service), components()
    assert state_in(updates) is None
    assert updates[parts.photo] == str(photo)
    assert updates[parts.arrived].startswith("again")
    assert service.sessions.of("anew").run.awaited is None


def test_a_photo_that_waits_is_there_again_and_not_painted(service, tmp_path):
    photo = someone(tmp_path)
    handlers_of(service).receive(visitor("anna"), {"path": str(photo)})
    opened(service, closed(service))
    updates, parts = came_back(service), components()
    assert updates[parts.photo] == str(photo)
    assert parts.arrived not in updates


def test_a_reload_is_known_by_the_browser_before_the_server_knows(service, photo):
    state, key = shown(service, photo), service.sessions.of("anna").key
    opened(service, key, "copy")  # of the tab: nobody closed it
    assert came_back(service, "copy") == gr.skip()
    opened(service, LEFT + key)
    assert state_in(came_back(service)) is state
    handlers_of(service).leave(visitor("anna"))  # it comes late
    assert Path(state.after).exists()
    assert service.sessions.of("anew").results


def test_what_a_closed_page_still_asks_for_takes_no_place(service, photo):
    state, key = shown(service, photo), closed(service)
    cache = service.sessions._parked[key].cache
    empty = service.sessions.of("anna")  # its clock ticked once more
    assert closed(service) == key
    assert empty.left
    assert [cache.get("stage", lambda n=n: n) for n in (1, 2)] == [1, 1], "it keeps what it makes"
    opened(service, key)
    assert state_in(came_back(service)) is state


@pytest.mark.parametrize("held", ["", LEFT, "0" * 64, LEFT + "0" * 64])
def test_without_its_key_nobody_finds_a_page(service, photo, held):
    shown(service, photo)
    closed(service)
    opened(service, held, "eve")
    assert came_back(service, "eve") == gr.skip()


def test_after_a_while_nothing_is_found(service, photo):
    shown(service, photo)
    key = closed(service)
    service.sessions._parked[key].last_used -= PARKED_S + 1
    service.sessions.sweep()
    opened(service, key)
    assert came_back(service) == gr.skip()


def test_what_was_deleted_is_not_found(service, photo):
    shown(service, photo)
    key = service.sessions.of("anna").key
    handlers_of(service).forget(visitor("anna"), (), "")
    opened(service, LEFT + key)
    assert came_back(service) == gr.skip()


def test_a_page_may_be_closed_and_opened_again_and_again(service, photo):
    state, who, key = shown(service, photo), "anna", None
    for number in range(3):
        key = closed(service, who)
        who = f"anew-{number}"
        opened(service, key, who)
        assert state_in(came_back(service, who)) is state


def test_a_film_that_is_painted_meanwhile_is_shown(tmp_path):
    service, tab = PaintService(paint=object(), models=FilmModels()), components().film_tab
    film = film_file(tmp_path / "me.mp4", 4, 12)
    session = service.sessions.of("anna")
    handlers_of(service).take_film(visitor("anna"), {"video": {"path": str(film)}})
    session.film.ask(2)
    session.film.move(0.2, "Picture 1")
    opened(service, closed(service))
    handlers = handlers_of(service)
    found = handlers.find_film(visitor("anew"))
    assert found[components().tabs].selected == "film"
    assert found[tab.cancel].visible
    assert found[tab.film] == str(film)
    seen = []
    following = threading.Thread(target=lambda: seen.append(handlers.follow_film(visitor("anew"))))
    following.start()
    session.filmed = film, ("said",)
    session.film.end()
    following.join(10)
    assert seen[0][tab.painted] == str(film)
    assert "said" in seen[0][tab.notes]


def test_a_film_that_had_not_begun_is_not_waited_for(service):
    service.sessions.of("anna").film.ask(2)
    opened(service, closed(service))
    assert service.sessions.of("anew").film.awaited is None
    assert handlers_of(service).find_film(visitor("anew")) == gr.skip(), "nor was one given"
