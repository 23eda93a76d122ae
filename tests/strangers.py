"""Addresses by which a stranger may try to read what is not theirs, and how they are asked for."""

import hashlib
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
MACHINE = (
    "/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/cmdline", "/proc/self/maps",
    "/root/.bashrc", "/root/.ssh/id_rsa", "C:\\Windows\\win.ini",
)  # fmt: skip
ROUTES = (
    "/gradio_api/file=", "/gradio_api/file/", "/gradio_api/proxy=", "/gradio_api/stream/",
    "/file=", "/file/", "/static/", "/assets/", "/svelte/", "/custom_component/",
    "/gradio_api/custom_component/", "/gradio_api/deep_link?session_hash=",
)  # fmt: skip
FOREIGN = (
    "http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/", "http://0x7f000001/", "http://2130706433/", "https://example.com/a.png",
    "file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/", "data:text/plain,SECRET",
    "HTTP://127.0.0.1/", "//127.0.0.1/a", "dict://127.0.0.1:11211/stats",
)  # fmt: skip
SESSIONS = ("anna", "null", "undefined", "", "0", "1", "*", "..", "%2e%2e", "a" * 11)


def disguised(path: str) -> Iterator[str]:
    """Yield a path in the ways that a careless server takes for another one."""
    up = "../" * 12
    yield path
    yield quote(path, safe="")
    yield quote(quote(path, safe=""), safe="")
    yield up + path.lstrip("/")
    yield (up + path.lstrip("/")).replace("..", "%2e%2e")
    yield (up + path.lstrip("/")).replace("../", "..%2f")
    yield (up + path.lstrip("/")).replace("../", "..%5c")
    yield up.replace("../", "....//") + path.lstrip("/")
    yield path + "%00.png"
    yield path + "/."
    yield "/" + path


def guessed(served: Path, contents: list[bytes], names: list[str], seed: bytes) -> Iterator[str]:
    """Yield names by which somebody may hope to find a file whose content or name is known."""
    for content in contents:
        for start in (b"", seed, b"0"):
            folder = hashlib.sha256(start + content).hexdigest()
            yield from (f"{served}/{folder}/{name}" for name in names)
        yield f"{served}/{hashlib.md5(content).hexdigest()}/{names[0]}"
    for folder in ("", "..", ".", "*", "deep_links", "vibe_edit_history", "anna", "0", "tmp"):
        yield from (f"{served}/{folder}/{name}" for name in names)


def addresses(
    served: Path, contents: list[bytes], names: list[str], seed: bytes, outside: list[Path]
) -> list[str]:
    """List the addresses, as they are sent.

    `served`: the folder that the page serves from, which every visitor is told. `contents`,
    `names`: of files that the stranger knows. `outside`: files on this machine.
    """
    files = [*MACHINE, *map(str, outside)]
    found = [
        route + way
        for path in files
        for way in disguised(path)
        for route in ROUTES[: 12 if path == files[0] else 3]
    ]
    found += [
        f"/gradio_api/file={name}" for name in guessed(served, contents, names, seed)
    ]  # fmt: skip
    found += [f"/gradio_api/file={served}", f"/gradio_api/file={served}/", "/gradio_api/file="]
    found += [f"/gradio_api/file={served}/../{each.name}" for each in outside]
    found += [
        f"/gradio_api/{way}{each}" for each in FOREIGN for way in ("file=", "proxy=", "file/")
    ]
    for who in SESSIONS:
        found += [
            f"/gradio_api/stream/{who}/0/1/playlist.m3u8",
            f"/gradio_api/stream/{who}/0/1/playlist-file",
            f"/gradio_api/stream/{who}/0/1/0.ts",
            f"/gradio_api/deep_link?session_hash={who}",
            f"/gradio_api/call/paint/{who}",
            f"/?deep_link={who}",
        ]
    found += ["/monitoring", "/monitoring/summary", "/gradio_api/runs", "/gradio_api/vibe-code"]
    found += ["/gradio_api/upload_progress?upload_id=0", "/gradio_api/heartbeat/", "/config/anna"]
    return [each.replace(" ", "%20") for each in dict.fromkeys(found)]


def ask(host: str, port: int, address: str, most_s: float = 10) -> tuple[int, bytes]:
    """Ask for an address, unchanged; return status and the first megabyte."""
    connection = HTTPConnection(host, port, timeout=most_s)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        return answer.status, answer.read(2**20)
    except TimeoutError:  # a stream on which nothing comes
        return 0, b""
    except IncompleteRead as cut:  # Gradio breaks off where there is no such event
        return answer.status, cut.partial
    finally:
        connection.close()
