"""A film, painted for a visitor who is told how far it is, and what a camera sees."""

import math
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.runtime.models import zero_gpu
from pipeline.settings import Settings
from pipeline.types import Cancelled, FilmError, Pixels, Style
from ui.film_tab import FAST, settings_for
from ui.forecast import in_words
from ui.photos import styles_of
from ui.progress import Bar
from ui.service.paint_service import PaintService
from ui.session import Session
from ui.session_files import private_folder
from ui.style_box import StyleFile
from ui.view_state import path_of
from ui.words import later, number, retold, say

PREVIEW_S = 0.5  # between two pictures so far
# Others wait while a film is painted: the page and its API paint no more of it at once.
MOST_S = 60
# Pictures after which the time left is told; where these take long, as of large films, seconds.
FIRST, FIRST_S = 12, 8.0
NO_FILMS = later(
    "A film takes longer than this Space lends its graphics card; run the app at home for "
    "films (README)."
)


def paint_film(
    service: PaintService, session_id: str | None, path: Path, settings: Settings, start: float,
    end: float | None, bar: Bar = lambda done, doing: None, *,
    styles: tuple[StyleFile, ...] = (), long_px: int | None = None,
) -> tuple[Path, tuple[str, ...]]:  # fmt: skip
    """Paint a film, one at a time; return its path and what is to be said of it.

    `session_id`: of the visitor who waits for it; None: a program does. `long_px`: as the
    pipeline's.

    Raises: FilmError, WeightError: with a sentence for the person. Cancelled: the visitor asked
    for it, or left.
    """
    _refuse_lent_card()
    _, models = service.pipeline()
    if session_id is None:
        folder, tell = private_folder(), lambda _: None
        read = tuple(file.read() for file in styles)
    else:
        session = service.sessions.of(session_id)
        folder, tell = session.folder, teller(session, bar)
        read = styles_of(session, styles)
    with service.alone():
        return _paint_into(folder, path, settings, read, models, start, end, tell, long_px)


def live(service: PaintService, style: str) -> Callable[[Pixels], Pixels]:
    """Return what paints a camera's pictures, one after the other, like a known one.

    Raises: FilmError, WeightError: with a sentence for the person. ValueError: no such style.
    """
    _refuse_lent_card()
    from pipeline.video.live import Live

    return Live(settings_for(Settings(), FAST, style), service.pipeline()[1])


def _refuse_lent_card() -> None:
    if zero_gpu():
        raise FilmError(NO_FILMS)


def _paint_into(
    folder: Path, path: Path, settings: Settings, styles: tuple[Style, ...], models: Any,  # noqa: ANN401 - stand-ins for tests
    start: float, end: float | None, tell: Callable[[Any], object], long_px: int | None,
) -> tuple[Path, tuple[str, ...]]:  # fmt: skip
    """Paint a film into a folder; return its path and what is to be said of it.

    What `tell` raises ends the work and leaves no file.

    Raises: FilmError, WeightError: with a sentence for the person.
    """
    from pipeline.video import paint
    from pipeline.video.read import open_film

    film = open_film(path)
    notes: tuple[str, ...] = ()
    if end is None and film.seconds is None:  # as what browsers record
        end = start + MOST_S
        notes = (
            say(
                "This film does not say how long it is; {most} seconds of it are painted at most.",
                most=MOST_S,
            ),
        )
    elif min(end or math.inf, film.seconds or math.inf) - start > MOST_S:
        raise FilmError(
            say(
                "At most {most} seconds of a film are painted here at once, for others wait "
                "meanwhile; choose a part by From and To, or paint all of it by the command "
                "{command}.",
                most=MOST_S,
                command=f"python -m pipeline video {path.name}",
            )
        )
    out = path_of(folder, path.stem, f"painted-{secrets.token_hex(4)}.mp4")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        said = paint.paint_film(
            film, out, settings, models, styles=styles, start=start, end=end, tell=tell,
            speed="live", long_px=long_px,
        )  # fmt: skip
    finally:
        for part in paint.parts_of(out):
            part.unlink(missing_ok=True)
    said = (*notes, *map(retold, said))
    if long_px is not None and max(film.size) > long_px:
        smaller = say(
            "The long side of this preview has {px} px; the film will keep its size.", px=long_px
        )
        return out, (smaller, *said)
    return out, said


def teller(session: Session, bar: Bar) -> Callable[[Any], None]:
    """Begin a session's film; return what follows it, picture by picture."""
    stop: threading.Event = session.begin(session.film)
    began = time.monotonic()
    previewed, until = began, float("inf")

    def tell(progress: Any) -> None:  # noqa: ANN401 - pipeline.video.paint's, which is loaded late
        nonlocal previewed, until
        if stop.is_set():
            raise Cancelled
        now = time.monotonic()
        done, count = progress.done, progress.count
        pace = done / max(now - began, 1e-3)
        left = None
        known = done >= FIRST or now - began > FIRST_S
        if count and known:
            until = min(until, now + (count - done) / pace)
            left = max(0, round(until - now))
        doing = (
            say("Picture {n} of {all}", n=done, all=count) if count else say("Picture {n}", n=done)
        )
        fast = [say("{pace} a second", pace=number(pace, 1))] if known else []
        bar(done / count if count else 0.0, ", ".join([doing, *fast]) + in_words(left))
        if now - previewed > PREVIEW_S:
            session.show_so_far(session.film, progress.picture)
            previewed = now

    return tell
