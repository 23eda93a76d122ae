"""The files of a shown painting: at its full size, as a drawing, as a film of its making."""

import time
from collections.abc import Callable
from math import prod
from pathlib import Path

from pipeline.types import Cancelled, Progress
from ui import view_state
from ui.forecast import Forecast, in_words
from ui.progress import Bar
from ui.service.paint_service import PaintService
from ui.service.repainting import AgainError, repaint
from ui.session import Session
from ui.view_state import ViewState
from ui.words import later, say

ONCE_MORE = later("Painting it once more")
FIRST = 0.1  # of the bar, until the painting is there of which the file is made
AT_ONCE_PIXELS = 8_000_000  # of strokes, that are rendered without a bar


def write_full_size(
    service: PaintService, session_id: str, state: ViewState, bar: Bar | None = None
) -> Path:
    """Write the shown painting at the photo's size as a PNG; return its private path.

    The file carries the settings and the weights. `bar`: as in `make_again`.

    Raises: AgainError: as in `make_again`.
    """
    from pipeline.steps.full_size import result_size

    large = state.strokes and prod(result_size(state.size, state.settings)) > AT_ONCE_PIXELS
    if bar is None and large:
        raise AgainError(state)
    session = service.sessions.of(session_id)
    painting = repaint(service, session, state, _first(bar))
    tell = _tell(session, bar, say("Painting it large"))
    return session.wrote(view_state.write_painting(painting, session.folder, tell))


def write_drawing(
    service: PaintService, session_id: str, state: ViewState, bar: Bar | None = None
) -> Path:
    """Write the strokes of the shown painting as an SVG; return its private path.

    Raises: PhotoError: it is not made of strokes. AgainError: as in `make_again`.
    """
    session = service.sessions.of(session_id)
    painting = repaint(service, session, state, bar)
    return session.wrote(view_state.write_drawing(painting, session.folder))


def write_timelapse(
    service: PaintService, session_id: str, state: ViewState, seconds: float, bar: Bar
) -> Path:
    """Write the film of the shown painting being painted; return its private path.

    Raises: Cancelled: the visitor asked for it, or left.
    """
    session = service.sessions.of(session_id)
    painting = repaint(service, session, state, _first(bar))
    tell = _tell(session, bar, say("Filming"))
    film = view_state.write_timelapse(painting, session.folder, seconds, tell)
    return session.keep_last("timelapse", session.wrote(film))


def _first(bar: Bar | None) -> Bar | None:
    """Return the bar of what is painted before the file is made.

    It says no time left, which would be that of the smaller part.
    """
    if bar is None:
        return None
    return lambda done, _: bar(FIRST * done, str(ONCE_MORE))


def _tell(session: Session, bar: Bar | None, doing: str) -> Callable[[float], None]:
    """Return what moves a bar while a file is made, and ends that where the visitor asks for it."""
    forecast, stop = Forecast(time.monotonic()), session.run.stop

    def tell(done: float) -> None:
        if bar is not None:
            if stop.is_set():
                raise Cancelled
            left = forecast.left(Progress("blend", done), time.monotonic()) if done < 1 else None
            bar(FIRST + (1 - FIRST) * done, doing + in_words(left))

    return tell
