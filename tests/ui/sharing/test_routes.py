"""The addresses of shares: what a reviewer and an owner get, and what nobody does."""

import json
import re
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pipeline.settings import Settings
from ui.links import query_of
from ui.sharing import page, store
from ui.sharing.desk import Desk, lasts
from ui.sharing.limits import Hourly
from ui.sharing.routes import HEADERS, routes

PIXELS = {what: np.full((8, 12, 3), 40 * i, np.uint8) for i, what in enumerate(store.PICTURES)}
PAINTED = Settings.from_flat(brush=2.0, mood="dusk")


@pytest.fixture
def desk(folder):
    return Desk(folder)


@pytest.fixture
def made(desk):
    return desk.share("anna", PIXELS, PAINTED, 24)


@pytest.fixture
def client(desk):
    return TestClient(Starlette(routes=routes(desk)), raise_server_exceptions=False)


def post(client, made, what, **sent):
    return client.post(f"/share/{made.name}/{what}", json=sent)


def told(client, made):
    return post(client, made, "told", secret=made.secret).json()


# A reviewer


def test_a_reviewer_sees_pictures_settings_and_how_long_it_lasts(client, made):
    html = client.get(f"/share/{made.name}").text
    for words in ("24 hours", "Brush size", "2 times as usual", "Dusk", 'data-ratio="1.5000"'):
        assert words in html
    assert f"../?{'&amp;'.join(f'{k}={v}' for k, v in query_of(PAINTED).items())}" in html
    for what in store.PICTURES:
        answer = client.get(f"/share/{made.name}/{what}.jpg")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.content[:2] == b"\xff\xd8"
    for file in ("page.css", "page.js"):
        assert client.get(f"/share/{file}").status_code == 200


def test_every_answer_is_private_and_allows_no_script_but_its_own(client, made):
    paths = ("page.js", "page.css", made.name, f"{made.name}/photo.jpg", "A" * 22, "x")
    for path in paths:
        headers = client.get(f"/share/{path}").headers
        for name in HEADERS.keys() - {"Cache-Control"}:
            assert headers[name] == HEADERS[name]
        assert headers["Cache-Control"] == ("no-cache" if path.startswith("page") else "no-store")
    html = client.get(f"/share/{made.name}").text
    assert html.count("<script") == html.count("<script src") + 1 == 2  # the other is data
    assert " style=" not in html
    assert "onerror" not in html


def test_openings_are_counted_by_the_page_and_not_by_what_unfolds_links(client, made):
    client.get(f"/share/{made.name}")
    assert told(client, made)["openings"] == 0
    assert post(client, made, "opened").status_code == 200
    assert told(client, made)["openings"] == 1


def test_a_note_is_the_owners_alone(client, made):
    said = {"name": "<b>Ben</b>", "line": "<script>\u202e1</script>"}
    assert post(client, made, "note", **said).json() == {}
    (note,) = told(client, made)["notes"]
    assert (note["name"], note["line"]) == ("<b>Ben</b>", "<script>1</script>")
    html = client.get(f"/share/{made.name}").text
    assert "Ben" not in html
    assert post(client, made, "told", secret="B" * 22).status_code == 404


@pytest.mark.parametrize("line", ["", " \n", "a" * 501, None, 3])
def test_a_note_that_cannot_be_kept_is_refused_in_a_sentence(client, made, line):
    answer = post(client, made, "note", name="Ben", line=line)
    assert answer.status_code == 422
    assert re.match("Wanted a n|At most 500 characters", answer.json()["said"])
    assert told(client, made)["notes"] == []


@pytest.mark.parametrize(
    "body", [b"", b"[", b"[" * 9000, b"1", b'{"line": "' + b"a" * 20_000 + b'"}', b"\xff\xfe"]
)
def test_what_is_no_note_is_refused(client, made, body):
    headers = {"content-type": "application/json"}
    answer = client.post(f"/share/{made.name}/note", content=body, headers=headers)
    assert (answer.status_code, answer.json()["gone"]) == (422, False)


