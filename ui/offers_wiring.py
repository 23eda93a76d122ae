"""Which handler each event around an offer calls."""

from collections.abc import Sequence
from functools import partial

from gradio.events import Dependency

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.offers import MEND, PAPER, SIZE, TURN
from ui.photo_wiring import arrivals
from ui.runs import PRIVATE, UNSEEN

# It looks for scratches, which takes a second.
ONE = {"concurrency_id": "mend", "concurrency_limit": 1, "show_progress": "hidden", **PRIVATE}


def wire_offers(parts: Page, handlers: Handlers, painted: Sequence[Dependency]) -> None:
    """Connect the offers: they come once a photo is painted, and go with it."""
    for over in painted:
        offer_after(parts, handlers, over)
    for flag, offer in parts.offers.items():
        for new in arrivals(parts):
            new(partial(offer.shown, None), None, offer.outputs, **UNSEEN)
        offer.close.click(handlers.decline(flag), parts.state, offer.outputs, **UNSEEN)
    for flag, accept, given in (
        (TURN, handlers.accept_turning, parts.state),
        (PAPER, handlers.accept_all_of_it, None),
        (SIZE, handlers.accept_usual_size, None),
        (MEND, handlers.accept_mending, parts.state),
    ):
        offer = parts.offers[flag]
        changed = [parts.controls[flag], *offer.outputs, *parts.mend_box.outputs]
        accepted = offer.accept.click(accept, given, changed, **UNSEEN)
        accepted.success(None, js=theme.PAINT_AT_ONCE)


def offer_after(parts: Page, handlers: Handlers, over: Dependency) -> None:
    """Connect the offers to what shows another painting."""
    turn, mend = parts.offers[TURN].outputs, [*parts.offers[MEND].outputs, *parts.mend_box.outputs]
    over.then(handlers.offer_turning, parts.state, turn, **UNSEEN)
    for flag, act in ((PAPER, handlers.offer_all_of_it), (SIZE, handlers.offer_usual_size)):
        over.then(act, parts.state, parts.offers[flag].outputs, **UNSEEN)
    over.then(handlers.offer_mending, parts.state, mend, trigger_mode="always_last", **ONE)
