"""Which handler each event around the mending of old photos calls."""

from collections.abc import Sequence
from functools import partial

from gradio.events import Dependency

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.mend_box import FLAG, hidden
from ui.photo_wiring import arrivals
from ui.runs import PRIVATE, UNSEEN

BRING_PANEL = """() => setTimeout(
  () => document.querySelector('#mend-panel')?.scrollIntoView({block: 'nearest'}), 300)"""
ONE = {"concurrency_id": "mend", "concurrency_limit": 1, "show_progress": "hidden", **PRIVATE}


def wire_mending(parts: Page, handlers: Handlers, painted: Sequence[Dependency]) -> None:
    """Connect the offer: it comes once a photo is painted, and goes with it."""
    box = parts.mend_box
    for over in painted:
        offer_to_mend(parts, handlers, over)
    for new in arrivals(parts):
        new(partial(hidden, box), None, box.outputs, **UNSEEN)
    changed = [parts.controls[FLAG], *box.outputs]
    accepted = box.accept.click(handlers.accept_mending, None, changed, **UNSEEN)
    accepted.success(None, js=theme.PAINT_AT_ONCE)
    wire_brush(parts, handlers)


def offer_to_mend(parts: Page, handlers: Handlers, over: Dependency) -> None:
    """Connect the offer to what shows another painting."""
    outputs = parts.mend_box.outputs
    over.then(handlers.offer_mending, parts.state, outputs, trigger_mode="always_last", **ONE)


def wire_brush(parts: Page, handlers: Handlers) -> None:
    """Connect what shows the places that are mended, and what corrects them by hand."""
    box, seen = parts.mend_box, parts.mend_box.viewer
    looked = box.look.click(handlers.look_at_mending, parts.state, [box.panel, seen], **ONE)
    looked.success(None, js=BRING_PANEL)
    for event, act in (
        (seen.draw, handlers.brush_mending),
        (seen.undo, handlers.undo_mending),
        (seen.redo, handlers.redo_mending),
        (seen.clear, handlers.clear_mending),
    ):
        brushed = event(
            act, parts.state, [parts.controls[FLAG], *box.outputs],
            trigger_mode="multiple", **ONE,
        )  # fmt: skip
        brushed.success(None, js=theme.REPAINT)
