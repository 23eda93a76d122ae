"""The tab "What stays": the photo with what is kept, to click or paint on, beside the result."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block

from ui.drawing import BRUSH, ERASER, NARROWEST, WIDEST
from ui.pointing import describe_mask
from ui.view_state import ViewState

WAITING = (
    "Paint a photo first. "
    "Then a click or a stroke here adds to what stays as in the photo, or takes away from it."
)
LEGEND = "In color and outlined: what stays as in the photo. Click or paint on it to change that."
NOTHING = "Nothing is kept yet. Click or paint on the photo: what you point at stays as it is."
ADD, TAKE = "add", "take"
CLICK = "click"


@dataclass
class CorrectTab:
    """The tab's components.

    `picture`: what is kept, drawn over the photo, to click on. `stroke` is not seen: the page's
    script writes what was painted into it.
    """

    hint: gr.HTML
    room: gr.Column
    tool: gr.Radio
    mode: gr.Radio
    width: gr.Slider
    undo: gr.Button
    redo: gr.Button
    clear: gr.Button
    picture: gr.Image
    after: gr.Image
    stroke: gr.Textbox

    @property
    def outputs(self) -> list[Block]:
        """The components that `view` updates."""
        return [self.hint, self.room, self.picture, self.after, self.undo, self.redo, self.clear]


def lay_out() -> CorrectTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room:
        with gr.Row(equal_height=True, elem_id="correct-tools"):
            tool = gr.Radio(
                [("Click", CLICK), ("Brush", BRUSH), ("Eraser", ERASER)],
                value=CLICK,
                label="With",
                min_width=255,
                scale=5,
                elem_id="tool",
            )
            mode = gr.Radio(
                [("+ Add", ADD), ("\N{MINUS SIGN} Take away", TAKE)],
                value=ADD,
                label="To",
                min_width=215,
                scale=4,
                elem_id="click-mode",
            )
            width = gr.Slider(
                NARROWEST,
                WIDEST,
                6,
                step=1,
                label="Width, %",
                buttons=[],
                min_width=170,
                scale=3,
                elem_id="brush-width",
            )
        with gr.Row():
            undo = gr.Button("Undo", size="sm", min_width=80, interactive=False, elem_id="undo")
            redo = gr.Button("Redo", size="sm", min_width=80, interactive=False, elem_id="redo")
            clear = gr.Button("Clear", size="sm", min_width=80, interactive=False, elem_id="clear")
        with gr.Row(equal_height=False):
            picture = gr.Image(
                format="png",
                label="Kept",
                interactive=False,
                buttons=["fullscreen"],
                height="auto",
                min_width=260,
                elem_id="kept",
            )
            after = gr.Image(
                format="png",
                label="Result",
                interactive=False,
                buttons=["fullscreen"],
                height="auto",
                min_width=260,
                elem_id="corrected",
                alt_text="The painting with what is kept now",
            )
        stroke = gr.Textbox(visible="hidden", elem_id="stroke", elem_classes=["unseen"])
    return CorrectTab(hint, room, tool, mode, width, undo, redo, clear, picture, after, stroke)


def view(tab: CorrectTab, state: ViewState | None) -> dict[Block, Any]:
    """Show what is kept and the result, or, where there is no painting, how to begin."""
    if state is None:
        return {
            tab.hint: gr.HTML(f"<p>{WAITING}</p>"),
            tab.room: gr.Column(visible=False),
            tab.picture: gr.Image(None),
            tab.after: gr.Image(None),
            tab.undo: gr.Button(interactive=False),
            tab.redo: gr.Button(interactive=False),
            tab.clear: gr.Button(interactive=False),
        }
    hint = LEGEND if state.has_mask else NOTHING
    return {
        tab.hint: gr.HTML(f"<p>{hint}</p>"),
        tab.room: gr.Column(visible=True),
        tab.picture: gr.Image(state.mask_preview, alt_text=describe_mask(state.prompt)),
        tab.after: gr.Image(state.after),
        tab.undo: gr.Button(interactive=bool(state.history.undone(state.prompt, "outline"))),
        tab.redo: gr.Button(interactive=bool(state.history.redone(state.prompt, "outline"))),
        tab.clear: gr.Button(interactive=bool(state.prompt)),
    }
