"""Stand in for the Hub on loopback, with whatever can go wrong; download in a process of its own.

It speaks what the Hub's client asks of a real one: `/REPOSITORY/resolve/REVISION/FILE` says by HEAD
what a file is, its commit, size and tag, and leads to another host, which gives the bytes by GET,
or the rest of them from where the client stopped. What else the client would like to know, under
`/api/`, it does not find, and goes on.

`python -m tests.hub ENTRY` brings the pickled catalog entry and prints where it lies; it says
"begun" beforehand.
"""

import hashlib
import io
import pickle
import re
import sys
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants as constants
import pytest

import pipeline.weights.fetch as fetch
from pipeline.weights.catalog import Entry

COMMIT = "c0ffee" + "0" * 34
REPOSITORY = "someone/nets"
FILE = "deep/net.pth"
SOURCE = f"hf://{REPOSITORY}@main/{FILE}"
RESOLVE = re.compile(
    r"/(?:datasets/)?(?P<repository>[\w-]+/[\w-]+)/resolve/(?P<revision>\w+)/(?P<file>.+)"
)


def checkpoint_of(network) -> bytes:
    """Return a network's checkpoint as its publisher would have saved it."""
    import torch

    data = io.BytesIO()
    torch.save(network.state_dict(), data)
    return data.getvalue()


def entry_of(data: bytes, *sources: str, name="net", **changed) -> Entry:
    """Return the entry of a published painter of the size that the fixture `data` holds."""
    known = {
        "role": "painter",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "build": {"filters": 32, "blocks": 2},
    }
    return Entry(
        name=name, license="MIT", origin="a test", sources=sources or (SOURCE,), **(known | changed)
    )


class Hub(ThreadingHTTPServer):
    """A Hub with one repository.

    `files`: their bytes; `tags`: what it says their hash is, by default the truth. `asked`:
    (method, path, range) of each request. `trouble`: what goes wrong with the next requests about a
    file ("about"), for its bytes ("bytes") and for those without the Hub's protocol ("plain"): a
    status, "cut" (half of it, then the end), "stall" (half of it, then nothing more), "stubborn"
    (all of it, whatever part was asked for) or "endless" (no length is stated).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.trouble: dict[str, list[int | str]] = defaultdict(list)
        self.asked: list[tuple[str, str, str]] = []
        self.stalled, self.go_on = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://localhost:{self.server_port}"

    @property
    def given(self) -> list[str]:
        """The ranges of the file's bytes that were asked for."""
        return [
            what
            for method, path, what in self.asked
            if method == "GET" and path.startswith(("/bytes/", "/plain/"))
        ]

    @property
    def plain(self) -> str:
        """Where the file's bytes are without the Hub's protocol."""
        return f"http://127.0.0.1:{self.server_port}/plain/{FILE}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        hub, wanted = self.server, self.headers.get("Range", "")
        kind, _, name = self.path[1:].partition("/")
        if kind == "api":
            return self._say(404)
        hub.asked.append((self.command, self.path, wanted))
        kind = kind if kind in ("bytes", "plain") else "about"
        trouble = hub.trouble[kind].pop(0) if hub.trouble[kind] else ""
        if isinstance(trouble, int):
            return self._say(trouble)
        if kind != "about":
            return self._give(hub.files[name], wanted, trouble)
        return self._stall() if trouble else self._resolve()

    def _resolve(self):
        hub, found = self.server, RESOLVE.fullmatch(self.path)
        if not found or found["repository"] != REPOSITORY:
            return self._say(401, {"X-Error-Code": "RepoNotFound"})
        if found["revision"] not in ("main", COMMIT):
            return self._say(404, {"X-Error-Code": "RevisionNotFound"})
        name = found["file"]
        if name not in hub.files:
            return self._say(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        tag = hub.tags.get(name) or hashlib.sha256(hub.files[name]).hexdigest()
        about = {
            "X-Repo-Commit": COMMIT,
            "X-Linked-Size": str(len(hub.files[name])),
            "X-Linked-ETag": f'"{tag}"',
        }
        return self._say(
            302,
            {
                **about,
                "ETag": f'"{tag}"',
                "Location": f"http://127.0.0.1:{hub.server_port}/bytes/{name}",
            },
        )

    def _give(self, data, wanted, trouble):
        start = (
            int(wanted.removeprefix("bytes=").removesuffix("-"))
            if wanted and trouble != "stubborn"
            else 0
        )
        if start >= len(data):
            return self._say(416, {"Content-Range": f"bytes */{len(data)}"})
        body = data[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if trouble != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[:half])
        if trouble == "stall":
            self._stall()
        if trouble != "cut":
            self.wfile.write(body[half:])
        self.close_connection = bool(trouble)

    def _stall(self):
        self.wfile.flush()
        self.server.stalled.set()
        self.server.go_on.wait(30)

    def _say(self, status, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def handle(self):
        try:
            super().handle()
        except ConnectionError:  # the client was killed, or had enough
            self.close_connection = True

    def log_message(self, *args):
        pass


def reach(monkeypatch: pytest.MonkeyPatch, endpoint: str, folder: Path) -> None:
    """Let the Hub's client ask this endpoint, here and in processes begun from here.

    All caches are in a folder.
    """
    for name, value in {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(folder / "hf"),
        "PORTRAIT_CACHE": str(folder / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    # The client of this process has read its environment already.
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        endpoint + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder / "hf/hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


if __name__ == "__main__":
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdout.write(f"{fetch.fetch(pickle.loads(Path(sys.argv[1]).read_bytes())).files[0]}\n")
