"""Painting many photos."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from pipeline.io.style_images import NO_STYLE
from pipeline.types import PromptError
from ui import many_panel, style_box
from ui.errors import told
from ui.handlers.base import Base
from ui.many import KINDS, Item, Many, looked_at, queued
from ui.result_panel import Updates
from ui.service import many
from ui.widgets import from_widgets
from ui.words import say


class ManyPhotos(Base):
    """Painting many photos."""

    def receive_many(
        self, request: gr.Request, files: list[dict[str, Any]] | None, items: tuple[Item, ...]
    ) -> Iterator[Updates]:
        """Put photos into the queue, and show each as it is read; the field is for more."""
        tab, session = self.parts.many_tab, self._session(request)
        with told():
            items = queued(tuple(items or ()), files or [])
            session.use(*(item.path for item in items))
            yield {tab.files: None, **many_panel.view(tab, Many(items))}
            for seen in looked_at(session, items):
                yield many_panel.view(tab, Many(seen))

    def paint_many(self, request: gr.Request, *values: Any) -> Iterator[Updates]:
        """Paint the queue by the controls' settings, and show how far it is."""
        items, kind, *rest = values
        given, chosen = rest[: style_box.FIELDS], rest[style_box.FIELDS :]
        tab = self.parts.many_tab
        with told():
            if kind not in KINDS:
                raise ValueError(say("Paintings are saved as {kinds}.", kinds=", ".join(KINDS)))
            settings = from_widgets(chosen)
            files = style_box.files_of(settings, *given, behind=self._session(request).behind)
            if style_box.wants_picture(settings) and not files:
                raise PromptError(NO_STYLE)
            seen = Many(tuple(items or ()))
            session_id = str(request.session_hash)
            # First: from here on Cancel ends these, not those before.
            running = many.paint_many(self.service, session_id, seen.items, settings, files, kind)
            yield {
                **many_panel.view(tab, seen, running=True),
                tab.files: gr.File(interactive=False),
            }
            for now in running:
                seen = now
                yield many_panel.view(tab, seen, running=True)
            yield {**many_panel.view(tab, seen), tab.files: gr.File(interactive=True)}

    def idle_many(self, items: tuple[Item, ...]) -> Updates:
        """Make the tab ready again after a run that failed."""
        tab = self.parts.many_tab
        return {**many_panel.view(tab, Many(items)), tab.files: gr.File(interactive=True)}

    def cancel_many(self, request: gr.Request) -> dict[Any, Any]:
        """End the painting of many photos; what is done is saved all the same."""
        self._session(request).stop_many.set()
        return {self.parts.many_tab.cancel: gr.Button(interactive=False)}

    def clear_many(self, request: gr.Request) -> Updates:
        """Empty the queue."""
        self._session(request).stop_many.set()
        return many_panel.view(self.parts.many_tab, Many(()))
