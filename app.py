"""The page: `python app.py`, or `python app.py --share` for a link that reviewers can open."""

import argparse
import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from pipeline.cli.setting_flags import reader
from pipeline.variants import PAINTERS
from ui import compare_tab, startup, style_box
from ui import theme as look
from ui.api import add_api
from ui.handlers import Handlers
from ui.layout import EMPTY, PAINTING, TITLE, Page, empty_wall, lay_out
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
# One after the other: each starts from what the one before has made of the page.
BLEND = {"concurrency_id": "blend", "concurrency_limit": 1, **PRIVATE}


def build(service: PaintService) -> gr.Blocks:
    """Return the page and its API."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(SWEEP_S, IDLE_S)) as page:
        parts, handlers = lay_out(), Handlers(service)
        wire_page(page, parts, handlers)
        wire_painting(parts, handlers)
        wire_result(parts, handlers)
        wire_correct(parts, handlers)
        wire_faces(parts, handlers)
        wire_comparison(parts, handlers)
        add_api(service, MODEL)
    return page.queue(max_size=LONGEST_QUEUE)


def wall(parts: Page) -> list[gr.blocks.Block]:
    """Return the outputs that `handlers.view` fills."""
    return [
        parts.shown,
        parts.empty,
        parts.result,
        parts.slider,
        parts.stages,
        *parts.correct.outputs,
        *parts.faces.outputs,
        parts.notes,
    ]


def changed(parts: Page) -> list[gr.blocks.Block]:
    """Return the outputs of a quick change of a shown painting."""
    return [*wall(parts), parts.again]


def wire_page(page: gr.Blocks, parts: Page, handlers: Handlers) -> None:
    """Connect what is not about one painting: the link's settings, the status line, a new photo, leaving."""
    opened = [*parts.widgets, parts.style.picture, parts.style.name, parts.notes, parts.status]
    page.load(handlers.open, None, opened, queue=False, show_progress="hidden", **PRIVATE)
    page.unload(handlers.leave)
    parts.timer.tick(
        handlers.tick,
        None,
        [parts.status, parts.timer, parts.preview],
        queue=False,
        show_progress="hidden",
        **PRIVATE,
    )
    for button in (parts.paint, parts.comparison.compare):  # weights may arrive while it works
        button.click(
            handlers.watch, None, parts.timer, queue=False, show_progress="hidden", **PRIVATE
        )
    received = parts.photo.input(
        handlers.receive, parts.photo, [*parts.widgets, *wall(parts)], preprocess=False, show_progress="hidden",
        concurrency_limit=4, trigger_mode="always_last", **PRIVATE,
    )  # fmt: skip
    for after in (received.then, received.failure):  # `then` follows no error
        after(
            handlers.show_photo, parts.photo, parts.photo, preprocess=False, show_progress="hidden",
            concurrency_limit=4, **PRIVATE,
        )  # fmt: skip


def wire_painting(parts: Page, handlers: Handlers) -> None:
    """Connect Paint, Cancel and the examples."""
    buttons = [parts.paint, parts.cancel, parts.keep, parts.preview, parts.empty]
    covered = [parts.empty, parts.slider]
    controls = {option.flag: widget for option, widget in zip(OPTIONS, parts.widgets, strict=True)}
    painter, monets = controls[PAINTER], [controls[flag] for flag in style_box.MONETS]
    busy, idle = partial(switch_painting, running=True), partial(switch_painting, "", running=False)
    begun = parts.paint.click(
        busy, painter, buttons, queue=False, show_progress="hidden", **PRIVATE
    )
    parts.keep.click(
        handlers.keep, None, parts.notes, queue=False, show_progress="hidden", **PRIVATE
    )
    painter.change(
        style_box.unfold,
        painter,
        [parts.style.box, *monets],
        queue=False,
        show_progress="hidden",
        **PRIVATE,
    )
    chosen = [parts.style.picture, parts.style.name]
    for name, button in parts.style.gallery.items():
        button.click(
            partial(style_box.choose, name),
            None,
            chosen,
            queue=False,
            show_progress="hidden",
            **PRIVATE,
        )
    parts.style.picture.input(None, None, parts.style.name, js="() => ''")
    parts.paint.click(
        show_painting, None, parts.tabs, queue=False, show_progress="hidden", **PRIVATE
    )
    running = begun.then(
        handlers.paint_photo, [parts.photo, parts.shown, *parts.style.fields, *parts.widgets], wall(parts), preprocess=False,
        concurrency_id=MODEL, concurrency_limit=1, show_progress_on=covered, **PRIVATE,
    )  # fmt: skip
    begun.then(None, js=look.BRING_WALL_WITH_PHOTO)
    when_over(running, idle, buttons, covered).then(None, js=look.BRING_RESULT)
    wire_cancel(parts.cancel, running, handlers.cancel, parts.notes)
    for index, button in enumerate(parts.examples):
        button.click(
            show_painting, None, parts.tabs, queue=False, show_progress="hidden", **PRIVATE
        )
        button.click(None, js=look.BRING_WALL)
        hung = button.click(
            handlers.example(index), None, [parts.photo, *parts.widgets, *wall(parts)], concurrency_id="examples",
            concurrency_limit=2, show_progress_on=covered, **PRIVATE,
        )  # fmt: skip
        hung.success(None, js=look.BRING_RESULT)


