"""Which handler each event of the looks calls."""

from collections.abc import Sequence

from gradio.events import Dependency

from ui import theme
from ui.handlers import Handlers
from ui.layout import Page
from ui.runs import PRIVATE, UNSEEN


def wire_looks(parts: Page, handlers: Handlers, painted: Sequence[Dependency]) -> None:
    """Connect what paints the looks once a painting is there, and what chooses one."""
    for over in painted:
        wire_looks_after(parts, handlers, over)
    chosen = parts.looks.choose(
        handlers.choose_look,
        parts.widgets,
        [*parts.widgets, parts.looks, parts.notes],
        preprocess=False,
        trigger_mode="multiple",  # before a slow answer, too: "always_last" repeats the first press
        **UNSEEN,
    )
    for act in (theme.TO_PAINTING, theme.BRING_STYLE):
        chosen.success(None, js=act)
    reset = parts.fine_tune.reset.click(handlers.reset, None, parts.widgets, **UNSEEN)
    for change in (chosen, reset):
        change.success(None, js=theme.PAINT_AT_ONCE)


def wire_looks_after(parts: Page, handlers: Handlers, over: Dependency) -> None:
    """Connect what paints the looks once something is over."""
    over.then(
        handlers.paint_looks,
        parts.state,
        parts.looks,
        concurrency_id="looks",
        concurrency_limit=1,
        show_progress="hidden",
        trigger_mode="multiple",
        **PRIVATE,
    )
