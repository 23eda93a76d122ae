"""A photo, an example and the looks, painted for a visitor."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pipeline.settings import Settings
from pipeline.steps.cache import StageCache
from pipeline.types import Cancelled, Photo, Progress
from ui.examples import OWNER, Example
from ui.looks import PAINTED, SHOWN_PX, around_people, hurried, small
from ui.photos import read_once
from ui.previews import fit, over_checker
from ui.progress import Bar, reporter
from ui.service.correcting import said_of
from ui.service.paint_service import PaintService
from ui.session import LookPictures, Session
from ui.style_box import StyleFile
from ui.view_state import ViewState, state_of
from ui.words import later

STILL = later(
    "What you corrected in this photo, or gave its faces, still holds; "
    "Clear, under What stays, takes it back."
)


def show(
    service: PaintService,
    session_id: str,
    path: Path,
    name: str,
    settings: Settings,
    bar: Bar,
    before: ViewState | None = None,
    *,
    styles: tuple[StyleFile, ...] = (),
) -> ViewState:
    """Paint a visitor's photo and write its previews.

    Corrections of a painting `before` of the same photo are followed again.

    Raises: PhotoError, WeightError: with a sentence for the person. Cancelled: the visitor
    asked for it, or left.
    """
    session = service.sessions.of(session_id)
    report = reporter(session, bar)
    photo = read_once(session, path, name)
    if before is None or before.photo != path:
        _show_sketch(service, session, photo, settings)
    said = session.said
    prompt, history = said_of(session, before, path, photo, settings, styles)
    painting = service.paint(photo, settings, prompt=prompt, report=report, cache=session.cache)
    state = replace(state_of(session, painting, path), styles=styles, history=history)
    if session.said is said:  # else more was said meanwhile
        session.said = None
    return replace(state, notes=(str(STILL), *state.notes)) if prompt else state


def _show_sketch(service: PaintService, session: Session, photo: Photo, settings: Settings) -> None:
    """Show the first strokes of a new photo while it is still looked at."""
    picture = service.sketch(photo, settings)
    if picture is not None:
        session.show_so_far(session.run, picture)


def show_example(service: PaintService, session_id: str, example: Example) -> ViewState:
    """Show an example, which is painted already or now; its stages are everybody's."""
    painting, session = service.examples.of(example), service.sessions.of(session_id)
    state = state_of(session, painting, example.path)
    session.said = None
    return replace(state, owner=OWNER)


def paint_looks(service: PaintService, session_id: str, state: ViewState) -> Iterator[LookPictures]:
    """Paint a shown photo in every look, small; yield their pictures, more each time.

    Those that were painted of it before stay, until it is framed or prepared in another way. They
    end where another run is asked for, or another photo has come.
    """
    session = service.sessions.of(session_id)
    how = state.settings
    of = state.photo, how.frame, how.brighten, how.mend, how.balance, how.colorize
    stop = session.looks_end
    if session.looks.of != of:
        session.looks = LookPictures(of, awaited=state.after)
    yield session.looks
    missing = PAINTED[len(session.looks.painted) :]
    if not missing:
        return

    def report(_: Progress | None = None) -> None:
        if stop.is_set() or session.looks.of != of:
            raise Cancelled

    photo = small(service.photo_of(session, state))
    cache = StageCache().of(session_id)  # all looks are of one parse
    with suppress(Cancelled):
        for look in missing:
            settings = hurried(look.of(how))
            painting = service.paint(photo, settings, report=report, cache=cache)
            picture = over_checker(fit(painting.result), painting.photo.alpha)
            seen = fit(around_people(picture, painting.faces), SHOWN_PX)
            report()
            painted = *session.looks.painted, session.show("look", seen)
            session.looks = replace(session.looks, painted=painted)
            yield session.looks