def wire_result(parts: Page, handlers: Handlers) -> None:
    """Connect the sliders that blend again, the download and the link."""
    for option, widget in zip(OPTIONS, parts.widgets, strict=True):
        if option.flag in AT_ONCE:
            widget.input(
                handlers.blend_again, [parts.shown, *parts.widgets], changed(parts), preprocess=False, show_progress="hidden",
                trigger_mode="always_last", **BLEND,
            )  # fmt: skip
    written = parts.download.click(
        handlers.write_file, parts.shown, [parts.file, parts.again], concurrency_id="files", concurrency_limit=2,
        show_progress_on=parts.slider, **PRIVATE,
    )  # fmt: skip
    written.success(None, parts.file, None, js=look.SAVE_FILE)
    wire_again(parts, handlers)
    flags = [*(option.flag for option in OPTIONS), style_box.NAME]
    parts.link.click(None, [*parts.widgets, parts.style.name], parts.link, js=look.copy_link(flags))


def wire_again(parts: Page, handlers: Handlers) -> None:
    """Connect what takes the networks again after a slider, a click or a download: as Paint does, in turn, seen, and to be cancelled."""
    buttons = [parts.paint, parts.cancel]
    busy, idle = partial(switch, running=True), partial(switch, running=False)
    parts.again.change(
        handlers.watch, None, parts.timer, queue=False, show_progress="hidden", **PRIVATE
    )
    begun = parts.again.change(busy, None, buttons, queue=False, show_progress="hidden", **PRIVATE)
    running = begun.then(
        handlers.make_again, parts.again, [*wall(parts), parts.file], concurrency_id=MODEL, concurrency_limit=1,
        show_progress_on=parts.slider, **PRIVATE,
    )  # fmt: skip
    when_over(running, idle, buttons, [parts.slider]).then(
        None, parts.file, None, js=look.SAVE_FILE
    )
    wire_cancel(parts.cancel, running, handlers.cancel, parts.notes)


def wire_correct(parts: Page, handlers: Handlers) -> None:
    """Connect the clicks and strokes on what is kept."""
    tab = parts.correct
    for event, act, inputs in (
        (tab.kept.select, handlers.click, [parts.shown, tab.mode]),
        (
            tab.stroke.change,
            handlers.draw,
            [parts.shown, tab.stroke, tab.tool, tab.mode, tab.width],
        ),
        (tab.undo.click, handlers.undo, [parts.shown]),
        (tab.clear.click, handlers.clear, [parts.shown]),
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
        (tab.picture.select, handlers.click_face, [parts.shown, tab.weight]),
        (tab.undo.click, handlers.undo, [parts.shown]),
        (tab.clear.click, handlers.clear_faces, [parts.shown]),
    ):
        event(
            act,
            inputs,
            changed(parts),
            preprocess=False,
            show_progress_on=tab.picture,
            trigger_mode="multiple",
            **BLEND,
        )


