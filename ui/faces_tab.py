"""The tab "Faces": which faces are restored, and how far, by clicks on them."""

from dataclasses import dataclass

import gradio as gr

from pipeline.settings import options
from ui.face_frames import describe_faces
from ui.previews import brief
from ui.view_state import ViewState

WAITING = "Paint a photo first. Then each face in it can be given its own restoration here."
LEGEND = (
    "Click a face to restore it as far as the slider says, even where it is sharp already; click it again to take that back. "
    "? is low confidence: it may look like someone else."
)
WEIGHT = next(option for option in options() if option.flag == "restoration")


@dataclass
class FacesTab:
    """The tab's components."""

    hint: gr.HTML
    room: gr.Column
    weight: gr.Slider
    undo: gr.Button
    clear: gr.Button
    picture: gr.Image

    @property
    def outputs(self) -> list[gr.blocks.Block]:
        """Return what `view` fills."""
        return [self.hint, self.room, self.picture, self.undo, self.clear]


def lay_out() -> FacesTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room:
        weight = gr.Slider(
            WEIGHT.low or 0.0, WEIGHT.high or 1.0, float(WEIGHT.default), step=0.01, label="Restoration of the clicked face",
            info=WEIGHT.help, buttons=[], elem_id="face-weight",
        )  # fmt: skip
        with gr.Row():
            undo = gr.Button(
                "Undo", size="sm", min_width=80, interactive=False, elem_id="undo-face"
            )
            clear = gr.Button(
                "Clear", size="sm", min_width=80, interactive=False, elem_id="clear-faces"
            )
        picture = gr.Image(
            format="png",
            label="Faces",
            interactive=False,
            buttons=["fullscreen"],
            height="auto",
            elem_id="faces",
        )
    return FacesTab(hint, room, weight, undo, clear, picture)


def view(shown: ViewState | None) -> list[gr.blocks.Block]:
    """Return what the tab shows, in the order of `FacesTab.outputs`."""
    if shown is None or not shown.plans:
        off = gr.Button(interactive=False)
        said = (
            WAITING if shown is None else f"Nothing can be restored here. {brief(shown.unrestored)}"
        )
        return [gr.HTML(f"<p>{said}</p>"), gr.Column(visible=False), gr.Image(None), off, off]
    picture = gr.Image(shown.framed, alt_text=describe_faces(shown.plans))
    undo, clear = (
        gr.Button(interactive=bool(shown.past)),
        gr.Button(interactive=bool(shown.prompt.faces)),
    )
    return [gr.HTML(f"<p>{LEGEND}</p>"), gr.Column(visible=True), picture, undo, clear]
