"""Pointing at, drawing over and choosing what stays."""

from collections.abc import Callable
from dataclasses import replace

import gradio as gr

from pipeline.types import Prompt, PromptError
from ui.drawing import TAKE, line_of, mark_of, with_stroke, within
from ui.faces import with_face
from ui.handlers.base import Base
from ui.pointing import clicked, with_click
from ui.result_panel import Updates
from ui.service import correcting
from ui.service.said import as_said
from ui.view_state import ViewState
from ui.words import later

NOTHING_BRUSHED = later(
    "Nothing was brushed, so there is nothing to erase. To take away what stays, "
    "choose “− is painted”, then point at it or brush over it."  # noqa: RUF001 - as on the button
)


class Correcting(Base):
    """Pointing at, drawing over and choosing what stays."""

    def point(self, request: gr.Request, event: gr.EventData, state: ViewState | None) -> Updates:
        """Add what was pointed at to what is kept, or take it away."""

        def prompt(known: ViewState) -> Prompt:
            data = event._data or {}
            add = data.get("mode") != TAKE
            return with_click(
                known.prompt, clicked(data.get("x"), data.get("y"), known.size, add=add)
            )

        return self._point(request, state, prompt)

    def draw(self, request: gr.Request, event: gr.EventData, state: ViewState | None) -> Updates:
        """Paint over what is kept.

        What a brush covers stays as in the photo, or does not; the eraser takes strokes away.
        """

        def prompt(known: ViewState) -> Prompt:
            data = event._data or {}
            mark = mark_of(data.get("tool"), data.get("mode"))
            how = {"mark": mark, "width": within(data.get("width"))}
            line = line_of(data.get("line"))
            if not mark and known.prompt.drawn is None:
                raise PromptError(NOTHING_BRUSHED)
            return replace(
                known.prompt, drawn=with_stroke(known.prompt.drawn, line, known.size, **how)
            )

        return self._point(request, state, prompt)

    def choose_face(
        self, request: gr.Request, event: gr.EventData, state: ViewState | None
    ) -> Updates:
        """Let a face stay itself, be painted like the rest, or be restored, as was chosen."""

        def prompt(known: ViewState) -> Prompt:
            data = event._data or {}
            said = data.get("number"), data.get("says")
            return with_face(known.prompt, known.faces, known.size, *said)

        return self._point(request, state, prompt)

    def undo(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Take the last correction back."""
        session_id = str(request.session_hash)
        return self._change(state, lambda known: correcting.undo(self.service, session_id, known))

    def redo(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Make the last correction that was taken back again."""
        session_id = str(request.session_hash)
        return self._change(state, lambda known: correcting.redo(self.service, session_id, known))

    def clear(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Take all clicks, strokes and choices for single faces back."""
        return self._point(request, state, lambda known: Prompt(mended=known.prompt.mended))

    def _point(
        self, request: gr.Request, state: ViewState | None, prompt: Callable[[ViewState], Prompt]
    ) -> Updates:
        session_id = str(request.session_hash)
        session = self._session(request)

        def act(shown: ViewState) -> ViewState:
            wanted = prompt(as_said(session, shown))
            return correcting.point(self.service, session_id, shown, wanted)

        return self._change(state, act)