def wire_comparison(parts: Page, handlers: Handlers) -> None:
    """Connect the comparison; a new photo empties it."""
    tab = parts.comparison
    buttons, covered = [tab.compare, tab.cancel], [tab.notes, tab.pictures]
    busy, idle = partial(switch, running=True), partial(switch, running=False)
    begun = tab.compare.click(busy, None, buttons, queue=False, show_progress="hidden", **PRIVATE)
    running = begun.then(
        handlers.compare, [parts.photo, tab.segmenters, *parts.style.fields, *parts.widgets], [tab.notes, *tab.outputs], preprocess=False,
        concurrency_id=MODEL, concurrency_limit=1, show_progress_on=covered, **PRIVATE,
    )  # fmt: skip
    when_over(running, idle, buttons, covered)
    wire_cancel(tab.cancel, running, handlers.cancel, tab.notes)
    for changed in (parts.photo.input, *(button.click for button in parts.examples)):
        changed(
            lambda: ["", *compare_tab.view(None)],
            None,
            [tab.notes, *tab.outputs],
            queue=False,
            show_progress="hidden",
            **PRIVATE,
        )


def when_over(
    run: Dependency, idle: Callable[[], Any], buttons: list[Block], covered: list[Block]
) -> Dependency:
    """Call `idle` however a run ends, and uncover the pictures; return what follows a success.

    `then` would follow no failure. `failure` follows a cancel, too. A toast says what failed, so
    the red "Error" over the pictures goes: `idle` covers them last, with nothing.
    """
    how = {"queue": False, "show_progress": "hidden", "show_progress_on": covered, **PRIVATE}
    run.failure(idle, None, buttons, **how)
    return run.success(idle, None, buttons, **how)


def wire_cancel(
    button: gr.Button, run: Dependency, cancel: Callable[..., str], notes: gr.HTML
) -> None:
    """Connect the button that stops a run; the page waits until its stage has ended."""
    button.click(cancel, None, notes, queue=False, show_progress="hidden", **PRIVATE)
    button.click(wait, None, button, cancels=[run], queue=False, show_progress="hidden", **PRIVATE)


def show_painting() -> gr.Tabs:
    """Return the tabs with the painting in front."""
    return gr.Tabs(selected=PAINTING)


def switch(*, running: bool) -> tuple[gr.Button, gr.Button]:
    """Return Paint and Cancel as they are while a painting runs, or not."""
    return gr.Button(interactive=not running), gr.Button(visible=running, interactive=True)


def wait() -> gr.Button:
    """Return Cancel as it is once it was pressed."""
    return gr.Button(interactive=False)


def switch_painting(
    painter: str, *, running: bool
) -> tuple[gr.Button, gr.Button, gr.Button, gr.Image, gr.HTML]:
    """Return Paint, Cancel, Keep, preview and empty wall as they are while a painting runs, or not.

    Only a painting that takes long can be kept early. The empty wall asks for nothing meanwhile.
    """
    keep = gr.Button(visible=running and bool(painter) and PAINTERS[painter].long)
    empty = gr.HTML(empty_wall("" if running else EMPTY))
    return *switch(running=running), keep, gr.Image(None, visible=False), empty


def use_private_folder() -> None:
    """Keep uploads and previews in a folder that only this process's user can read; it goes when the program ends."""
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
        "--weights", type=reader(WEIGHTS), default=os.environ.get(POLICY) or WEIGHTS.default, metavar="|".join(WEIGHTS.choices),
        help=f"what the page starts with: published weights that are here, none of them, or those that are here while the rest is fetched "
        f"in the background (default: ${POLICY} or {WEIGHTS.default})",
    )  # fmt: skip
    chosen = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    log.setLevel(logging.INFO)
    use_private_folder()
    service = PaintService(weights=chosen.weights)
    page = build(service)
    _, _, link = page.launch(
        share=chosen.share, prevent_thread_lock=True, theme=look.theme(), css=look.CSS, head=look.HEAD, max_file_size=LARGEST_FILE,
        footer_links=["api"], run_history=False, enable_monitoring=False, ssr_mode=False, show_error=False,
    )  # fmt: skip
    if chosen.share and not link:
        log.warning(
            "There is no live link: Gradio's share server cannot be reached from here. The page is served on this machine alone."
        )
    startup.start(service, chosen.weights)
    page.block_thread()


if __name__ == "__main__":
    main()
