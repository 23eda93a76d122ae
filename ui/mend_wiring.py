"""Which handler each event around what is mended of an old photo calls."""

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.offers import MEND
from ui.offers_wiring import ONE
from ui.photo_wiring import arrivals
from ui.runs import UNSEEN

BRING_PANEL = """() => setTimeout(
  () => document.querySelector('#mend-panel')?.scrollIntoView({block: 'nearest'}), 300)"""


def wire_mending(parts: Page, handlers: Handlers) -> None:
    """Connect what shows the places that are mended, and what corrects them by hand."""
    box, offer = parts.mend_box, parts.offers[MEND]
    for new in (*arrivals(parts), offer.close.click):
        new(box.hidden, None, box.outputs, **UNSEEN)
    opened = offer.look.click(box.opened, None, box.outputs, **UNSEEN)
    opened.success(None, js=BRING_PANEL)
    looked = opened.success(handlers.look_at_mending, parts.state, box.outputs, **ONE)
    looked.failure(box.hidden, None, box.outputs, **UNSEEN)
    looked.success(None, js=BRING_PANEL)
    for event, act in (
        (box.viewer.draw, handlers.brush_mending),
        (box.viewer.undo, handlers.undo_mending),
        (box.viewer.redo, handlers.redo_mending),
        (box.viewer.clear, handlers.clear_mending),
    ):
        brushed = event(
            act, parts.state, [parts.controls[MEND], *offer.outputs, *box.outputs],
            trigger_mode="multiple", **ONE,
        )  # fmt: skip
        brushed.success(None, js=theme.REPAINT)
