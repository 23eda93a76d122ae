"""Offering to turn a photo that lies on its side."""

import gradio as gr

from ui import turn_box
from ui.handlers.base import Base
from ui.result_panel import Updates
from ui.turn_box import FLAG
from ui.view_state import ViewState


class Turning(Base):
    """Offering to turn a photo that lies on its side."""

    def offer_turning(self, state: ViewState | None) -> Updates:
        """Offer to turn the photo of a painting in which no face stands as it lies."""
        lies = state is not None and state.upright is not None
        return turn_box.offered(self.parts.turn_box, lies=lies)

    def accept_turning(self, state: ViewState | None) -> Updates:
        """Have the photo turned from now on."""
        if state is None or state.upright is None:
            return gr.skip()
        return {self.parts.controls[FLAG]: str(state.upright), **self.offer_turning(None)}
