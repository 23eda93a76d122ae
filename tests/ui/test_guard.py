import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import numpy as np
import pytest
from gradio import processing_utils
from gradio_client import Client, handle_file
from PIL import Image
from starlette.responses import FileResponse

import app
from tests.page import Pipeline, state_by
from tests.strangers import ROOT, addresses, ask
from ui import guard
from ui.guard import HEADERS, guarded
from ui.service import PaintService
from ui.uploads import NO_ADDRESS, NOT_YOURS

http = httpx.Client(timeout=60)  # a busy machine answers late
META = {"meta": {"_type": "gradio.FileData"}}


@dataclass
class Served:
    url: str
    folder: Path
    service: PaintService

    @property
    def where(self):
        parts = urlsplit(self.url)
        return parts.hostname, parts.port

    def upload(self, name: str, data: bytes) -> str:
        answer = http.post(f"{self.url}gradio_api/upload", files={"files": (name, data)})
        return answer.json()[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "served"))
        patch.setenv("PORTRAIT_CACHE", str(folder / "cache"))
        yield from serve(folder / "served")


def serve(folder: Path) -> Iterator[Served]:
    service = PaintService(paint=Pipeline(), models=object())
    blocks = app.build(service)
    _, url, _ = blocks.launch(
        prevent_thread_lock=True, quiet=True, ssr_mode=False, run_history=False, show_error=False,
        enable_monitoring=False, max_file_size="1mb", app_kwargs=guarded(),
    )  # fmt: skip
    yield Served(url, folder, service)
    blocks.close()


def files_under(folder: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_no_address_leads_to_what_is_not_yours(page, photo, tmp_path):
    sent = photo.read_bytes()
    page.upload("someone.png", sent)
    state_by(page.service, photo)
    Client(page.url, verbose=False).predict(photo=handle_file(photo), api_name="/paint")
    (tmp_path / "secret.txt").write_text("SECRET")
    (page.folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    outside = [tmp_path / "secret.txt", ROOT / "app.py", ROOT / "pyproject.toml", photo]
    theirs = [data for data in files_under(page.folder).values() if len(data) > 50]
    assert len(theirs) > 8  # the upload, previews, the painting
    names = ["someone.png", "someone-painted.png", "photo.npy", "state.json", "link.txt"]
    seed = processing_utils.hash_seed
    asked = addresses(page.folder, [sent, theirs[-1]], names, seed, outside)
    sys.stdout.write(f"{len(asked)} addresses\n")
    assert len(asked) >= 200
    private = [*theirs, *(each.read_bytes() for each in outside), b"root:x:0"]
    starts = [each[:200] for each in private]
    for address in asked:
        status, body = ask(*page.where, address)
        assert status < 500 or status == 0, address
        assert not any(start in body for start in starts), address


def test_whoever_is_told_the_name_of_a_file_reads_it(page):
    """The test above would pass by a page that serves nothing."""
    path = page.upload("mine.png", b"mine")
    assert ask(*page.where, f"/gradio_api/file={quote(path)}") == (200, b"mine")


def test_the_same_file_sent_by_two_has_two_names(page):
    one, other = (page.upload("same.png", b"same") for _ in range(2))
    assert Path(one).parent != Path(other).parent
    assert Path(one).name == Path(other).name == "same.png"


@pytest.mark.parametrize("name", ["../../up.png", "/etc/up.png", "..", ".", "", "a\\..\\up.png"])
def test_an_upload_stays_in_the_folder_however_it_is_called(page, name):
    around = page.folder.parent
    before = set(around.rglob("*"))
    answer = http.post(f"{page.url}gradio_api/upload", files={"files": (name, b"data")})
    assert answer.status_code in (200, 400)
    new = [each for each in set(around.rglob("*")) - before if each.is_file()]
    assert all(page.folder in each.parents for each in new)


def test_an_upload_without_a_name_is_refused_in_a_sentence(page):
    answer = http.post(f"{page.url}gradio_api/upload", files={"files": ("", b"data")})
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "Wanted a file with a name, found none; send it again."},
    )


