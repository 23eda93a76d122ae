"""Comparing ways to paint."""

from typing import Any

import gradio as gr

from pipeline.types import Cancelled
from ui import compare_tab
from ui.errors import told
from ui.handlers.base import Base
from ui.progress import bar_of
from ui.result_panel import Updates, note

BAR = gr.Progress()


class Comparing(Base):
    """Comparing ways to paint."""

    def compare(self, request: gr.Request, progress: gr.Progress = BAR, *values: Any) -> Updates:
        """Compare segmenters on the photo, at the controls' settings."""
        photo, segmenters, *given = values
        with told(), self._ending(request):
            wanted, styles = self._wanted(request, photo, given)
            chosen = tuple(segmenters or ())
            try:
                compared = self.service.compare(*wanted, chosen, bar_of(progress), styles=styles)
            except Cancelled:
                return gr.skip()
            tab = self.parts.comparison
            return {tab.notes: note(compared.notes)} | compare_tab.view(tab, compared)

    def clear_comparison(self) -> Updates:
        """Empty the tab "Compare"."""
        tab = self.parts.comparison
        return {tab.notes: ""} | compare_tab.view(tab, None)
