"""What the tab "Many" shows of a queue."""

from html import escape
from pathlib import Path

import gradio as gr

from ui.many import Item, Many, said_of
from ui.many_tab import ALL, ANEW, ManyTab
from ui.notes import note
from ui.result_panel import Updates
from ui.viewer import served
from ui.words import later, say

STATES = {
    "waiting": later("Waits"), "painting": later("Being painted"), "done": later("Done"),
    "failed": later("Could not be painted"),
}  # fmt: skip


def view(tab: ManyTab, many: Many, *, running: bool = False) -> Updates:
    """Show a queue, while its photos are painted or not."""
    there = any(item.picture for item in many.items)
    file = many.file
    return {
        tab.items: many.items,
        tab.queue: cards(many.items),
        tab.doing: _bar(many) if running else _link(many.file),
        tab.notes: "" if running else note(said_of(many)),
        tab.paint: gr.Button(
            ANEW if file else ALL,
            interactive=there and not running,
            variant="secondary" if file else "primary",
        ),
        tab.cancel: gr.Button(visible=running, interactive=True),
        tab.clear: gr.Button(visible=bool(many.items) and not running),
    }


def cards(items: tuple[Item, ...]) -> str:
    """Make the HTML list of a queue: of each photo a small picture, its name and its state."""
    return f"<ol>{''.join(map(_card, items))}</ol>" if items else ""


def _card(item: Item) -> str:
    picture = f"<img src='{served(item.picture)}' alt=''>" if item.picture else "<i></i>"
    if item.large:
        told = f"aria-label='{escape(item.name)}' title='{escape(say('See it large'))}'"
        large = served(item.large)
        picture = f"<button type='button' {told} data-large='{large}'>{picture}</button>"
    said = str(STATES[item.state]) + (f": {item.why}" if item.why else "")
    return (
        f"<li class='{item.state}'>{picture}<b>{escape(item.name)}</b>"
        f"<span>{escape(said)}</span></li>"
    )


def _link(file: Path | None) -> str:
    """Make the link that saves the ZIP; Gradio's button would copy it first."""
    if file is None:
        return ""
    words = say("Save as ZIP ({size} MB)", size=max(1, round(file.stat().st_size / 1e6)))
    return f"<a href='{served(file)}' download='{file.name}'>{escape(words)}</a>"


def _bar(many: Many) -> str:
    words = escape(many.doing or say("Beginning"))
    return f"<p role='status' style='--done: {many.done:.0%}'>{words}</p>"