def said_by(page: Served, api: str, *data) -> str:
    """Ask for something by the API's plain routes; return what the stream of it says."""
    begun = http.post(f"{page.url}gradio_api/call/{api}", json={"data": list(data)})
    if begun.status_code != 200:
        return begun.text
    with http.stream("GET", f"{page.url}gradio_api/call/{api}/{begun.json()['event_id']}") as got:
        return "".join(got.iter_text())


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ({"path": "http://127.0.0.1:9/a.png"} | META, NO_ADDRESS),
        ({"path": "https://example.com/a.png"} | META, NO_ADDRESS),
        ({"path": "x", "url": "http://127.0.0.1:9/a.png"} | META, NOT_YOURS),
        ({"path": "/etc/passwd"} | META, NOT_YOURS),
        ({"path": str(ROOT / "docs/measurements.md")} | META, NOT_YOURS),
        ({"path": "data:image/png;base64,AAAA"} | META, NOT_YOURS),
        ({"path": "/etc/passwd", "is_stream": True} | META, NOT_YOURS),
        ({"path": str(ROOT / "docs/measurements.md")}, None),  # says no kind: refused by Gradio
        ({"url": "http://127.0.0.1:9/a.png"}, None),
        ("http://127.0.0.1:9/a.png", None),
        (str(ROOT / "docs/measurements.md"), None),
        ([{"path": str(ROOT / "docs/measurements.md")}], None),
    ],
)
def test_an_input_that_is_no_upload_is_refused_in_a_sentence(page, field, sentence, monkeypatch):
    def fetch(*_: object, **__: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", fetch)
    said = said_by(page, "parse", field)
    assert "event: error" in said
    assert "Traceback" not in said
    assert sentence is None or str(sentence) in said
    assert "measurements.md" not in said


def test_every_answer_has_the_headers(page):
    file = f"gradio_api/file={page.upload('a.png', b'a')}"
    for address in ("", "config", file, "gradio_api/proxy=http://a/", "nothing-here"):
        found = http.get(page.url + address).headers
        assert {key: found.get(key) for key in HEADERS} == HEADERS, address
    policy = http.get(page.url).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in policy
    assert "object-src 'none'" in policy
    assert http.get(page.url + file).headers["content-security-policy"].endswith("sandbox")


def answered(file: Path, at_start: Callable[[], object]) -> list[int]:
    """Ask for a file, with something done as the answer starts; return the answers' statuses."""
    statuses = []

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
            at_start()

    async def silence():
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": f"/gradio_api/file={file}", "headers": []}
    asyncio.run(guard.Guard(FileResponse(file))(scope, silence, send))
    return statuses


def test_a_file_that_goes_with_its_visitor_as_it_is_sent_is_no_error(tmp_path):
    file = tmp_path / "blend.jpg"
    file.write_bytes(b"a picture")
    assert answered(file, file.unlink) == [200]  # cut off: nobody is there to read it
    assert answered(file, lambda: None) == [404]
    with pytest.raises(RuntimeError, match="not a file"):
        answered(tmp_path, lambda: None)


def test_a_page_in_a_file_is_downloaded_and_never_shown(page):
    path = page.upload("a.html", b"<script>alert(1)</script>")
    found = http.get(f"{page.url}gradio_api/file={path}").headers
    assert found["content-disposition"].startswith("attachment")
    assert found["x-content-type-options"] == "nosniff"


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(page):
    before = set(page.folder.rglob("*"))
    answer = http.post(f"{page.url}gradio_api/upload", files={"files": ("a.png", bytes(2**20 + 1))})
    assert answer.status_code == 413
    assert set(page.folder.rglob("*")) == before


def test_what_is_sent_at_once_is_limited(page, monkeypatch):
    monkeypatch.setattr(guard, "MOST_UPLOADED", 1000)
    monkeypatch.setattr(guard, "MOST_SENT", 1000)
    for address in ("gradio_api/upload", "gradio_api/queue/join", "gradio_api/mcp/"):
        answer = http.post(page.url + address, content=bytes(1001))
        assert (answer.status_code, re.findall("At most .* less", answer.text) != []) == (413, True)


def test_a_length_that_is_not_said_is_counted(page, monkeypatch):
    monkeypatch.setattr(guard, "MOST_UPLOADED", 1000)
    connection = HTTPConnection(*page.where, timeout=10)
    kind = "multipart/form-data; boundary=x"
    start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    connection.request(
        "POST", "/gradio_api/upload", body=iter([start, bytes(900), bytes(900)]),
        headers={"Content-Type": kind}, encode_chunked=True,
    )  # fmt: skip
    assert connection.getresponse().status == 413


def test_a_full_disk_refuses_uploads_in_a_sentence(page, monkeypatch):
    monkeypatch.setattr(guard, "_free", lambda: guard.LEAST_FREE)
    answer = http.post(f"{page.url}gradio_api/upload", files={"files": ("a.png", b"a")})
    assert answer.status_code == 507
    assert "is full" in answer.json()["detail"]


def test_who_asks_too_often_is_told_to_wait(page, monkeypatch):
    monkeypatch.setitem(guard.RATES, "uploads", guard.Rate(2, 0.01))
    statuses = [
        asyncio.run(asked(guard.Guard(nothing), "/gradio_api/upload", client="8.8.8.8", times=3))
    ]
    assert statuses == [[200, 200, 429]]


async def nothing(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def asked(app, path, *, client, times=1, forwarded=""):
    found = []

    async def send(message):
        if message["type"] == "http.response.start":
            found.append(message["status"])

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {
        "type": "http", "method": "POST", "path": path, "headers": headers, "client": (client, 1),
    }  # fmt: skip
    for _ in range(times):
        await app(scope, receive, send)
    return found


def test_somebody_who_stops_sending_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(guard, "SILENCE_S", 0.05)
    said = []

    async def reads(scope, receive, send):
        await receive()

    async def never():
        await asyncio.sleep(60)

    async def send(message):
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "client": ("::1", 1)}
    asyncio.run(guard.Guard(reads)(scope, never, send))
    assert said[0]["status"] == 408
    assert "minute" in json.loads(said[1]["body"])["detail"]


def test_a_picture_of_many_pixels_and_few_bytes_is_refused(page, tmp_path):
    bomb = tmp_path / "bomb.png"
    Image.fromarray(np.zeros((16000, 16000), bool)).save(bomb)
    path = page.upload("bomb.png", bomb.read_bytes())
    said = said_by(page, "parse", {"path": path, "orig_name": "bomb.png"} | META)
    assert "megapixels" in said
