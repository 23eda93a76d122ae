"""The offer to turn a photo that lies on its side, or is upside down."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from ui.words import label

FLAG = "turn"
LIES = label("This photo seems to lie on its side, or upside down.")


@dataclass(frozen=True)
class TurnBox:
    """The offer's components; hidden until there is something to offer."""

    box: gr.Row
    accept: gr.Button

    @property
    def outputs(self) -> list[Block]:
        """The components that `offered` updates."""
        return [self.box]


def lay_out() -> TurnBox:
    """Make the offer; call it inside `gr.Blocks`."""
    with gr.Row(visible=False, elem_id="turn-offer", equal_height=True) as box:
        gr.HTML(f"<p>{LIES}</p>", elem_classes=["hint"])
        accept = gr.Button(label("Turn the photo"), size="sm", elem_id="turn-photo", scale=0)
    return TurnBox(box, accept)


def offered(box: TurnBox, *, lies: bool) -> dict[Block, object]:
    """Offer to turn a photo that lies, and no other."""
    return {box.box: gr.Row(visible=lies)}
