"""The tab "Compare": the photo painted in two ways, under one divide."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from gradio.blocks import Block

from pipeline.settings import Settings
from pipeline.types import Painting
from pipeline.variants import PAINTERS
from ui import outlines_box, viewer
from ui.available import available_choices
from ui.looks import LOOKS, PORTRAITIST
from ui.session import Session
from ui.style_box import LIKE
from ui.view_state import result_in
from ui.widgets import OPTIONS, PAINTER
from ui.words import label, later, number, say

ABOUT = label(
    "Your photo, painted in two ways. Move the line between them, then go on with either."
)
ASKS = later("Choose two ways and press Compare.")
NOW = later("As it is set now").text
LEFT, RIGHT = NOW, "Loose Monet"  # what is compared unless somebody chooses
TAKES = {"left": label("Go on with the left one"), "right": label("Go on with the right one")}
SIDES = {"left": label("Left"), "right": label("Right")}


@dataclass
class CompareTab:
    """The tab's components.

    `taken`: the buttons that go on with one side. `pair`: of `Pair`, or None.
    """

    sides: tuple[gr.Dropdown, gr.Dropdown]
    compare: gr.Button
    cancel: gr.Button
    notes: gr.HTML
    viewer: gr.HTML
    doing: gr.HTML
    row: gr.Row
    taken: tuple[gr.Button, gr.Button]
    details: gr.Accordion
    facts: gr.HTML
    pair: gr.State
    outlines: outlines_box.OutlinesBox

    @property
    def outputs(self) -> list[Block]:
        """The components that `view` updates."""
        return [self.viewer, self.row, *self.taken, self.details, self.facts, self.pair]


@dataclass(frozen=True)
class Pair:
    """A photo painted in two ways.

    `of`: what tells the photo, as it is framed. `names`, `pictures`, `facts`: the ways' titles, the
    previews' paths, and (what, how much) of each, the left one's first.
    """

    of: str
    names: tuple[str, str]
    settings: tuple[Settings, Settings]
    pictures: tuple[str, str]
    facts: tuple[dict[str, str], dict[str, str]]


def ways() -> dict[str, Callable[[Settings], Settings]]:
    """Look up every way to paint, by its title: it changes what is set now."""
    painter = next(option for option in OPTIONS if option.flag == PAINTER)
    looks = {look.title: look.of for look in LOOKS}
    looked_at = painter.default, PORTRAITIST, LIKE  # by the looks
    painters = {
        PAINTERS[key].label: partial(_painted_by, key)
        for _, key in available_choices(painter)
        if key not in looked_at
    }
    return {NOW: lambda settings: settings, **looks, **painters}


def _painted_by(painter: str, settings: Settings) -> Settings:
    return settings.changed(painter=painter)


def way_of(title: object, settings: Settings) -> Settings:
    """Return settings changed to the way of a title.

    Raises: ValueError: there is none.
    """
    known = ways()
    if title not in known:
        raise ValueError(
            say(
                "Choose what to compare on both sides; {way} is not one of them.",
                way=repr(str(title)[:40]),
            )
        )
    return known[str(title)](settings)


def lay_out() -> CompareTab:
    """Make the tab's components; call it inside the tab."""
    gr.HTML(f"<p>{ABOUT}</p>", elem_classes=["hint"])
    with gr.Row(equal_height=True, elem_id="versus-tools"):
        sides = tuple(
            gr.Dropdown(
                [(label(way), way) for way in ways()], value=usual, label=SIDES[side],
                filterable=False,
                min_width=200, scale=3, elem_id=f"compare-{side}",
            )
            for side, usual in zip(SIDES, (LEFT, RIGHT), strict=True)
        )  # fmt: skip
        compare = gr.Button(
            label("Compare"), variant="primary", elem_id="compare", min_width=110, scale=2
        )
        cancel = gr.Button(
            label("Cancel"), variant="stop", elem_id="cancel-comparison", min_width=90, scale=1,
            visible=False,
        )  # fmt: skip
    notes = gr.HTML(elem_id="compare-notes", elem_classes=["notes"])
    with gr.Column(elem_id="versus"):
        seen = viewer.lay_out({"words": ASKS.text}, "versus-viewer")
        doing = gr.HTML(elem_classes=["doing"], apply_default_css=False)
    with gr.Row(visible=False) as row:
        taken = tuple(gr.Button(TAKES[side], size="sm", elem_id=f"take-{side}") for side in SIDES)
    with gr.Accordion(
        label("Details"), open=False, visible=False, elem_id="versus-details"
    ) as details:
        facts = gr.HTML(elem_classes=["size"])
    with gr.Accordion(label("For experts: ways to outline"), open=False, elem_id="outlines"):
        outlines = outlines_box.lay_out()
    return CompareTab(
        (sides[0], sides[1]), compare, cancel, notes, seen, doing, row, (taken[0], taken[1]),
        details, facts, gr.State(), outlines,
    )  # fmt: skip


def facts_of(painting: Painting) -> dict[str, str]:
    """Tell of a painting in figures."""
    strokes = {say("Brush strokes"): number(len(painting.strokes))} if painting.strokes else {}
    stays = 0.0 if painting.mask is None else float(painting.mask.mean())
    alike = [number(share, 2) for share in painting.likeness if share is not None]
    return {
        say("Time"): f"{number(sum(painting.seconds.values()), 1)} s",
        **strokes,
        say("Of the photo that stays"): f"{number(100 * stays)} %",
        **({say("Likeness of the faces"): ", ".join(alike)} if alike else {}),
    }


def shown(session: Session, painting: Painting) -> str:
    """Write the preview of one of two paintings; return its path."""
    return session.show("versus", result_in(painting))


def view(tab: CompareTab, pair: Pair | None) -> dict[Block, Any]:
    """Show two paintings under one divide, or none."""
    there = pair is not None
    seen: viewer.Shown = {"words": ASKS.text}
    if pair is not None:
        before, after = (viewer.served(path) for path in pair.pictures)
        seen = {
            "before": before,
            "after": after,
            "photo": pair.of,
            "names": [say(name) for name in pair.names],
        }
    return {
        tab.viewer: seen,
        tab.row: gr.Row(visible=there),
        **{
            button: gr.Button(say("Go on with “{way}”", way=later(name)) if pair else TAKES[name])
            for button, name in zip(tab.taken, pair.names if pair else SIDES, strict=True)
        },
        tab.details: gr.Accordion(visible=there),
        tab.facts: "" if pair is None else _table(pair),
        tab.pair: pair,
    }


def _table(pair: Pair) -> str:
    """Make an HTML table of what is known of both paintings."""
    what = dict.fromkeys(key for facts in pair.facts for key in facts)
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in ("", *map(say, pair.names)))
    rows = "".join(
        f"<tr><th scope='row'>{escape(key)}</th>"
        + "".join(f"<td>{escape(facts.get(key, '-'))}</td>" for facts in pair.facts)
        + "</tr>"
        for key in what
    )
    return f"<table><tr>{heads}</tr>{rows}</table>"
