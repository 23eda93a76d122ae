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
from ui.session import Session
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
                session.queue = seen
                yield many_panel.view(tab, Many(seen))

    def paint_many(self, request: gr.Request, *values: Any) -> Iterator[Updates]:
        """Paint the queue by the controls' settings, and show how far it is."""
        items, kind, *rest = values
        given, chosen = rest[: style_box.FIELDS], rest[style_box.FIELDS :]
        with told():
            if kind not in KINDS:
                raise ValueError(say("Paintings are saved as {kinds}.", kinds=", ".join(KINDS)))
            settings, session = from_widgets(chosen), self._session(request)
            files = style_box.files_of(settings, *given, behind=session.behind)
            if style_box.wants_picture(settings) and not files:
                raise PromptError(NO_STYLE)
            # First: from here on Cancel ends these, not those before.
            batch = many.begin(self.service, session, tuple(items or ()), settings, files, kind)
            session.queue = ()
            yield from self._followed(batch, session)

    def find_many(self, request: gr.Request) -> Iterator[Updates]:
        """Show what waited, or was painted, as this page was opened anew."""
        session, tab = self._session(request), self.parts.many_tab
        if session.queue:
            yield many_panel.view(tab, Many(session.queue))
        elif session.batch is None:
            yield gr.skip()
        else:
            if not session.batch.over.is_set() or session.shown is None:
                yield {self.parts.tabs: gr.Tabs(selected="many")}
            with told():
                yield from self._followed(session.batch, session)

    def _followed(self, batch: many.Batch, session: Session) -> Iterator[Updates]:
        """Show how far a batch is until its end."""
        tab = self.parts.many_tab
        running = many_panel.view(tab, batch.seen, running=True)
        yield {**running, tab.files: gr.File(interactive=False)}
        for seen in many.followed(batch, session):
            yield many_panel.view(tab, seen, running=True)
        yield {**many_panel.view(tab, batch.seen), tab.files: gr.File(interactive=True)}

    def idle_many(self, items: tuple[Item, ...]) -> Updates:
        """Make the tab ready again after a run that failed."""
        tab = self.parts.many_tab
        return {**many_panel.view(tab, Many(items)), tab.files: gr.File(interactive=True)}

    def cancel_many(self, request: gr.Request) -> dict[Any, Any]:
        """End the painting of many photos; what is done is saved all the same."""
        self._session(request).stop_batch()
        return {self.parts.many_tab.cancel: gr.Button(interactive=False)}

    def clear_many(self, request: gr.Request) -> Updates:
        """Empty the queue."""
        session = self._session(request)
        session.stop_batch()
        session.batch, session.queue = None, ()
        return many_panel.view(self.parts.many_tab, Many(()))
