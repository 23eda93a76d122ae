"""Offering to mend an old photo, and correcting by hand what is mended."""

from collections.abc import Callable

import gradio as gr

from pipeline.types import Prompt
from ui import mend_box
from ui.drawing import line_of, mark_of, within
from ui.errors import told
from ui.handlers.base import Base
from ui.mend_box import FLAG
from ui.result_panel import Updates
from ui.service import mending
from ui.service.mending import Brushed
from ui.view_state import ViewState


class Mending(Base):
    """Offering to mend an old photo, and correcting by hand what is mended."""

    def offer_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer to mend the photo of a painting that seems worn; of a mended one, to look at it."""
        worn = mends = False
        with told():
            if state is not None:
                mends = state.settings.mend.on
                worn = not mends and mending.seems_worn(
                    self.service, str(request.session_hash), state
                )
        box = self.parts.mend_box
        if not (worn or mends):
            return mend_box.hidden(box)
        return mend_box.offered(box, worn=worn, mends=mends)

    def accept_mending(self) -> Updates:
        """Have the photo mended from now on."""
        offer = mend_box.offered(self.parts.mend_box, worn=True, mends=True)
        return {self.parts.controls[FLAG]: True, **offer}

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
            return {self.parts.mend_box.viewer: seen, **self.accept_mending()}
