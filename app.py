"""The page: `python app.py`, or `python app.py --share` for a link that reviewers can open."""

import argparse
import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from pipeline.cli.setting_flags import reader
from pipeline.variants import PAINTERS
from ui import result_panel, startup, style_box, theme
from ui.api import add_api
from ui.handlers import Handlers
from ui.layout import EMPTY, PAINTING, TITLE, Page, empty_panel, lay_out
from ui.result_panel import Updates
from ui.service import PaintService
from ui.sessions import IDLE_S, SWEEP_S
from ui.widgets import AT_ONCE, OPTIONS, PAINTER

log = logging.getLogger("page")
MODEL = "model"  # one painting at a time: two would each take twice as long and twice the memory
LARGEST_FILE = "120mb"
LONGEST_QUEUE = 24
POLICY = "PORTRAIT_WEIGHTS"
WEIGHTS = next(option for option in OPTIONS if option.flag == "weights")
PRIVATE = {"api_visibility": "private"}
UNSEEN = {"queue": False, "show_progress": "hidden", **PRIVATE}  # at once, whatever else runs
# One after the other: each starts from what the one before has made of the page.
BLEND = {"concurrency_id": "blend", "concurrency_limit": 1, **PRIVATE}


def build(service: PaintService) -> gr.Blocks:
    """Make the page and its API."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(SWEEP_S, IDLE_S)) as page:
        parts = lay_out()
        handlers = Handlers(service, parts)
        wire_page(page, parts, handlers)
        runs = [wire_painting(parts, handlers), wire_again(parts, handlers)]
        wire_cancel(parts.cancel, runs, handlers.cancel, parts.notes)
        wire_result(parts, handlers)
        wire_correct(parts, handlers)
        wire_faces(parts, handlers)
        wire_comparison(parts, handlers)
        add_api(service, MODEL)
    return page.queue(max_size=LONGEST_QUEUE)


def changed(parts: Page) -> list[Block]:
    """List the outputs of a quick change of a shown painting."""
    return [*result_panel.outputs(parts), parts.again]


def wire_page(page: gr.Blocks, parts: Page, handlers: Handlers) -> None:
    """Connect what is not about one painting: link, status line, a new photo, leaving."""
    opened = [*parts.widgets, parts.style.picture, parts.style.name, parts.notes, parts.status]
    page.load(handlers.open, None, opened, **UNSEEN)
    page.unload(handlers.leave)
    parts.timer.tick(handlers.tick, None, [parts.status, parts.timer, parts.preview], **UNSEEN)
    for button in (parts.paint, parts.comparison.compare):  # weights may arrive while it works
        button.click(handlers.watch, None, parts.timer, **UNSEEN)
    field = {
        "preprocess": False,
        "show_progress": "hidden",
        "concurrency_limit": 4,
        **PRIVATE,
    }
    received = parts.photo.input(
        handlers.receive,
        parts.photo,
        [*parts.widgets, *result_panel.outputs(parts)],
        trigger_mode="always_last",
        **field,
    )
    for after in (received.then, received.failure):  # `then` follows no error
        after(handlers.show_photo, parts.photo, parts.photo, **field)


def wire_painting(parts: Page, handlers: Handlers) -> Dependency:
    """Connect Paint, Keep and the examples; return the run that Paint begins."""
    buttons = [parts.paint, parts.cancel, parts.keep, parts.preview, parts.empty]
    covered = [parts.empty, parts.slider]
    controls = {option.flag: widget for option, widget in zip(OPTIONS, parts.widgets, strict=True)}
    painter = controls[PAINTER]
    monets = [controls[flag] for flag in style_box.MONETS]
    busy = partial(switch_painting, parts, running=True)
    idle = partial(switch_painting, parts, "", running=False)
    begun = parts.paint.click(busy, painter, [*buttons, parts.notes], **UNSEEN)
    parts.keep.click(handlers.keep, None, parts.notes, **UNSEEN)
    painter.change(style_box.unfold, painter, [parts.style.box, *monets], **UNSEEN)
    chosen = [parts.style.picture, parts.style.name]
    for name, button in parts.style.gallery.items():
        button.click(partial(style_box.choose, name), None, chosen, **UNSEEN)
    parts.style.picture.input(None, None, parts.style.name, js="() => ''")
    parts.paint.click(show_painting, None, parts.tabs, **UNSEEN)
    running = begun.then(
        handlers.paint_photo,
        [parts.photo, parts.state, *parts.style.fields, *parts.widgets],
        result_panel.outputs(parts),
        preprocess=False,
        concurrency_id=MODEL,
        concurrency_limit=1,
        show_progress_on=covered,
        **PRIVATE,
    )
    begun.then(None, js=theme.BRING_PANEL_WITH_PHOTO)
    when_over(running, covered, idle, buttons).then(None, js=theme.BRING_RESULT)
    for index, button in enumerate(parts.examples):
        button.click(show_painting, None, parts.tabs, **UNSEEN)
        button.click(None, js=theme.BRING_PANEL)
        example = button.click(
            handlers.example(index),
            None,
            [parts.photo, *parts.widgets, *result_panel.outputs(parts)],
            concurrency_id="examples",
            concurrency_limit=2,
            show_progress_on=covered,
            **PRIVATE,
        )
        when_over(example, covered).then(None, js=theme.BRING_RESULT)
    return running


def wire_result(parts: Page, handlers: Handlers) -> None:
    """Connect the sliders that blend again, the download and the link."""
    for option, widget in zip(OPTIONS, parts.widgets, strict=True):
        if option.flag in AT_ONCE:
            widget.input(
                handlers.blend_again,
                [parts.state, *parts.widgets],
                changed(parts),
                preprocess=False,
                show_progress="hidden",
                trigger_mode="always_last",
                **BLEND,
            )
    written = parts.download.click(
        handlers.write_file,
        parts.state,
        [parts.file, parts.again],
        concurrency_id="files",
        concurrency_limit=2,
        show_progress_on=[parts.slider],
        **PRIVATE,
    )
    when_over(written, [parts.slider]).then(None, parts.file, None, js=theme.SAVE_FILE)
    flags = [*(option.flag for option in OPTIONS), style_box.NAME]
    values = [*parts.widgets, parts.style.name]
    parts.link.click(None, values, parts.link, js=theme.copy_link(flags))


def wire_again(parts: Page, handlers: Handlers) -> Dependency:
    """Connect what takes the networks again after a slider, a click or a download; return that run.

    It runs as Paint does: one at a time, seen, and to be cancelled.
    """
    buttons = [parts.paint, parts.cancel]
    busy = partial(switch, *buttons, running=True)
    idle = partial(switch, *buttons, running=False)
    parts.again.change(handlers.watch, None, parts.timer, **UNSEEN)
    begun = parts.again.change(busy, None, buttons, **UNSEEN)
    running = begun.then(
        handlers.make_again,
        parts.again,
        [*result_panel.outputs(parts), parts.file],
        concurrency_id=MODEL,
        concurrency_limit=1,
        show_progress_on=[parts.slider],
        **PRIVATE,
    )
    over = when_over(running, [parts.slider], idle, buttons)
    over.then(None, parts.file, None, js=theme.SAVE_FILE)
    return running


def wire_correct(parts: Page, handlers: Handlers) -> None:
    """Connect the clicks and strokes on what is kept."""
    tab = parts.correct
    stroke = [parts.state, tab.stroke, tab.tool, tab.mode, tab.width]
    for event, act, inputs in (
        (tab.picture.select, handlers.click, [parts.state, tab.mode]),
        (tab.stroke.change, handlers.draw, stroke),
        (tab.undo.click, handlers.undo, [parts.state]),
        (tab.clear.click, handlers.clear, [parts.state]),
    ):
        event(
            act,
            inputs,
            changed(parts),
            preprocess=False,
            show_progress="hidden",
            trigger_mode="multiple",
            **BLEND,
        )


def wire_faces(parts: Page, handlers: Handlers) -> None:
    """Connect the clicks on faces; to restore one takes long enough to show that it goes on."""
    tab = parts.faces
    for event, act, inputs in (
        (tab.picture.select, handlers.click_face, [parts.state, tab.weight]),
        (tab.undo.click, handlers.undo, [parts.state]),
        (tab.clear.click, handlers.clear_faces, [parts.state]),
    ):
        run = event(
            act,
            inputs,
            changed(parts),
            preprocess=False,
            show_progress_on=[tab.picture],
            trigger_mode="multiple",
            **BLEND,
        )
        when_over(run, [tab.picture])


def wire_comparison(parts: Page, handlers: Handlers) -> None:
    """Connect the comparison; a new photo empties it."""
    tab = parts.comparison
    buttons = [tab.compare, tab.cancel]
    covered = [tab.notes, tab.pictures]
    busy = partial(switch, *buttons, tab.notes, running=True)
    idle = partial(switch, *buttons, running=False)
    begun = tab.compare.click(busy, None, [*buttons, tab.notes], **UNSEEN)
    running = begun.then(
        handlers.compare,
        [parts.photo, tab.segmenters, *parts.style.fields, *parts.widgets],
        [tab.notes, *tab.outputs],
        preprocess=False,
        concurrency_id=MODEL,
        concurrency_limit=1,
        show_progress_on=covered,
        **PRIVATE,
    )
    when_over(running, covered, idle, buttons)
    wire_cancel(tab.cancel, [running], handlers.cancel, tab.notes)
    for event in (parts.photo.input, *(button.click for button in parts.examples)):
        event(handlers.clear_comparison, None, [tab.notes, *tab.outputs], **UNSEEN)


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


def show_painting() -> gr.Tabs:
    """Bring the painting's tab to the front."""
    return gr.Tabs(selected=PAINTING)


