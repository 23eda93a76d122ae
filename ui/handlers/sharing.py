"""Sharing a painting with a reviewer."""

import gradio as gr

from pipeline.types import PhotoError
from ui import share_box
from ui.buckets import visitor_of
from ui.errors import told
from ui.handlers.base import Base
from ui.result_panel import Updates
from ui.view_state import ViewState
from ui.words import say


class Sharing(Base):
    """Sharing a painting with a reviewer."""

    def share(self, request: gr.Request, state: ViewState | None, hours: float) -> Updates:
        """Keep the shown painting and its photo for whoever gets the link.

        The name and the owner's secret go to the visitor's browser, and stay nowhere else.
        """
        with told():
            if state is None:
                raise PhotoError(say("There is no painting yet; press Paint first."))
            pictures = share_box.pictures_of(state)
            made = self.service.desk.share(_visitor(request), pictures, state.settings, hours)
            return {self.parts.shares: share_box.added(made)}


def _visitor(request: gr.Request) -> str:
    client = getattr(request, "client", None)
    headers = getattr(request, "headers", None)
    forwarded = headers.getlist("x-forwarded-for") if headers else []
    return visitor_of(client.host if client else "", forwarded)
