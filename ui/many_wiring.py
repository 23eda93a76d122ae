"""Which handler each event of the tab "Many" calls."""

from ui.handlers import Handlers
from ui.layout import Page
from ui.runs import PRIVATE, UNSEEN

BATCHES = 4  # visitors whose photos are painted in turn; no two paintings run at once


def wire_many(parts: Page, handlers: Handlers) -> None:
    """Connect what paints many photos; Cancel lets the run end by itself, with what is done."""
    tab = parts.many_tab
    tab.files.upload(
        handlers.receive_many,
        [tab.files, tab.items],
        tab.outputs,
        preprocess=False,
        show_progress="hidden",
        concurrency_id="receive-many",
        concurrency_limit=2,
        **PRIVATE,
    )
    running = tab.paint.click(
        handlers.paint_many,
        [tab.items, tab.kind, *parts.style.fields, *parts.widgets],
        tab.outputs,
        preprocess=False,
        show_progress="hidden",
        concurrency_id="many",
        concurrency_limit=BATCHES,
        **PRIVATE,
    )
    running.failure(handlers.idle_many, tab.items, tab.outputs, **UNSEEN)
    tab.cancel.click(handlers.cancel_many, None, tab.cancel, **UNSEEN)
    tab.clear.click(handlers.clear_many, None, tab.outputs, **UNSEEN)
