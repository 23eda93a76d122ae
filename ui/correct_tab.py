"""The tab "Correct": the photo with what is kept, to click or paint on, beside the result."""

from dataclasses import dataclass

import gradio as gr

from ui.drawing import BRUSH, ERASER, NARROWEST, WIDEST
from ui.pointing import describe_kept
from ui.view_state import ViewState

WAITING = "Paint a photo first. Then a click or a stroke here adds to what stays as in the photo, or takes away from it."
LEGEND = "In color and outlined: what stays as in the photo. Click or paint on it to change that."
NOTHING = "Nothing is kept yet. Click or paint on the photo: what you point at stays as it is."
ADD, TAKE = "add", "take"
CLICK = "click"


@dataclass
class CorrectTab:
    """The tab's components. `stroke` is not seen: the page's script writes what was painted into it."""

    hint: gr.HTML
    room: gr.Column
    tool: gr.Radio
    mode: gr.Radio
    width: gr.Slider
    undo: gr.Button
    clear: gr.Button
    kept: gr.Image
    after: gr.Image
    stroke: gr.Textbox

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Return what `view` fills."""
        return [self.hint, self.room, self.kept, self.after, self.undo, self.clear]


def lay_out() -> CorrectTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room:
        with gr.Row(equal_height=True, elem_id="correct-tools"):
            tool = gr.Radio(
                [("Click", CLICK), ("Brush", BRUSH), ("Eraser", ERASER)], value=CLICK, label="With", min_width=255, scale=5, elem_id="tool",
            )  # fmt: skip
            mode = gr.Radio(
                [("+ Add", ADD), ("\N{MINUS SIGN} Take away", TAKE)], value=ADD, label="To", min_width=215, scale=4, elem_id="click-mode",
            )  # fmt: skip
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
            clear = gr.Button("Clear", size="sm", min_width=80, interactive=False, elem_id="clear")
        with gr.Row(equal_height=False):
            kept = gr.Image(
                format="png",
                label="Kept",
                interactive=False,
                buttons=["fullscreen"],
                height="auto",
                min_width=260,
                elem_id="kept",
            )
            after = gr.Image(
                format="png", label="Result", interactive=False, buttons=["fullscreen"], height="auto", min_width=260, elem_id="corrected",
                alt_text="The painting with what is kept now",
            )  # fmt: skip
        stroke = gr.Textbox(visible="hidden", elem_id="stroke", elem_classes=["unseen"])
    return CorrectTab(hint, room, tool, mode, width, undo, clear, kept, after, stroke)


def view(shown: ViewState | None) -> list[gr.blocks.Block]:
    """Return what the tab shows, in the order of `CorrectTab.outputs`."""
    if shown is None:
        off = gr.Button(interactive=False)
        return [
            gr.HTML(f"<p>{WAITING}</p>"),
            gr.Column(visible=False),
            gr.Image(None),
            gr.Image(None),
            off,
            off,
        ]
    hint = LEGEND if shown.anything_kept else NOTHING
    kept = gr.Image(shown.kept, alt_text=describe_kept(shown.prompt))
    undo, clear = (
        gr.Button(interactive=bool(shown.past)),
        gr.Button(interactive=shown.prompt.correcting),
    )
    return [
        gr.HTML(f"<p>{hint}</p>"),
        gr.Column(visible=True),
        kept,
        gr.Image(shown.after),
        undo,
        clear,
    ]