def switch(
    start: gr.Button, cancel: gr.Button, notes: gr.HTML | None = None, *, running: bool
) -> Updates:
    """Switch between the button that starts a run and the one that cancels it.

    As it begins, the `notes` on what was before go.
    """
    return {
        start: gr.Button(interactive=not running),
        cancel: gr.Button(visible=running, interactive=True),
        **({notes: ""} if running and notes else {}),
    }


def wait() -> gr.Button:
    """Disable Cancel once it was pressed."""
    return gr.Button(interactive=False)


def switch_painting(parts: Page, painter: str, *, running: bool) -> Updates:
    """Switch Paint, Cancel, Keep, the preview and the empty panel as a painting begins or ends.

    Only a painting that takes long can be kept early. The empty panel asks for nothing meanwhile.
    """
    return {
        **switch(parts.paint, parts.cancel, parts.notes, running=running),
        parts.keep: gr.Button(visible=running and bool(painter) and PAINTERS[painter].long),
        parts.preview: gr.Image(None, visible=False),
        parts.empty: gr.HTML(empty_panel("" if running else EMPTY)),
    }


def use_private_folder() -> None:
    """Keep uploads and previews in a folder that only this process's user can read.

    It goes when the program ends.
    """
    if "GRADIO_TEMP_DIR" not in os.environ:
        os.environ["GRADIO_TEMP_DIR"] = folder = tempfile.mkdtemp(prefix="portraits-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def main() -> None:
    """Serve the page, then load the networks."""
    parser = argparse.ArgumentParser(description="Serve the page.")
    parser.add_argument(
        "--share",
        action="store_true",
        help="also make a live link for reviewers, through Gradio's servers",
    )
    parser.add_argument(
        "--weights",
        type=reader(WEIGHTS),
        default=os.environ.get(POLICY) or WEIGHTS.default,
        metavar="|".join(WEIGHTS.choices),
        help="what the page starts with: published weights that are here, none of them, or those "
        f"that are here while the rest is fetched in the background "
        f"(default: ${POLICY} or {WEIGHTS.default})",
    )
    chosen = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    use_private_folder()
    service = PaintService(weights=chosen.weights)
    page = build(service)
    _, _, link = page.launch(
        share=chosen.share,
        prevent_thread_lock=True,
        theme=theme.theme(),
        css=theme.CSS,
        head=theme.HEAD,
        max_file_size=LARGEST_FILE,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
    )
    if chosen.share and not link:
        log.warning(
            "There is no live link: Gradio's share server cannot be reached from here. "
            "The page is served on this machine alone."
        )
    startup.start(service, chosen.weights)
    page.block_thread()


if __name__ == "__main__":
    main()
