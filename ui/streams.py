"""Let a browser hear of all it asked for by one stream, which ends when its page does.

Gradio ends a page's stream when nothing is awaited any more. What the page asks for in that moment,
as the word of the end is on its way, is thrown away with the stream: its button is pressed and
nothing happens. On a busy machine one painting in some twenty was lost so.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
STREAM = "/gradio_api/queue/data"
BROWSER = b"mozilla/"  # programs wait for the end of their stream


class Lasting:
    """Let something be awaited by a browser as long as its stream is open."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._numbers = count()

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer a request."""
        session = _session(scope)
        if not session:
            await self._app(scope, receive, send)
            return
        awaited: dict[str, set[str]] = scope["app"].get_blocks()._queue.pending_event_ids_session
        own = f"stream {next(self._numbers)}"
        awaited.setdefault(session, set()).add(own)
        try:
            await self._app(scope, receive, send)
        finally:
            left = awaited.get(session, set())
            left.discard(own)
            if not left:
                awaited.pop(session, None)


def _session(scope: Scope) -> str:
    """Return whose stream a browser asks for; "" for all else."""
    if scope["type"] != "http" or scope["path"] != STREAM:
        return ""
    agent = dict(scope["headers"]).get(b"user-agent", b"").lower()
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    return asked.get("session_hash", [""])[0] if agent.startswith(BROWSER) else ""
