"""Which handler each event of the album calls."""

from gradio.events import Dependency

from ui import result_panel
from ui.handlers import Handlers
from ui.layout import Page
from ui.runs import PRIVATE, UNSEEN, painting_buttons

BACK = {"preprocess": False, "show_progress": "hidden", "concurrency_limit": 4, **PRIVATE}


def wire_album(parts: Page, handlers: Handlers) -> list[Dependency]:
    """Connect keeping, going back and deleting; return what ends once a painting came back."""
    row, parcel = parts.album.row, parts.album.parcel
    parts.state.change(handlers.keep_result, parts.state, row, **UNSEEN)
    row.kept(handlers.kept, None, None, trigger_mode="multiple", **UNSEEN)
    begun = [parts.many_tab.items, parts.train_tab.key]
    given = [*begun, parts.photo, *parts.style.pictures, parts.film_tab.film]
    row.forget(handlers.forget, given, [row, parts.state, *begun], preprocess=False, **UNSEEN)
    shown = [
        *result_panel.outputs(parts), *parts.widgets, parts.photo, parts.style.picture,
        parts.style.name,
    ]  # fmt: skip
    # Of presses before a slow answer the last counts: "always_last" would repeat the first.
    here = row.back(
        handlers.go_back, None, [row, *shown], trigger_mode="multiple",
        **BACK | {"concurrency_limit": 1},
    )  # fmt: skip
    came = parcel.upload(handlers.bring_back, parcel, shown, trigger_mode="always_last", **BACK)
    # What was painted until then is not awaited any more; going back at once has dropped it before.
    came.then(handlers.idle, None, painting_buttons(parts), **UNSEEN)
    return [here, came]
