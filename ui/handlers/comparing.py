"""Comparing ways to paint, and ways to outline."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from pipeline.types import Cancelled
from ui import compare_tab, outlines_box
from ui.compare_tab import Pair, way_of
from ui.errors import told
from ui.handlers.base import Base
from ui.notes import note
from ui.result_panel import Updates
from ui.service import comparing
from ui.words import say


class Comparing(Base):
    """Comparing ways to paint, and ways to outline."""

    def compare(self, request: gr.Request, *values: Any) -> Updates:
        """Paint the photo in the two ways that are chosen, at the controls' other settings."""
        photo, before, left, right, *given = values
        with told(), self._ending(self._session(request).run):
            both = {}
            for title in (left, right):
                wanted, styles = self._wanted(request, photo, given, partial(way_of, title))
                both[str(title)] = wanted[-1], styles
            if len(both) < len(compare_tab.SIDES):
                raise ValueError(
                    say(
                        "Choose two different ways to compare, not {way} twice.", way=say(str(left))
                    )
                )
            bar = self._session(request).run.move
            try:
                pair = comparing.compare(self.service, *wanted[:-1], both, bar, before)
            except Cancelled:
                return gr.skip()
            return compare_tab.view(self.parts.comparison, pair)

    def go_on_with(self, number: int) -> Callable[..., Updates]:
        """Make the handler that sets the controls to one of the two ways that were compared."""

        def set_controls(request: gr.Request, pair: Pair | None) -> Updates:
            if pair is None:
                return gr.skip()
            return self._look_of(request, pair.settings[number])

        return set_controls

    def outline(self, request: gr.Request, *values: Any) -> Updates:
        """Compare segmenters on the photo, at the controls' settings."""
        photo, segmenters, *given = values
        with told(), self._ending(self._session(request).run):
            wanted, styles = self._wanted(request, photo, given)
            chosen = tuple(segmenters or ())
            bar = self._session(request).run.move
            try:
                outlined = comparing.outline(self.service, *wanted, chosen, bar, styles=styles)
            except Cancelled:
                return gr.skip()
            box = self.parts.comparison.outlines
            return {box.notes: note(outlined.notes)} | outlines_box.view(box, outlined)

    def clear_comparison(self) -> Updates:
        """Empty the tab."""
        tab = self.parts.comparison
        box = tab.outlines
        said = {tab.notes: "", box.notes: ""}
        return said | outlines_box.view(box, None) | compare_tab.view(tab, None)
