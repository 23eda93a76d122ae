"""The easel: the painting, large, and the tabs that look at it in other ways."""

import time
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ui import compare_tab, film_tab, many_tab, offers, train_tab, viewer
from ui.examples import OPENING, OPENING_PHOTO
from ui.faces import framed, within
from ui.pointing import describe_mask
from ui.run import Run
from ui.view_state import ViewState, path_of
from ui.viewer import Shown, served
from ui.words import Text, counted, label, later, say

PAINTING = "painting"  # the tab of the result
EMPTY = later("Add a photo, or choose an example. Your painting will hang here.")
ARRIVED = later("Press Paint. Your painting will hang here.")
LEGEND = later("In color and outlined: what stays as in the photo.")
NOTHING = later("Nothing stays yet. What you point at, or paint over, does.")
OWN_FILM = later("Waiting for your film to end")
WAITS_S = 2.0  # whoever has not begun after so long waits for somebody


def opening(words: str = EMPTY.text) -> Shown:
    """Show what hangs there at first: an example's painting over its photo, and words below it."""
    pictures = {"before": served(OPENING_PHOTO), "after": served(OPENING)}
    return {**pictures, "photo": "opening", "opening": True, "words": words}


def bare(words: Text | None = ARRIVED) -> Shown:
    """Show an empty canvas, and words below it."""
    return {"words": words.text if words else ""}


def painted(state: ViewState) -> Shown:
    """Show a painting over its photo, what stays of it, and what becomes of its faces."""
    return {
        "before": served(state.before),
        "after": served(state.after),
        "photo": f"{state.photo} {state.settings.frame}",
        "name": path_of(Path(), state.name, "painted").name,
        "flat": served(state.flat) if state.flat else "",
        "faces": framed(state),
        "stays": staying(state) if state.mask_preview else None,
    }


def staying(state: ViewState) -> Shown:
    """Show what of a painting stays, and what can be done about it."""
    return {
        "picture": served(state.mask_preview),
        "within": within(state),
        "said": describe_mask(state.prompt),
        "legend": state.missed or (LEGEND if state.has_mask else NOTHING).text,
        "undo": bool(state.history.past),
        "redo": bool(state.history.future),
        "clear": bool(state.prompt),
    }


def doing(run: Run, before: int = 0, *, film: bool = False) -> str:
    """Make the HTML of what is done in a run now, over the picture so far; none of nothing.

    `before`: how many runs have waited longer. `film`: whether one of them is the visitor's own.
    """
    if run.awaited is None:
        return ""
    waits = time.monotonic() - run.awaited > WAITS_S
    waiting = str(OWN_FILM) if film else _waiting(before)
    done, text = run.doing or (0.0, waiting if waits and before else say("Beginning"))
    picture = run.preview
    alt = escape(say("The painting so far"))
    so_far = f"<img src='{served(picture)}' alt='{alt}'>" if picture else ""
    return f"{so_far}<p style='--done: {done:.0%}'>{escape(text)}</p>"


def _waiting(before: int) -> str:
    return counted(
        "Waiting for {n} other painting to end", "Waiting for {n} other paintings to end", before
    )


def lay_out() -> dict[str, Any]:
    """Make the easel's components, by their names on the page."""
    with gr.Column(elem_id="wall"), gr.Tabs(elem_id="tabs") as tabs:
        with gr.Tab(label("Painting"), id=PAINTING, elem_id="painting-tab"):
            easel = viewer.lay_out(opening(), "easel")
            now = gr.HTML(elem_id="doing", elem_classes=["doing"], apply_default_css=False)
            offered = offers.lay_out_all()
        with gr.Tab(label("Compare"), id="compare"):
            comparison = compare_tab.lay_out()
        with gr.Tab(label("Film"), id="film"):
            filming = film_tab.lay_out()
        with gr.Tab(label("Many"), id="many"):
            many = many_tab.lay_out()
        with gr.Tab(label("Train a style"), id="train"):
            teaching = train_tab.lay_out()
    return {
        "tabs": tabs,
        "easel": easel,
        "doing": now,
        "offers": offered,
        "comparison": comparison,
        "film_tab": filming,
        "many_tab": many,
        "train_tab": teaching,
    }


def show_painting() -> gr.Tabs:
    """Bring the painting's tab to the front."""
    return gr.Tabs(selected=PAINTING)
