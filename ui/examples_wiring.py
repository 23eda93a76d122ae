"""Which handler each event of the examples calls."""

from gradio.events import Dependency

from ui import result_panel, theme
from ui.easel import show_painting
from ui.handlers import Handlers
from ui.layout import Page
from ui.photo_wiring import framing
from ui.runs import PRIVATE, UNSEEN, when_over


def wire_examples(parts: Page, handlers: Handlers) -> list[Dependency]:
    """Connect the examples; return what follows when one is shown."""
    shown: list[Dependency] = []
    for index, button in enumerate(parts.examples):
        button.click(show_painting, None, parts.tabs, **UNSEEN)
        button.click(None, js=theme.BRING_PANEL)
        example = button.click(
            handlers.example(index),
            [parts.by_itself, *parts.widgets],
            [parts.photo, *parts.widgets, *result_panel.outputs(parts), parts.arrived],
            preprocess=False,
            concurrency_id="examples",
            concurrency_limit=2,
            show_progress_on=[parts.easel],
            **PRIVATE,
        )
        over = when_over(example, [parts.easel])
        shown.append(over)
        for act in (theme.BRING_RESULT, theme.SETTLED):
            over.then(None, js=act)
        over.then(*framing(parts, handlers), preprocess=False, show_progress="hidden", **PRIVATE)
    return shown
