"""The tab "Faces": which faces are restored, and how far, by clicks on them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block

from pipeline.settings import options
from ui.face_frames import describe_faces
from ui.previews import brief
from ui.view_state import ViewState

WAITING = "Paint a photo first. Then each face in it can be given its own restoration here."
LEGEND = (
    "Click a face to restore it as far as the slider says, even where it is sharp already; "
    "click it again to take that back. "
    "? is low confidence: it may look like someone else."
)
WEIGHT = next(option for option in options() if option.flag == "restoration")


@dataclass
class FacesTab:
    """The tab's components. `picture`: the photo with a frame around each face, to click on."""

    hint: gr.HTML
    room: gr.Column
    weight: gr.Slider
    undo: gr.Button
    clear: gr.Button
    picture: gr.Image

    @property
    def outputs(self) -> list[Block]:
        """The components that `view` updates."""
        return [self.hint, self.room, self.picture, self.undo, self.clear]


def lay_out() -> FacesTab:
    """Make the tab's components; call it inside the tab."""
    hint = gr.HTML(f"<p>{WAITING}</p>", elem_classes=["hint"])
    with gr.Column(visible=False) as room:
        weight = gr.Slider(
            WEIGHT.low or 0.0,
            WEIGHT.high or 1.0,
            float(WEIGHT.default),
            step=0.01,
            label="Restoration of the clicked face",
            info=WEIGHT.help,
            buttons=[],
            elem_id="face-weight",
        )
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


def view(tab: FacesTab, state: ViewState | None) -> dict[Block, Any]:
    """Show the faces of a painting, or, where there are none, why."""
    if state is None or not state.plans:
        said = (
            WAITING if state is None else f"Nothing can be restored here. {brief(state.unrestored)}"
        )
        return {
            tab.hint: gr.HTML(f"<p>{said}</p>"),
            tab.room: gr.Column(visible=False),
            tab.picture: gr.Image(None),
            tab.undo: gr.Button(interactive=False),
            tab.clear: gr.Button(interactive=False),
        }
    return {
        tab.hint: gr.HTML(f"<p>{LEGEND}</p>"),
        tab.room: gr.Column(visible=True),
        tab.picture: gr.Image(state.framed, alt_text=describe_faces(state.plans)),
        tab.undo: gr.Button(interactive=bool(state.past)),
        tab.clear: gr.Button(interactive=bool(state.prompt.faces)),
    }