def test_no_form_of_another_site_can_send_anything(client, made):
    body = json.dumps({"secret": made.secret, "line": "a"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        for what in ("note", "revoke", "opened"):
            path = f"/share/{made.name}/{what}"
            answer = client.post(path, content=body, headers={"content-type": kind})
            assert answer.status_code == 422
    assert told(client, made) | {"left": ""} == {"openings": 0, "left": "", "notes": []}


# The owner


def test_the_owner_ends_a_share_at_once_and_nobody_else_does(client, made):
    assert post(client, made, "revoke", secret="B" * 22).status_code == 404
    assert client.get(f"/share/{made.name}").status_code == 200
    assert post(client, made, "revoke", secret=made.secret).status_code == 200
    gone = [client.get(f"/share/{made.name}{part}") for part in ("", "/photo.jpg")]
    assert [answer.status_code for answer in gone] == [404, 404]
    answer = post(client, made, "told", secret=made.secret)
    assert (answer.status_code, answer.json()["gone"]) == (404, True)


def test_over_never_there_and_another_ones_are_answered_alike(client, made, desk, folder):
    never = client.get(f"/share/{'A' * 22}")
    wrong = post(client, made, "told", secret="B" * 22)
    later = Desk(folder, clock=lambda: made.expires)
    then = TestClient(Starlette(routes=routes(later)))
    over = then.get(f"/share/{made.name}")
    assert (never.status_code, never.text) == (over.status_code, over.text)
    assert wrong.json() == post(then, made, "told", secret=made.secret).json()


# Nobody


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30) | st.sampled_from([
    "", ".", "..", "../share", "..%2f..", "%2e%2e/share.json", ".lock", "share.json", "photo.jpg",
]))  # fmt: skip
def test_no_address_lists_shares_or_reaches_another_file(client, made, tmp_path, text):
    (tmp_path / "cache" / "photo.jpg").write_text("another's")
    parts = ["", *(f"/{what}.jpg" for what in store.PICTURES)]
    given_out = {"/share/page.css", "/share/page.js", *(f"/share/{made.name}{p}" for p in parts)}
    as_it_is, encoded = quote(text, safe="/%"), quote(text, safe="")
    for path in (as_it_is, encoded, f"{made.name}/{as_it_is}", f"{as_it_is}/photo.jpg"):
        answer = client.get(f"/share/{path}")
        asked = str(answer.request.url.path)
        if asked in given_out:
            continue
        assert answer.status_code in (404, 405), asked
        assert made.name not in answer.text
        assert "another's" not in answer.text


def test_neither_shares_nor_notes_can_be_made_without_end(folder):
    desk = Desk(folder, made=Hourly(1, 9), noted=Hourly(1, 9), opened=Hourly(1, 9))
    client = TestClient(Starlette(routes=routes(desk)))
    made = desk.share("anna", PIXELS, PAINTED, 24)
    with pytest.raises(ValueError, match="too often within an hour"):
        desk.share("anna", PIXELS, PAINTED, 24)
    assert [post(client, made, "note", line="a").status_code for _ in range(2)] == [200, 429]
    assert [post(client, made, "opened").status_code for _ in range(2)] == [200, 200]
    assert told(client, made)["openings"] == 1
    assert desk.share("ben", PIXELS, PAINTED, 24)


# Words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute"), (3000, "50 minutes"), (3599, "1 hour"), (7000, "1 hour"),
        (86_399, "24 hours"), (172_799, "2 days"), (604_800, "7 days"),
    ],
)  # fmt: skip
def test_time_left_is_said_as_people_do(seconds, words):
    assert page.left(seconds) == words


def test_settings_of_another_version_are_not_said(desk, client):
    made = store.keep(desk.folder, PIXELS, {"format": 99, "brush": 1}, 3600, desk.clock())
    assert "usual settings" in client.get(f"/share/{made.name}").text


def test_a_space_without_a_disk_that_lasts_says_so(tmp_path, monkeypatch):
    data = tmp_path / "data"
    assert lasts(tmp_path / "shares", data)
    monkeypatch.setenv("SPACE_ID", "someone/portraits")
    assert not lasts(data / "shares", data)
    data.mkdir()
    assert lasts(data / "shares", data)
    assert not lasts(tmp_path / "shares", data)
