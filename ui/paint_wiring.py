"""Which handler each event of a painting's run calls: what begins it, follows it and ends it."""

from collections.abc import Sequence
from functools import partial

import gradio as gr
from gradio.events import Dependency

from ui import result_panel, style_box, theme
from ui.easel import show_painting
from ui.handlers import Handlers
from ui.layout import Page
from ui.photo_wiring import arrivals
from ui.runs import PAINTING, PRIVATE, UNSEEN, painting_buttons, switch, when_over
from ui.widgets import AT_ONCE, MOOD, OWN, PAINTER

SLOW = "segmenter"  # most of them outline at once; those that do not wait for the next painting


def wire_painting(parts: Page, handlers: Handlers) -> tuple[Dependency, Dependency]:
    """Connect Paint and Keep; return the run that Paint begins and what follows its success."""
    buttons = painting_buttons(parts)
    given = [parts.photo, parts.state, *parts.style.fields, *parts.widgets]
    begun = gr.on(
        [parts.paint.click, parts.repaint.click],
        handlers.begin,
        given,
        [*buttons, parts.notes, parts.easel, parts.looks, parts.timer],
        preprocess=False,
        show_progress="hidden",
        concurrency_limit=None,
        trigger_mode="multiple",
        **PRIVATE,
    )
    not_begun = [*buttons, parts.easel]
    begun.failure(handlers.not_begun, given, not_begun, preprocess=False, **UNSEEN)
    parts.keep.click(handlers.keep, None, parts.notes, **UNSEEN)
    parts.paint.click(show_painting, None, parts.tabs, **UNSEEN)
    running = begun.success(
        handlers.paint_photo, given, result_panel.outputs(parts), preprocess=False,
        trigger_mode="multiple", **PAINTING,
    )  # fmt: skip
    begun.success(None, js=theme.BEGUN)
    over = when_over(running, [], handlers.idle, buttons)
    over.then(None, js=theme.BRING_RESULT)
    for end in (over.then, running.failure):
        end(None, js=theme.ENDED)
    parts.cancel.click(None, js=theme.UNFINISHED)
    return running, over


def wire_choices(parts: Page) -> None:
    """Connect what is chosen before a painting: its painter, style, and what it repaints for."""
    controls, style = parts.controls, parts.style
    painter, mood = controls[PAINTER], controls[MOOD]
    shown = [style.box, style.tune, *style.titled, *(controls[flag] for flag in OWN)]
    gr.on([painter.change, mood.change], style_box.unfold, [painter, mood], shown, **UNSEEN)
    chosen = [style.picture, style.name]
    for name, button in style.gallery.items():
        taken = button.click(partial(style_box.choose, name), None, chosen, **UNSEEN)
        taken.success(None, js=theme.PAINT_LIKE)
    style.picture.input(None, None, style.name, js="() => ''")
    slow = [
        widget.input for flag, widget in controls.items() if flag not in AT_ONCE or flag == SLOW
    ]
    gr.on([*slow, style.weight.input], None, js=theme.REPAINT, **PRIVATE)
    gr.on([each.input for each in style.pictures], None, js=theme.PAINT_LIKE, **PRIVATE)


def wire_again(parts: Page, handlers: Handlers) -> Dependency:
    """Connect what takes the networks again after a slider, a click or a download; return that run.

    It runs as Paint does: one at a time, seen, and to be cancelled.
    """
    buttons = [parts.paint, parts.cancel]
    busy = partial(switch, *buttons, running=True)
    parts.again.change(handlers.watch(parts.doing), None, parts.timer, **UNSEEN)
    begun = parts.again.change(busy, None, buttons, **UNSEEN)
    running = begun.then(
        handlers.make_again, parts.again, [*result_panel.outputs(parts), parts.file], **PAINTING
    )
    over = when_over(running, [], handlers.idle, painting_buttons(parts))
    over.then(None, parts.file, None, js=theme.SAVE_FILE)
    return running


def wire_ends(parts: Page, handlers: Handlers, runs: Sequence[Dependency]) -> None:
    """Connect what a run gives way to.

    It comes before all else that these events do: a page does one after the other, and a run that
    is begun while a photo is still being read is not to end with the one before.
    """
    buttons, row = painting_buttons(parts), parts.album.row
    for another in (*arrivals(parts), row.back, row.forget):
        another(None, None, None, cancels=[*runs], **UNSEEN)
        another(handlers.drop, None, buttons, **UNSEEN)
