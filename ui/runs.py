"""How the page shows that something runs, ends and is cancelled."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from pipeline.variants import PAINTERS
from ui.layout import Page
from ui.result_panel import Updates

MODEL = "model"  # one painting at a time: two would each take twice as long and twice the memory
PRIVATE = {"api_visibility": "private"}
PAINTING = {
    "concurrency_id": MODEL, "concurrency_limit": 1, "show_progress": "hidden", **PRIVATE,
}  # fmt: skip
UNSEEN = {"queue": False, "show_progress": "hidden", **PRIVATE}  # at once, whatever else runs
# Likewise, for what may be refused: an error of what is not in the queue is shown nowhere.
TOLD = {"concurrency_limit": None, "show_progress": "hidden", **PRIVATE}


def nothing() -> None:
    """Leave the page as it is."""


def when_over(
    run: Dependency,
    covered: list[Block],
    idle: Callable[[], Any] = nothing,
    buttons: Sequence[Block] = (),
) -> Dependency:
    """Call `idle` however a run ends, and uncover the pictures; return what follows a success.

    `then` would follow no failure. `failure` follows a cancel, too. A toast says what failed, so
    the red "Error" over the pictures goes: `idle` covers them last, with nothing.
    """
    how = {**UNSEEN, "show_progress_on": covered}
    run.failure(idle, None, list(buttons), **how)
    return run.success(idle, None, list(buttons), **how)


def wire_cancel(
    button: gr.Button, runs: Sequence[Dependency], cancel: Callable[..., str], notes: gr.HTML
) -> None:
    """Connect the button that stops what runs; the page waits until its stage has ended."""
    button.click(cancel, None, notes, **UNSEEN)
    button.click(wait, None, button, cancels=list(runs), **UNSEEN)


def switch(
    start: gr.Button, cancel: gr.Button, notes: gr.HTML | None = None, *, running: bool,
    beside: Sequence[gr.Button] = (),
) -> Updates:  # fmt: skip
    """Switch between the button that starts a run and the one that cancels it.

    As it begins, the `notes` on what was before go. `beside`: what starts another run that would
    have to wait for it.
    """
    return {
        **{each: gr.Button(interactive=not running) for each in (start, *beside)},
        cancel: gr.Button(visible=running, interactive=True),
        **({notes: ""} if running and notes else {}),
    }


def wait() -> gr.Button:
    """Disable Cancel once it was pressed."""
    return gr.Button(interactive=False)


def painting_buttons(parts: Page) -> list[Block]:
    """List what shows whether a painting is made: `switch_painting`'s, and what is said of it."""
    return [parts.paint, parts.cancel, parts.keep, parts.doing]


def switch_painting(parts: Page, painter: str, *, running: bool) -> Updates:
    """Switch Paint, Cancel and Keep as a painting begins or ends.

    Only a painting that takes long can be kept early.
    """
    return {
        **switch(parts.paint, parts.cancel, parts.notes, running=running),
        parts.keep: gr.Button(visible=running and bool(painter) and PAINTERS[painter].long),
    }
