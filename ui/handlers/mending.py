"""Looking at what is mended of an old photo, and correcting it by hand."""

from collections.abc import Callable

import gradio as gr

from pipeline.types import Prompt
from ui.drawing import line_of, mark_of, within
from ui.errors import told
from ui.handlers.offering import Offering
from ui.result_panel import Updates
from ui.service import mending
from ui.service.mending import Brushed
from ui.view_state import ViewState


class Mending(Offering):
    """Looking at what is mended of an old photo, and correcting it by hand."""

    def look_at_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Show what of a photo is mended, or would be."""
        if state is None:
            return gr.skip()
        session_id = str(request.session_hash)
        with told():
            seen = mending.look_at_mending(self.service, session_id, state, lambda brushed: brushed)
            box = self.parts.mend_box
            return {box.panel: gr.Column(visible=True), box.viewer: seen}

    def brush_mending(
        self, request: gr.Request, event: gr.EventData, state: ViewState | None
    ) -> Updates:
        """Mend what was brushed over, too, or leave it."""

        def stroke(brushed: Brushed) -> Brushed:
            data, size = event._data or {}, state.size if state else (1, 1)
            mark = mark_of(data.get("tool"), data.get("mode"))
            line, width = line_of(data.get("line")), within(data.get("width"))
            return brushed.with_stroke(line, size, mark=mark, width=width)

        return self._brush(request, state, stroke)

    def undo_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Take the last stroke back."""
        return self._brush(request, state, Brushed.undone)

    def redo_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Make the last stroke that was taken back again."""
        return self._brush(request, state, Brushed.redone)

    def clear_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Mend what was found, and nothing else."""
        return self._brush(request, state, lambda brushed: brushed.then(Prompt()))

    def _brush(
        self, request: gr.Request, state: ViewState | None, act: Callable[[Brushed], Brushed]
    ) -> Updates:
        """Change what is mended, and have it mended: whoever corrects it wants that."""
        if state is None:
            return gr.skip()
        with told():
            seen = mending.look_at_mending(self.service, str(request.session_hash), state, act)
            return {self.parts.mend_box.viewer: seen, **self._mends()}
