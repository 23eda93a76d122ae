"""The addresses of shares: `/share/NAME` is what a reviewer opens, the others are its parts.

Whatever cannot be opened is answered alike: nobody learns whether a share was ever there.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ui.buckets import visitor_of
from ui.sharing import page
from ui.sharing.desk import Desk
from ui.sharing.limits import LimitError
from ui.sharing.notes import NoteError
from ui.sharing.store import GoneError, ShareError
from ui.words import say

MOST_BYTES = 10_000  # of what a browser sends
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",  # once it is taken back, no browser has it
    "Referrer-Policy": "no-referrer",  # a name is a key
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
STATUS = {GoneError: 404, LimitError: 429, NoteError: 422, ShareError: 503}  # the first that fits
Sent = dict[str, Any]
Act = Callable[[str, Sent, str], Response]  # of a share's name, what was sent, and a visitor
Refuse = Callable[[str, int], Response]


def routes(desk: Desk) -> list[Route]:
    """Return the routes of a desk, for the page's server."""

    def show(name: str, _: Sent, __: str) -> Response:
        return HTMLResponse(page.of(desk.read(name), desk.clock()))

    def picture(name: str, sent: Sent, _: str) -> Response:
        return Response(desk.picture(name, sent["what"]), media_type="image/jpeg")

    def opened(name: str, _: Sent, visitor: str) -> Response:
        desk.open(visitor, name)
        return JSONResponse({})

    def note(name: str, sent: Sent, visitor: str) -> Response:
        desk.note(visitor, name, sent.get("name", ""), sent.get("line"))
        return JSONResponse({})

    def told(name: str, sent: Sent, _: str) -> Response:
        share = desk.told(name, str(sent.get("secret", "")))
        notes = [asdict(each) for each in share.notes]
        left = page.left(share.expires - desk.clock())
        return JSONResponse({"openings": share.openings, "left": left, "notes": notes})

    def revoke(name: str, sent: Sent, _: str) -> Response:
        desk.revoke(name, str(sent.get("secret", "")))
        return JSONResponse({})

    files = {"page.css": (page.CSS, "text/css"), "page.js": (page.SCRIPT, "text/javascript")}
    asked = {"": (show, _page), "/{what}.jpg": (picture, _sentence)}
    told_of = {"opened": opened, "note": note, "told": told, "revoke": revoke}
    return [
        *(Route(f"/share/{name}", _constant(*file)) for name, file in files.items()),
        *(Route(f"/share/{{name}}{part}", _endpoint(*act)) for part, act in asked.items()),
        *(
            Route(f"/share/{{name}}/{part}", _endpoint(act, _sentence), methods=["POST"])
            for part, act in told_of.items()
        ),
    ]


def _page(words: str, status: int) -> Response:
    return HTMLResponse(page.ended(words), status)


def _sentence(words: str, status: int) -> Response:
    return JSONResponse({"said": words, "gone": status == STATUS[GoneError]}, status)


def _constant(text: str, kind: str) -> Callable[[Request], Response]:
    headers = {**HEADERS, "Cache-Control": "no-cache"}
    return lambda _: Response(text, media_type=kind, headers=headers)


def _endpoint(act: Act, refuse: Refuse) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint that turns what goes wrong into a sentence, and names no file."""

    async def answer(request: Request) -> Response:
        params = request.path_params
        try:
            sent = await _sent(request) if request.method == "POST" else params
            host = request.client.host if request.client else ""
            visitor = visitor_of(host, request.headers.getlist("x-forwarded-for"))
            response = await run_in_threadpool(act, params["name"], sent, visitor)
        except tuple(STATUS) as error:
            status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
            response = refuse(str(error), status)
        response.headers.update(HEADERS)
        return response

    return answer


async def _sent(request: Request) -> Sent:
    """Read what a browser sent: an object of JSON, which no form of another site can send.

    Raises: NoteError: it is none, or too large.
    """
    data = b""
    if request.headers.get("content-type", "").partition(";")[0] == "application/json":
        async for part in request.stream():
            data += part
            if len(data) > MOST_BYTES:
                raise NoteError(say("Wanted a name and a line, found far more; write less."))
    try:
        sent = json.loads(data)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise NoteError(say("Wanted a name and a line as JSON, found something else."))
    return sent
