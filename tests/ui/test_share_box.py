"""Sharing from the page: what is handed in, what is refused, and what no address of it serves."""

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.routes import App
from PIL import Image
from starlette.requests import Request
from starlette.testclient import TestClient

import app
from pipeline.settings import Settings
from tests.page import (  # noqa: F401 - `private` is a fixture
    alike,
    components,
    handlers_of,
    private,
    state_by,
    visitor,
)
from tests.pictures import gradient
from ui import share_box, startup
from ui.sharing import store
from ui.sharing.desk import Desk, shares_folder
from ui.sharing.limits import Hourly
from ui.sharing.routes import routes


@pytest.fixture
def taken(tmp_path):
    """Return a photo that says where, when and by which camera it was taken."""
    exif = Image.Exif()
    exif[0x0110] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 0.0)
    path = tmp_path / "holiday-at-home.jpg"
    Image.fromarray(gradient()).save(path, exif=exif, comment=b"Secret comment")
    return path


def share(service, state, hours=24, who="anna"):
    return handlers_of(service).share(visitor(who), state, hours)[components().shares]


def test_what_is_shared_is_what_the_page_shows_without_the_photos_secrets(service, taken):
    state = state_by(service, taken, settings=Settings.from_flat(size="photo", brush=2.0))
    made = share(service, state)
    known = service.desk.read(made["name"])
    assert Settings.from_written(known.settings)[0].paint.brush == 2.0
    for what, shown in (("photo", state.before), ("painting", state.after)):
        data = service.desk.picture(made["name"], what)
        assert alike(np.asarray(Image.open(BytesIO(data))), np.asarray(Image.open(shown)))
    on_disk = b"".join(f.read_bytes() for f in shares_folder().rglob("*") if f.is_file())
    for secret in (b"Secret", b"Exif", b"holiday", made["secret"].encode()):
        assert secret not in on_disk


def test_it_lasts_as_long_as_was_chosen_and_outlives_the_visit(service, photo):
    made = share(service, state_by(service, photo), hours=1)
    service.sessions.leave("anna")
    service.sessions.sweep(idle_s=-1)
    share_there = service.desk.read(made["name"])
    assert share_there.expires - share_there.created == pytest.approx(3600)
    assert [hours for _, hours in share_box.LASTS] == sorted({1, 24, 72, 168})


def test_what_cannot_be_shared_is_refused_in_a_sentence(service, photo):
    with pytest.raises(gr.Error, match="no painting yet"):
        share(service, None)
    state = state_by(service, photo)
    with pytest.raises(gr.Error, match="1 hour to 7 days"):
        share(service, state, hours=1000)
    Path(state.after).unlink()
    with pytest.raises(gr.Error, match="Paint it again"):
        share(service, state)


def test_nobody_shares_without_end_and_a_full_store_says_when_there_is_room(
    service, photo, monkeypatch
):
    state = state_by(service, photo)
    with monkeypatch.context() as small:
        small.setattr(store, "MOST_BYTES", int(1.5 * store.TEXT_BYTES))
        share(service, state, hours=1)
        with pytest.raises(gr.Error, match="within 1 hour: try again then"):
            share(service, state, hours=1)
    service.desk = Desk(shares_folder(), made=Hourly(each=1, together=9))
    share(service, state)
    with pytest.raises(gr.Error, match="too often within an hour"):
        share(service, state)


def test_whoever_writes_a_header_of_their_own_is_known_by_what_our_proxy_appends(
    service, photo, monkeypatch
):
    seen = []
    service.desk = SimpleNamespace(share=lambda who, *_: seen.append(who))
    monkeypatch.setattr(share_box, "added", lambda made: made)
    name = b"x-forwarded-for"
    headers = [(name, b"8.8.4.4"), (name, b"9.9.9.9, 10.0.0.1")]
    scope = {"type": "http", "headers": headers, "client": ("10.0.0.2", 80)}
    request = gr.Request(Request(scope), session_hash="anna")
    handlers_of(service).share(request, state_by(service, photo), 1)
    assert seen == ["9.9.9.9"]


def test_the_page_sweeps_what_is_over_as_it_starts(service, photo, monkeypatch):
    made = share(service, state_by(service, photo), hours=1)
    later = service.desk.clock() + 3601
    service.desk = Desk(shares_folder(), clock=lambda: later)

    class EndedError(Exception):
        pass

    def end(_):
        raise EndedError

    monkeypatch.setattr(startup.time, "sleep", end)
    with pytest.raises(EndedError):
        startup._sweep(service, kept=())
    assert not (shares_folder() / made["name"]).exists()


def test_a_space_without_a_disk_that_lasts_says_so_on_the_page(monkeypatch):
    def words():
        with gr.Blocks() as page:
            share_box.lay_out()
        return " ".join(str(b.value) for b in page.blocks.values() if isinstance(b, gr.HTML))

    assert share_box.NOT_KEPT.key not in words()
    monkeypatch.setenv("SPACE_ID", "someone/portraits")
    assert share_box.NOT_KEPT.key in words()


def test_the_served_page_shows_a_share_and_its_file_routes_do_not(service, photo):
    made = share(service, state_by(service, photo))
    served = App.create_app(app.build(service), app_kwargs={"routes": routes(service.desk)})
    client = TestClient(served)
    assert "A portrait, painted" in client.get(f"/share/{made['name']}").text
    place = shares_folder() / made["name"]
    for path in (place, place / "photo.jpg", place / store.FACTS, shares_folder()):
        for route in ("gradio_api/file=", "file=", "gradio_api/file/", "static/", "assets/"):
            answer = client.get(f"/{route}{path}")
            assert answer.status_code >= 400, answer.url
    assert [client.get(path).status_code for path in ("/share", "/share/")] == [404, 404]
    assert made["name"] not in client.get("/config").text
