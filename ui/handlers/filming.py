"""Painting a film."""

import time
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.types import Cancelled, FilmError
from ui import camera, film_tab, style_box
from ui.errors import told
from ui.handlers.base import Base
from ui.notes import note
from ui.photos import file_of, uploaded_in
from ui.result_panel import Updates
from ui.runs import switch
from ui.service import filming
from ui.widgets import from_widgets
from ui.words import later, say

LOOK_S = 0.4  # between two looks at whether it is painted
NO_FILM = later("No film yet: drop one into its field, or record one, then press again.")


class Filming(Base):
    """Painting a film."""

    def take_film(self, request: gr.Request, field: dict[str, Any] | None) -> None:
        """Keep a film that arrives as long as its page is used."""
        if film := uploaded_in(field):
            session = self._session(request)
            session.own_film = file_of(film)[0]
            session.use(session.own_film)

    def check_film(self, field: dict[str, Any] | None) -> None:
        """Say at once that there is no film, not once it is its turn to be painted."""
        with told():
            _film_in(field)

    def sample_film(self, request: gr.Request, *values: Any) -> Updates:
        """Paint two seconds of the film."""
        return self._painted_film(request, values, film_tab.TRIED_S, film_tab.TRIED_PX)

    def paint_film(self, request: gr.Request, *values: Any) -> Updates:
        """Paint the film."""
        return self._painted_film(request, values)

    def open_camera(self, request: gr.Request, style: str) -> dict[str, Any]:
        """Make ready to paint what the page's camera sees."""
        with told():
            session = self._session(request)
            live = filming.live(self.service, style)
            session.camera = self.service.cameras.open(live, session.camera)
            return camera.shown(session.camera)

    def change_camera(self, request: gr.Request, style: str) -> None:
        """Paint on like another picture, if the page has a camera."""
        session = self._session(request)
        if session.camera is not None:
            with told():
                session.camera.paint = filming.live(self.service, style)

    def cancel_film(self, request: gr.Request) -> str:
        """Stop the visitor's film."""
        session = self._session(request)
        session.cancel(session.film)
        return note([say("Cancelled.")])

    def find_film(self, request: gr.Request) -> Updates:
        """Show the film of a page that was opened anew, if it had one, and that it is painted."""
        session, tab = self._session(request), self.parts.film_tab
        if session.own_film is None or not session.own_film.exists():
            return gr.skip()
        given = {tab.film: str(session.own_film)}
        if session.film.awaited is None:
            return given
        return {
            **given,
            **switch(tab.sample, tab.cancel, beside=[tab.paint], running=True),
            self.parts.tabs: gr.Tabs(selected="film"),
            self.parts.timer: gr.Timer(active=True),
        }

    def follow_film(self, request: gr.Request) -> Updates:
        """Show the film that was found, once it is painted."""
        session, tab = self._session(request), self.parts.film_tab
        while session.film.awaited is not None and not session.left:
            session.use()
            time.sleep(LOOK_S)
        if session.filmed is None or not session.filmed[0].exists():
            return gr.skip()
        path, said = session.filmed
        return {tab.painted: str(path), tab.notes: note(said)}

    def _painted_film(
        self, request: gr.Request, values: tuple[Any, ...], most: float | None = None,
        long_px: int | None = None,
    ) -> Updates:  # fmt: skip
        field, way, like, first, last, *rest = values
        given, chosen = rest[: style_box.FIELDS], rest[style_box.FIELDS :]
        session = self._session(request)
        with told(), self._ending(session.film):
            film = _film_in(field)
            start, end = film_tab.span_of(first, last)
            if most is not None:
                end = start + most if end is None else min(end, start + most)
            settings = film_tab.settings_for(from_widgets(chosen), way, like)
            session.use(film)
            styles = style_box.files_of(settings, *given, behind=session.behind)
            try:
                path, said = filming.paint_film(
                    self.service, str(request.session_hash), film, settings, start, end,
                    session.film.move, styles=styles, long_px=long_px,
                )  # fmt: skip
                session.keep_last("film", session.wrote(path))
                session.filmed = path, said
            except Cancelled:
                return gr.skip()
            tab = self.parts.film_tab
            return {tab.painted: str(path), tab.notes: note(said)}


def _film_in(field: dict[str, Any] | None) -> Path:
    """Return the film's file.

    Raises: FilmError: there is none.
    """
    dropped = uploaded_in(field)
    if dropped is None:
        raise FilmError(NO_FILM)
    return file_of(dropped)[0]
