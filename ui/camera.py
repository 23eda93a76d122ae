"""A page's camera, painted as it goes on: its pictures come and go by a route of their own.

They take part in no queue of events, and need no file and address for each picture. Nobody but the
page that a camera's key was given to can send pictures to it, and each is answered by its own
painting; nothing is written to disk.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import cv2
import gradio as gr
import numpy as np
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.io.shape import check_shape
from pipeline.types import FilmError, Pixels
from pipeline.weights.catalog import WeightError
from ui.viewer import API
from ui.words import later

HERE = Path(__file__)
ADDRESS = f"{API}/camera"
KEY, NUMBER = "x-camera", "x-number"  # headers of a picture: whose it is, and which
SENT_PX = 480  # long side of what a page sends: as large as is painted
LARGEST_PX, LARGEST_BYTES = 1280, 1_000_000  # of what is taken
QUALITY = (cv2.IMWRITE_JPEG_QUALITY, 90)
AT_ONCE = 3  # pictures of one camera: one is painted, two wait; a page sends no more than two
LONGEST_S = 600  # that a camera is painted; then the page has to ask anew
MOST, BUSY_S = 2, 5  # cameras at once; one that has sent nothing for so long makes room
OVER = later(
    "The camera's picture was painted for {minutes} minutes, or its page was left; start it again.",
    minutes=LONGEST_S // 60,
)
FULL = later(
    "The cameras of {most} others are being painted just now; try again in a minute.", most=MOST
)

Paint = Callable[[Pixels], Pixels]


@dataclass(eq=False)
class Camera:
    """A camera of one page, and what paints its pictures, (H, W, 3), one after the other.

    `key`: nobody can guess it. `opened`, `used`: the clock's seconds when it was opened, and when
    it last sent a picture. `number`: of the newest picture. `here`: how many pictures are being
    painted or wait for it; the server's loop alone counts them.
    """

    paint: Paint
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    opened: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)
    number: int = -1
    here: int = 0
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def painted(self, picture: bytes, number: int) -> bytes | None:
        """Return a picture's painting, both JPEG; None where a newer one has come meanwhile.

        Raises: FilmError: it is no picture of a camera. WeightError: a network is not at hand.
        """
        with self._alone:
            self.used = time.monotonic()
            if number <= self.number:
                return None
            pixels = picture_in(picture)
            self.number = number
            painted = cv2.cvtColor(self.paint(pixels), cv2.COLOR_RGB2BGR)
        return cv2.imencode(".jpg", painted, QUALITY)[1].tobytes()


class Cameras:
    """The cameras of all open pages, by their keys; a page that is left takes its own along."""

    def __init__(self) -> None:
        self._open: WeakValueDictionary[str, Camera] = WeakValueDictionary()
        self._lock = threading.Lock()

    def open(self, paint: Paint, before: Camera | None = None) -> Camera:
        """Open a page's camera, instead of the one that it had `before`.

        Raises: FilmError: too many are painted.
        """
        now = time.monotonic()
        with self._lock:
            others = [each for each in self._open.values() if each is not before]
            if sum(now - each.used < BUSY_S for each in others) >= MOST:
                raise FilmError(FULL)
            camera = Camera(paint)
            self._open[camera.key] = camera
        return camera

    def of(self, key: str) -> Camera | None:
        """Look a camera up, if it may still be painted."""
        with self._lock:
            camera = self._open.get(key)
        if camera is None or time.monotonic() - camera.opened > LONGEST_S:
            return None
        return camera


def routes(cameras: Cameras) -> list[BaseRoute]:
    """Return the route by which pages send what their cameras see, and get its painting."""

    async def paint(request: Request) -> Response:
        camera = cameras.of(request.headers.get(KEY, ""))
        if camera is None:
            return PlainTextResponse(str(OVER), 410)
        picture = await _body_of(request)
        if picture is None:
            return PlainTextResponse(f"At most {LARGEST_BYTES:,} bytes were wanted.", 413)
        number = request.headers.get(NUMBER, "")
        if not number.isdecimal():
            return PlainTextResponse(f"The picture's number was wanted as {NUMBER}.", 400)
        if camera.here >= AT_ONCE:  # each would hold a worker of the whole page
            return Response(status_code=204)
        camera.here += 1
        try:
            painted = await run_in_threadpool(camera.painted, picture, int(number))
        except (FilmError, WeightError) as error:
            return PlainTextResponse(str(error), 400)
        finally:
            camera.here -= 1
        if painted is None:
            return Response(status_code=204)
        return Response(painted, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    return [Route(f"/{ADDRESS}", paint, methods=["POST"])]


async def _body_of(request: Request) -> bytes | None:
    """Read what was sent; None where it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BYTES:
            return None
    return bytes(body)


def picture_in(data: bytes) -> Pixels:
    """Decode a camera's picture, a JPEG, to (H, W, 3).

    Raises: FilmError: it is none, or too large, too small or too thin.
    """
    try:
        picture = Image.open(BytesIO(data), formats=("JPEG",))
        if max(picture.size) > LARGEST_PX:
            raise FilmError(
                f"A picture of at most {LARGEST_PX} px was wanted, found {picture.size}."
            )
        check_shape(*picture.size, FilmError)
        return np.asarray(picture.convert("RGB"))
    except FilmError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FilmError("A JPEG of what the camera sees was wanted; this is none.") from error


def lay_out() -> gr.HTML:
    """Make the component that shows what a camera sees beside its painting."""
    return gr.HTML(
        shown(None),
        html_template=HERE.with_suffix(".html").read_text(),
        js_on_load=HERE.with_suffix(".js").read_text(),
        apply_default_css=False,
        elem_id="camera",
    )


def shown(camera: Camera | None) -> dict[str, Any]:
    """Return what `camera.js` reads: where a camera's pictures go, as what, and how large."""
    return {"address": ADDRESS, "key": camera.key if camera else "", "long": SENT_PX}
