"""Which handler each event of the page calls, and what follows it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.events import Dependency

from ui import film_tab, frame_box, links, result_panel, share_box, shelf, theme
from ui.album_wiring import wire_album
from ui.easel import show_painting
from ui.examples_wiring import wire_examples
from ui.handlers import Handlers
from ui.layout import Page
from ui.looks_wiring import wire_looks, wire_looks_after
from ui.many_wiring import wire_many
from ui.mend_wiring import wire_mending
from ui.offers_wiring import offer_after, wire_offers
from ui.paint_wiring import wire_again, wire_choices, wire_ends, wire_painting
from ui.photo_wiring import arrivals, framing, wire_photo
from ui.runs import PAINTING, PRIVATE, TOLD, UNSEEN, switch, when_over, wire_cancel
from ui.train_wiring import wire_training
from ui.widgets import AT_ONCE, MOOD, PAINTER

# One after the other: each starts from what the one before has made of the page.
BLEND = {
    "concurrency_id": "blend", "concurrency_limit": 1, "show_progress": "hidden", **PRIVATE,
}  # fmt: skip
# Files of large paintings and films take long: nobody waits for one other's.
FILES = {
    "concurrency_id": "files", "concurrency_limit": 2, "show_progress": "hidden", **PRIVATE,
}  # fmt: skip


def wire(page: gr.Blocks, parts: Page, handlers: Handlers) -> None:
    """Connect every event of the page."""
    wire_choices(parts)
    running, over = wire_painting(parts, handlers)
    runs = [running, wire_again(parts, handlers)]
    wire_cancel(parts.cancel, runs, handlers.cancel, parts.notes)
    wire_ends(parts, handlers, runs)
    parts.repaint.click(None, None, None, cancels=runs, **UNSEEN)  # those before, for it comes last
    wire_page(page, parts, handlers)
    painted = [over, *wire_examples(parts, handlers)]
    wire_looks(parts, handlers, painted)
    wire_offers(parts, handlers, painted)
    wire_mending(parts, handlers)
    wire_result(parts, handlers)
    wire_correct(parts, handlers)
    wire_comparison(parts, handlers)
    wire_films(parts, handlers)
    wire_many(parts, handlers)
    for over in wire_album(parts, handlers):
        over.then(show_painting, None, parts.tabs, **UNSEEN)
        wire_returned(parts, handlers, over)
    wire_training(page, parts, handlers)


def changed(parts: Page) -> list[Block]:
    """List the outputs of a quick change of a shown painting."""
    return [*result_panel.outputs(parts), parts.again]


def wire_page(page: gr.Blocks, parts: Page, handlers: Handlers) -> None:
    """Connect what is not about one painting: link, status line, a new photo, leaving."""
    opened = [
        *parts.widgets, *parts.film_tab.styles, parts.style.picture, parts.style.name,
        parts.easel, parts.notes, parts.status, parts.key,
    ]  # fmt: skip
    opening = page.load(handlers.open, parts.key, opened, js=theme.HELD, **UNSEEN)
    parts.key.change(None, parts.key, None, js=theme.HOLD)
    wire_return(parts, handlers, opening)
    page.unload(handlers.leave)
    parts.timer.tick(handlers.tick, None, [parts.status, parts.timer, *parts.tellers], **UNSEEN)
    field = {
        "preprocess": False,
        "show_progress": "hidden",
        "concurrency_limit": 4,
        **PRIVATE,
    }
    taken = parts.anywhere.upload(handlers.take, parts.anywhere, parts.photo, **field)
    for new in (parts.photo.input, taken.success):
        wire_photo(parts, handlers, new, field)
    parts.arrived.change(None, parts.arrived, None, js=theme.ARRIVED)
    parts.by_itself.input(None, parts.by_itself, None, js=theme.REMEMBER)
    page.load(None, None, parts.by_itself, js=theme.REMEMBERED)
    controls = parts.controls
    moved = [controls[flag].change for flag in frame_box.SHOWN_BY]
    gr.on(moved, *framing(parts, handlers), trigger_mode="always_last", **field)
    for picture in parts.style.pictures:
        picture.input(handlers.show_style, picture, picture, trigger_mode="always_last", **field)


def wire_returned(parts: Page, handlers: Handlers, over: Dependency) -> None:
    """Connect what follows a painting that hangs there again."""
    over.then(*framing(parts, handlers), preprocess=False, show_progress="hidden", **PRIVATE)
    wire_looks_after(parts, handlers, over)
    offer_after(parts, handlers, over)


def wire_return(parts: Page, handlers: Handlers, opening: Dependency) -> None:
    """Connect what shows what a page held before it was opened anew."""
    shown = [
        *result_panel.outputs(parts), *parts.widgets, parts.photo, parts.style.picture,
        parts.style.name, parts.arrived,
    ]  # fmt: skip
    back = opening.then(handlers.come_back, None, shown, **TOLD)
    back.then(None, js=theme.FOUND)
    wire_returned(parts, handlers, back)
    opening.then(
        handlers.find_many, None, [*parts.many_tab.outputs, parts.tabs], concurrency_id="find-many",
        **TOLD,
    )  # fmt: skip
    tab = parts.film_tab
    buttons = [tab.sample, tab.paint, tab.cancel]
    held = [tab.film, *buttons, parts.tabs, parts.timer]
    found = opening.then(handlers.find_film, None, held, **TOLD)
    painted = found.success(handlers.follow_film, None, [tab.painted, tab.notes], **TOLD)
    idle = partial(switch, tab.sample, tab.cancel, beside=[tab.paint], running=False)
    when_over(painted, [], idle, buttons)


def wire_result(parts: Page, handlers: Handlers) -> None:
    """Connect the sliders that blend again, the download and the link."""
    for flag, widget in parts.controls.items():
        if flag in AT_ONCE:
            widget.input(
                handlers.blend_again,
                [parts.state, *parts.widgets],
                changed(parts),
                preprocess=False,
                trigger_mode="always_last",
                **BLEND,
            )
            widget.input(None, None, None, js=theme.REPAINT_DUE)
    parts.download.click(shelf.writing, None, parts.download, **UNSEEN)
    files = [parts.file, parts.again]
    written = parts.download.click(handlers.write_file, parts.state, files, **FILES)
    over = when_over(written, [], shelf.written, [parts.download])
    over.then(None, parts.file, None, js=theme.SAVE_FILE)
    drawn = parts.strokes.click(handlers.write_strokes, parts.state, files, **FILES)
    drawn.success(None, parts.file, None, js=theme.SAVE_FILE)
    parts.watch.click(handlers.write_film, [parts.state, parts.seconds], parts.again, **FILES)
    values = [*parts.widgets, parts.style.name]
    parts.share.click(share_box.sharing, None, parts.share, **UNSEEN)
    shared = parts.share.click(handlers.share, [parts.state, parts.lasts], parts.shares, **FILES)
    when_over(shared, [], share_box.shared, [parts.share])
    told = [parts.link, parts.carried]
    parts.link.click(None, values, told, js=links.copy_link())
    set_anew = [each.change for each in (*parts.widgets, parts.style.name)]
    gr.on(set_anew, None, None, told, js=links.FORGET, **PRIVATE)


def wire_correct(parts: Page, handlers: Handlers) -> None:
    """Connect what is said of what stays on the easel: of faces, by points, by strokes."""
    for event, act in (
        (parts.easel.face, handlers.choose_face),
        (parts.easel.point, handlers.point),
        (parts.easel.draw, handlers.draw),
        (parts.easel.undo, handlers.undo),
        (parts.easel.redo, handlers.redo),
        (parts.easel.clear, handlers.clear),
    ):
        event(
            act,
            parts.state,
            changed(parts),
            preprocess=False,
            trigger_mode="multiple",
            **BLEND,
        )


def wire_comparison(parts: Page, handlers: Handlers) -> None:
    """Connect the comparisons; a new photo empties them."""
    tab, box = parts.comparison, parts.comparison.outlines
    given = [*parts.style.fields, *parts.widgets]
    _wire_run(
        parts, handlers, (tab.compare, tab.cancel, tab.notes), tab.doing, handlers.compare,
        [parts.photo, parts.state, *tab.sides, *given], tab.outputs, [],
        handlers.cancel,
    )  # fmt: skip
    _wire_run(
        parts, handlers, (box.compare, box.cancel, box.notes), tab.doing, handlers.outline,
        [parts.photo, box.segmenters, *given], [box.notes, *box.outputs], [box.notes, box.pictures],
        handlers.cancel,
    )  # fmt: skip
    for number, button in enumerate(tab.taken):
        taken = button.click(
            handlers.go_on_with(number), tab.pair, [*parts.widgets, parts.looks], **UNSEEN
        )
        taken.success(show_painting, None, parts.tabs, **UNSEEN)
        taken.success(None, js=theme.PAINT_AT_ONCE)
    emptied = [tab.notes, box.notes, *tab.outputs, *box.outputs]
    for another in arrivals(parts):
        another(handlers.clear_comparison, None, emptied, **UNSEEN)


def wire_films(parts: Page, handlers: Handlers) -> None:
    """Connect what paints films."""
    tab = parts.film_tab
    controls = parts.controls
    painter = controls[PAINTER]
    styles = {way: controls[option.flag] for way, option in film_tab.LISTS.items()}
    follows = [tab.way, tab.style]
    # As they are: a list of the film's may not know what a photo is painted like.
    as_is = {"preprocess": False, **UNSEEN}
    painter.change(film_tab.follow, [painter, *styles.values()], follows, **as_is)
    for way, style in styles.items():
        style.change(partial(film_tab.follow_style, way), [painter, style], follows, **as_is)
    shown_by = [tab.way, painter, controls[MOOD], tab.style]
    shown = [tab.style, parts.style.box, *parts.style.titled]
    tab.way.change(film_tab.unfold, shown_by, shown, **as_is)
    tab.film.input(handlers.take_film, tab.film, None, preprocess=False, **UNSEEN)
    given = [*tab.fields, *parts.style.fields, *parts.widgets]
    outputs = [tab.painted, tab.notes]
    for start, other, act in (
        (tab.sample, tab.paint, handlers.sample_film), (tab.paint, tab.sample, handlers.paint_film)
    ):  # fmt: skip
        pressed = start, tab.cancel, tab.notes
        is_there = start.click(handlers.check_film, tab.film, None, preprocess=False, **TOLD)
        run = _wire_run(
            parts, handlers, pressed, tab.doing, act, given, outputs, [tab.painted],
            handlers.cancel_film, is_there.success, [other],
        )  # fmt: skip
        wire_looks_after(parts, handlers, run)  # a film ends those of the photo beside it
    tab.camera.open(handlers.open_camera, tab.live_style, tab.camera, **TOLD)
    tab.live_style.change(handlers.change_camera, tab.live_style, None, **TOLD)


def _wire_run(
    parts: Page, handlers: Handlers, controls: tuple[gr.Button, gr.Button, gr.HTML],
    teller: gr.HTML, act: Callable[..., Any], inputs: list[Block], outputs: list[Block],
    covered: list[Block], cancel_by: Callable[..., str],
    asked: Callable[..., Dependency] | None = None, beside: Sequence[gr.Button] = (),
) -> Dependency:  # fmt: skip
    """Connect a button whose run is told of in `teller`, and ended with `cancel_by` by another.

    Its notes go as it begins. `asked`: the event that begins it, where a press is not enough.
    `beside`: as `switch` takes it.
    """
    start, cancel, notes = controls
    buttons, asked = [start, cancel, *beside], asked or start.click
    switched = partial(switch, start, cancel, beside=beside)
    begun = asked(partial(switched, notes, running=True), None, [*buttons, notes], **UNSEEN)
    asked(handlers.watch(teller), None, parts.timer, **UNSEEN)
    running = begun.then(act, inputs, outputs, preprocess=False, **PAINTING)
    when_over(running, covered, partial(switched, running=False), buttons)
    wire_cancel(cancel, [running], cancel_by, notes)
    return running
