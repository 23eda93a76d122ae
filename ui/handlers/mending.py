"""Offering to mend an old photo."""

import gradio as gr

from ui import mend_box
from ui.errors import told
from ui.handlers.base import Base
from ui.mend_box import FLAG
from ui.result_panel import Updates
from ui.view_state import ViewState


class Mending(Base):
    """Offering to mend an old photo."""

    def offer_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer to mend the photo of a painting that seems worn, and was not mended."""
        offered = False
        with told():
            if state is not None and not state.owner and not state.settings.mend.on:
                offered = self.service.seems_worn(str(request.session_hash), state)
        return {self.parts.mend_box.box: mend_box.shown(offered)}

    def accept_mending(self) -> Updates:
        """Have the photo mended from now on."""
        return {self.parts.controls[FLAG]: True, self.parts.mend_box.box: mend_box.shown(False)}

    def hide_mending(self) -> Updates:
        """Offer nothing of a photo that is not known yet."""
        return {self.parts.mend_box.box: mend_box.shown(False)}
