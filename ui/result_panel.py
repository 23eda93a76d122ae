"""The result panel: what it shows of one painting, and of none."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr
from gradio.blocks import Block

from ui import easel, looks
from ui.frame_box import describe_size
from ui.layout import AGAIN, PAINT, Page
from ui.notes import note
from ui.view_state import ViewState

Updates = dict[Block, Any]  # new values and properties by component; all others stay as they are


def outputs(parts: Page) -> list[Block]:
    """List the components that `view` updates."""
    return [
        parts.state,
        parts.easel,
        parts.looks,
        parts.shelf,
        parts.stages,
        parts.watch,
        parts.strokes,
        parts.seconds,
        parts.film,
        parts.size,
        parts.fine_tune.makers,
        parts.notes,
        parts.paint,
    ]


def view(parts: Page, state: ViewState | None, said: Sequence[str] = ()) -> Updates:
    """Show a painting with its notes, or, where there is none, an empty canvas with `said`."""
    emptied: Updates = {parts.looks: looks.shown(None)} if state is None else {}
    of_strokes = state is not None and state.strokes
    if state is None:
        gallery, notes = None, said
    else:
        gallery = [(path, caption) for _, path, caption in state.stages]
        notes = state.notes
    return emptied | {
        parts.state: state,
        parts.easel: easel.bare() if state is None else easel.painted(state),
        parts.shelf: gr.Column(visible=state is not None),
        parts.stages: gallery,
        parts.watch: gr.Button(visible=of_strokes),
        parts.strokes: gr.Button(visible=of_strokes),
        parts.seconds: gr.Slider(visible=of_strokes),
        parts.film: gr.Video(None, visible=False),
        parts.size: "" if state is None else describe_size(state.size, state.settings),
        parts.fine_tune.makers: "" if state is None else escape(state.makers),
        parts.notes: note(notes),
        parts.paint: gr.Button(PAINT if state is None else AGAIN),
    }
