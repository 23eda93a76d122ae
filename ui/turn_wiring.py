"""Which handler each event around the offer to turn a photo calls."""

from collections.abc import Sequence
from functools import partial

from gradio.events import Dependency

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.photo_wiring import arrivals
from ui.runs import UNSEEN
from ui.turn_box import FLAG, offered


def wire_turning(parts: Page, handlers: Handlers, painted: Sequence[Dependency]) -> None:
    """Connect the offer: it comes once a photo is painted, and goes with it."""
    box = parts.turn_box
    for over in painted:
        offer_to_turn(parts, handlers, over)
    for new in arrivals(parts):
        new(partial(offered, box, lies=False), None, box.outputs, **UNSEEN)
    accepted = box.accept.click(
        handlers.accept_turning, parts.state, [parts.controls[FLAG], *box.outputs], **UNSEEN
    )
    accepted.success(None, js=theme.PAINT_AT_ONCE)


def offer_to_turn(parts: Page, handlers: Handlers, over: Dependency) -> None:
    """Connect the offer to what shows another painting."""
    over.then(handlers.offer_turning, parts.state, parts.turn_box.outputs, **UNSEEN)
