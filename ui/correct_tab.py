"""The tab "Correct": the photo with what is kept, to click on, beside the result."""

from dataclasses import dataclass

import gradio as gr

from ui.pointing import describe_kept
from ui.shown import Shown

WAITING = "Paint a photo first. Then a click here adds to what stays as in the photo, or takes away from it."
LEGEND = "In color and outlined: what stays as in the photo. Click on the photo to change it."
NOTHING = "Nothing is kept yet. Click on the photo: what you click on stays as it is."
ADD, TAKE = "add", "take"


@dataclass
class CorrectTab:
    """The tab's components."""

    hint: gr.HTML
    room: gr.Column
    mode: gr.Radio
    undo: gr.Button
    clear: gr.Button
    kept: gr.Image
    after: gr.Image

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Return what `view` fills."""
        return [self.hint, self.room, self.kept, self.after, self.undo, self.clear]


def lay_out() -> CorrectTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room:
        with gr.Row(equal_height=True, elem_id="correct-tools"):
            mode = gr.Radio(
                [("+ Add", ADD), ("\N{MINUS SIGN} Take away", TAKE)],
                value=ADD,
                label="A click will",
                min_width=230,
                scale=3,
                elem_id="click-mode",
            )
            undo = gr.Button("Undo", min_width=90, interactive=False, elem_id="undo")
            clear = gr.Button("Clear", min_width=90, interactive=False, elem_id="clear")
        with gr.Row(equal_height=False):
            kept = gr.Image(
                format="png", label="Kept", interactive=False, buttons=["fullscreen"], height="auto", min_width=260, elem_id="kept"
            )
            after = gr.Image(
                format="png", label="Result", interactive=False, buttons=["fullscreen"], height="auto", min_width=260, elem_id="corrected",
                alt_text="The painting with what is kept now",
            )  # fmt: skip
    return CorrectTab(hint, room, mode, undo, clear, kept, after)


def view(shown: Shown | None) -> list[gr.blocks.Block]:
    """Return what the tab shows, in the order of `CorrectTab.outputs`."""
    if shown is None:
        off = gr.Button(interactive=False)
        return [gr.HTML(f"<p>{WAITING}</p>"), gr.Column(visible=False), gr.Image(None), gr.Image(None), off, off]
    button = gr.Button(interactive=bool(shown.prompt.points))
    hint = LEGEND if shown.anything_kept else NOTHING
    kept = gr.Image(shown.kept, alt_text=describe_kept(shown.prompt))
    return [gr.HTML(f"<p>{hint}</p>"), gr.Column(visible=True), kept, gr.Image(shown.after), button, button]
