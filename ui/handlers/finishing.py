"""What is done with a shown painting: blended anew, written, filmed, made again."""

from typing import Any

import gradio as gr

from pipeline.types import Cancelled, PhotoError
from ui.errors import told
from ui.handlers.base import Again, Base
from ui.result_panel import Updates, view
from ui.service import repainting, writing
from ui.service.repainting import AgainError
from ui.service.writing import ONCE_MORE
from ui.view_state import ViewState
from ui.widgets import from_widgets
from ui.words import say


class Finishing(Base):
    """What is done with a shown painting: blended anew, written, filmed, made again."""

    def blend_again(self, request: gr.Request, state: ViewState | None, *values: Any) -> Updates:
        """Blend the shown painting with the controls' blend."""
        session_id = str(request.session_hash)
        return self._change(
            state,
            lambda known: repainting.blend_again(
                self.service, session_id, known, from_widgets(values)
            ),
        )

    def write_file(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Write the full-size file, or ask for the painting to be made again for it."""
        with told():
            if state is None:
                raise PhotoError(say("There is no painting yet; press Paint first."))
            try:
                file = writing.write_full_size(self.service, str(request.session_hash), state)
                return {self.parts.file: str(file)}
            except AgainError:
                return {self.parts.file: None, self.parts.again: Again(state, state, "file")}

    def write_film(self, state: ViewState | None, seconds: float) -> Updates:
        """Ask for the film of the painting being painted: it takes a while, seen."""
        with told():
            if state is None:
                raise PhotoError(say("There is no painting yet; press Paint first."))
            return {self.parts.again: Again(state, state, "film", seconds)}

    def write_strokes(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Write the strokes as a drawing, or ask for the painting to be made again for it."""
        with told():
            if state is None:
                raise PhotoError(say("There is no painting yet; press Paint first."))
            try:
                file = writing.write_drawing(self.service, str(request.session_hash), state)
                return {self.parts.file: str(file)}
            except AgainError:
                return {self.parts.file: None, self.parts.again: Again(state, state, "strokes")}

    def make_again(self, request: gr.Request, again: "Again | None" = None) -> Updates:
        """Make a painting again, as it is wanted now, or its file or film where that is wanted."""
        no_file = {self.parts.file: None}
        if again is None:
            return no_file
        with told(), self._ending(self._session(request).run):
            session_id, run = str(request.session_hash), self._session(request).run
            run.saves, bar = again.what != "painting", run.move
            if run.saves:
                bar(0.0, str(ONCE_MORE))
            try:
                if again.what == "file":
                    file = writing.write_full_size(self.service, session_id, again.state, bar)
                    return {self.parts.file: str(file)}
                if again.what == "strokes":
                    drawing = writing.write_drawing(self.service, session_id, again.state, bar)
                    return {self.parts.file: str(drawing)}
                if again.what == "film":
                    wanted = again.state, again.seconds
                    film = writing.write_timelapse(self.service, session_id, *wanted, bar)
                    return no_file | {self.parts.film: gr.Video(str(film), visible=True)}
                state = repainting.make_again(
                    self.service, session_id, again.state, again.wanted, bar
                )
                return view(self.parts, state) | no_file
            except Cancelled:
                return no_file
