"""The tab "Correct": the photo with what is kept, to click or draw on, beside the result."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.drawing import OPACITY, Uploads
from ui.pointing import ADD_COLOR, TAKE_COLOR, describe_kept
from ui.shown import Shown

WAITING = "Paint a photo first. Then a click or a stroke here adds to what stays as in the photo, or takes away from it."
LEGEND = "In color and outlined: what stays as in the photo. Click on the photo, or draw over it, to change it."
NOTHING = "Nothing is kept yet. Click on the photo, or draw over it: what you point at stays as it is."
ADD, TAKE = "add", "take"
BLUE, ORANGE = ("#{:02x}{:02x}{:02x}".format(*color) for color in (ADD_COLOR, TAKE_COLOR))
COLORS = (
    f"<p>Paint with <b style='color:{BLUE}'>blue</b> what stays as in the photo, with <b style='color:{ORANGE}'>orange</b> what does not. "
    "The palette changes the color.</p>"
)
BRUSH_PX = 18  # of the picture to draw on; the editor's slider changes it


@dataclass
class CorrectTab:
    """The tab's components."""

    hint: gr.HTML
    room: gr.Column
    mode: gr.Radio
    undo: gr.Button
    clear: gr.Button
    kept: gr.Image
    draw: gr.ImageEditor
    after: gr.Image

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Return what `view` fills."""
        return [self.hint, self.room, self.kept, self.draw, self.after, self.undo, self.clear]


def lay_out() -> CorrectTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room, gr.Row(equal_height=False):
        with gr.Column(min_width=260):
            with gr.Tabs(elem_id="correct-by"):
                with gr.Tab("Click"):
                    mode, undo, kept = _lay_out_clicks()
                with gr.Tab("Draw"):
                    gr.HTML(COLORS, elem_classes=["hint"])
                    draw = _lay_out_editor()
            clear = gr.Button("Clear", min_width=90, interactive=False, elem_id="clear")
        with gr.Column(min_width=260):
            after = gr.Image(
                format="png", label="Result", interactive=False, buttons=["fullscreen"], height="auto", elem_id="corrected",
                alt_text="The painting with what is kept now",
            )  # fmt: skip
    return CorrectTab(hint, room, mode, undo, clear, kept, draw, after)


def _lay_out_clicks() -> tuple[gr.Radio, gr.Button, gr.Image]:
    with gr.Row(equal_height=True, elem_id="correct-tools"):
        mode = gr.Radio(
            [("+ Add", ADD), ("\N{MINUS SIGN} Take away", TAKE)],
            value=ADD,
            label="A click will",
            min_width=230,
            scale=3,
            elem_id="click-mode",
        )
        undo = gr.Button("Undo", min_width=70, interactive=False, elem_id="undo")
    kept = gr.Image(format="png", label="Kept", interactive=False, buttons=["fullscreen"], height="auto", elem_id="kept")
    return mode, undo, kept


def _lay_out_editor() -> gr.ImageEditor:
    brush = gr.Brush(default_size=BRUSH_PX, colors=[(BLUE, OPACITY), (ORANGE, OPACITY)], color_mode="fixed")
    editor = gr.ImageEditor(
        label="Kept", format="png", sources=(), transforms=(), layers=False, buttons=[], brush=brush,
        eraser=gr.Eraser(default_size=BRUSH_PX), elem_id="draw",
    )  # fmt: skip
    editor.blob_storage = Uploads()
    return editor


def view(shown: Shown | None, before: Shown | None = None) -> list[Any]:
    """Return what the tab shows, in the order of `CorrectTab.outputs`; `before`: what it shows now.

    The picture to draw on is sent only where it has changed, as what a person draws meanwhile would be lost.
    """
    if shown is None:
        off = gr.Button(interactive=False)
        return [gr.HTML(f"<p>{WAITING}</p>"), gr.Column(visible=False), gr.Image(None), None, gr.Image(None), off, off]
    hint = LEGEND if shown.anything_kept else NOTHING
    kept = gr.Image(shown.kept, alt_text=describe_kept(shown.prompt))
    same = before is not None and (before.canvas, before.strokes) == (shown.canvas, shown.strokes)
    # A plain value, never an update: that would make the editor anew, and strokes on their way would miss it.
    drawn = gr.skip() if same else {"background": shown.canvas, "layers": [shown.strokes], "composite": None}
    undo, clear = gr.Button(interactive=bool(shown.prompt.points)), gr.Button(interactive=bool(shown.prompt))
    return [gr.HTML(f"<p>{hint}</p>"), gr.Column(visible=True), kept, drawn, gr.Image(shown.after), undo, clear]
