"""The offer to mend a photo that seems to have scratches: a sentence and a button."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from ui.words import label

FLAG = "mend"
OFFER = label("This photo seems to have scratches or spots.")


@dataclass(frozen=True)
class MendBox:
    """The box's components; it is hidden until there is something to offer."""

    box: gr.Row
    accept: gr.Button

    @property
    def outputs(self) -> list[Block]:
        """The components that `shown` updates."""
        return [self.box]


def lay_out() -> MendBox:
    """Make the box; call it inside `gr.Blocks`."""
    with gr.Row(visible=False, elem_id="mend-offer", equal_height=True) as box:
        gr.HTML(f"<p role='status'>{OFFER}</p>", elem_classes=["hint"])
        accept = gr.Button(
            label("Mend them"), size="sm", elem_id="mend-photo", min_width=110, scale=0
        )
    return MendBox(box, accept)


def shown(offered: bool) -> gr.Row:
    """Show the offer, or hide it."""
    return gr.Row(visible=offered)
