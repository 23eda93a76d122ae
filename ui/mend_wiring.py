"""Which handler each event around the mending of old photos calls."""

from collections.abc import Sequence

from gradio.events import Dependency

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.mend_box import FLAG
from ui.runs import PRIVATE, UNSEEN


def wire_mending(parts: Page, handlers: Handlers, painted: Sequence[Dependency]) -> None:
    """Connect the offer: it comes once a photo is painted, and goes with it."""
    box = parts.mend_box
    for over in painted:
        over.then(
            handlers.offer_mending,
            parts.state,
            box.outputs,
            concurrency_id="mend",
            concurrency_limit=1,
            show_progress="hidden",
            trigger_mode="always_last",
            **PRIVATE,
        )
    fields = (parts.photo.input, parts.anywhere.upload)
    for new in (*fields, *(button.click for button in parts.examples)):
        new(handlers.hide_mending, None, box.outputs, **UNSEEN)
    changed = [parts.controls[FLAG], *box.outputs]
    accepted = box.accept.click(handlers.accept_mending, None, changed, **UNSEEN)
    accepted.success(None, js=theme.PAINT_AT_ONCE)
