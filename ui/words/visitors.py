"""Which language a visitor wants: the first of the browser's that the page speaks."""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from gradio.context import LocalContext

from ui.words.catalogs import LANGUAGES

USUAL = "en"
LONGEST = 400  # characters of a header that are read
_chosen: ContextVar[str | None] = ContextVar("chosen", default=None)
_asked: ContextVar[str | None] = ContextVar("asked", default=None)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@lru_cache(1000)
def negotiated(header: str) -> str:
    """Choose a language by an `Accept-Language`: the most wanted one that the page speaks.

    Regions and scripts do not matter: the page has one German and one Chinese.
    """
    wanted = []
    for at, part in enumerate(header[:LONGEST].split(",")):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if weight > 0:
            wanted.append((-weight, at, tag.partition("-")[0]))
    found = (USUAL if tag == "*" else tag for _, _, tag in sorted(wanted))
    return next((tag for tag in found if tag in LANGUAGES), USUAL)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def language() -> str:
    """Return the language that is spoken now.

    It is the one of `speaking`, or of the visitor whose event or request is answered.
    """
    if chosen := _chosen.get():
        return chosen
    request = LocalContext.request.get(None)
    headers = getattr(request, "headers", None)
    if headers is not None:
        return negotiated(headers.get("accept-language") or "")
    return _asked.get() or USUAL


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak a language, whatever visitors want."""
    token = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(token)


class Listening:
    """ASGI middleware: what answers a request speaks its visitor's language."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Remember what the browser asks for, and tell caches that the answer depends on it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = (value for key, value in scope["headers"] if key.lower() == b"accept-language")
        _asked.set(negotiated(b",".join(found).decode("latin-1")))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                message["headers"] = [*message["headers"], (b"vary", b"Accept-Language")]
            await send(message)

        await self._app(scope, receive, sending)


def _is_page(message: Message) -> bool:
    return any(
        key.lower() == b"content-type" and value.startswith(b"text/html")
        for key, value in message.get("headers", [])
    )
