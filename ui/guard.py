"""What stands before the page: closed rooms of Gradio, limits, and headers for browsers.

It is ASGI middleware, given to Gradio by `guarded`.
"""

import asyncio
import json
import re
import shutil
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from ui.buckets import Buckets, Rate, visitor_of
from ui.errors import FULL, NO_ROOM
from ui.words import say
from ui.words.visitors import Listening

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Of Gradio, and not used here: they fetch addresses, write what a visitor's page holds, run
# FFmpeg, or edit the program.
_CLOSED = re.compile(
    r"/gradio_api/(proxy=|file/|deep_link|process_recording|runs?-history|runs$|runs/|"
    r"(undo-)?vibe|dev/)|^/monitoring"
)
_STREAMS = re.compile(r"/gradio_api/stream/")  # programs tell of pictures there, nobody listens
_FETCHES = re.compile(r"/gradio_api/file=\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FILE = re.compile(r"/gradio_api/file=")
_UNFINISHED = re.compile(r"/gradio_api/file=.*(/\.[^/]*|\.part)$")  # what is still being written
_UPLOAD = re.compile(r"/gradio_api/upload/?$")
_ASKS = re.compile(r"/gradio_api/(queue/join|call|run|api|component_server|mcp)")

MOST_UPLOADED = 600 * 2**20  # bytes of all files of one upload; one file's limit is app.py's
MOST_SENT = 48 * 2**20  # of any other request; an assistant's photo is in one
SILENCE_S = 60  # of somebody who is sending
LEAST_FREE = 2**30  # bytes that uploads leave on the disk

# Generous: nobody who uses the page meets them, and several visitors may have one address.
RATES = {
    "asks": Rate(burst=600, per_second=30),  # a slider that is dragged asks ten times a second
    "uploads": Rate(burst=120, per_second=4),
    "all": Rate(burst=4000, per_second=200),  # a camera sends 14 pictures a second
}

# Gradio's page is made by inline scripts and styles, and its `js=` by eval.
_PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self' https://huggingface.co https://*.hf.space",
    )
)
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
}


class Guard:
    """Refuse what nobody needs, limit the rest, and tell browsers what the page may do."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._buckets = {name: Buckets(rate) for name, rate in RATES.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(scope["path"], send)
        refused = _refusal(scope) or self._too_often(scope)
        if refused is not None:
            await _answer(send, *refused)
            return
        body = _Body(receive, _most(scope["path"]))
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, body.receive, sending)
        except _BodyError as error:
            if not answered:
                await _answer(send, *error.args)
        except (FileNotFoundError, RuntimeError):  # the latter is Starlette's
            if not _is_gone(scope["path"]):
                raise
            if not answered:
                await _answer(send, 404, say("There is nothing here."))
        except TypeError:
            if answered or not _UPLOAD.search(scope["path"]):
                raise
            await _answer(send, 400, say("Wanted a file with a name, found none; send it again."))
        except OSError as error:
            if answered or error.errno not in FULL:
                raise
            await _answer(send, 507, str(NO_ROOM))

    def _too_often(self, scope: Scope) -> tuple[int, str] | None:
        path, names = scope["path"], ["all"]
        if scope["method"] == "POST":
            names += ["uploads"] if _UPLOAD.search(path) else []
            names += ["asks"] if _ASKS.search(path) else []
        visitor = visitor_of((scope.get("client") or ("",))[0], _values(scope, b"x-forwarded-for"))
        wait = max(self._buckets[name].take(visitor) for name in names)
        return (429, say("Too much at once; try again in {n} s.", n=round(wait))) if wait else None


def guarded() -> dict[str, Any]:
    """Return what `launch` takes as `app_kwargs` to stand behind a guard."""
    return {"middleware": [Middleware(Listening), Middleware(Guard)]}


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """Return status and sentence for what is refused whoever asks; None for all else."""
    path, method = scope["path"], scope["method"]
    closed = _CLOSED.search(path) or _UNFINISHED.search(path)
    if closed or (method in ("GET", "HEAD") and _STREAMS.search(path)):
        return 404, say("There is nothing here.")
    if _FETCHES.search(path):
        return 403, say(
            "Wanted a file of yours, found an address; nothing is fetched from elsewhere."
        )
    if method == "POST":
        said = _length(scope)
        if said > _most(path):
            return _too_large(_most(path))
        if _UPLOAD.search(path) and _free() < LEAST_FREE + said:
            return 507, str(NO_ROOM)
    return None


def _is_gone(path: str) -> bool:
    """Tell whether a file is asked for that was deleted meanwhile, as its visitor left."""
    found = _FILE.search(path)
    return bool(found) and not Path(path[found.end() :]).exists()


def _free() -> int:
    folder = Path(get_upload_folder())
    return shutil.disk_usage(folder if folder.exists() else folder.parent).free


def _most(path: str) -> int:
    return MOST_UPLOADED if _UPLOAD.search(path) else MOST_SENT


def _too_large(most: int) -> tuple[int, str]:
    return 413, say("At most {most} MB are taken at once; send less.", most=most // 2**20)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _length(scope: Scope) -> int:
    said = _values(scope, b"content-length")
    return int(said[0]) if said and said[0].isdecimal() else 0


class _BodyError(Exception):
    """A request's body that is not read to its end; the arguments: status and sentence."""


class _Body:
    """A request's body, of limited length, from somebody who goes on sending."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._read, self._more = 0, True

    async def receive(self) -> Message:
        """Return the next part.

        Raises: _BodyError: it is too long, or does not come.
        """
        if not self._more:
            return await self._receive()  # that the visitor left, whenever that is
        try:
            message = await asyncio.wait_for(self._receive(), SILENCE_S)
        except TimeoutError:
            raise _BodyError(408, say("Nothing came for a minute; send it again.")) from None
        self._more = bool(message.get("more_body"))
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise _BodyError(*_too_large(self._most))
        return message


def _with_headers(path: str, send: Send) -> Send:
    """Add the headers to an answer that does not have them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = {key.lower(): value for key, value in message.get("headers", [])}
            added = dict(HEADERS)
            if _FILE.search(path):
                added |= {"content-security-policy": _FILE_POLICY, "cache-control": "private"}
            elif found.get(b"content-type", b"").startswith(b"text/html"):
                added["content-security-policy"] = _PAGE_POLICY
            new = [(k.encode(), v.encode()) for k, v in added.items() if k.encode() not in found]
            message["headers"] = [*message.get("headers", []), *new]
        await send(message)

    return sending


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"detail": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
