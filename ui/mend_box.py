"""The offer to mend a photo that seems to have scratches, and the viewer of what is mended."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from ui import viewer
from ui.words import Text, label, later

FLAG = "mend"
OFFER = later("This photo seems to have scratches or spots.")
MENDS = later("The photo is mended before it is painted.")


@dataclass(frozen=True)
class MendBox:
    """The box's components; all is hidden until there is something to offer.

    `look`: opens `panel`, where `viewer` shows what is mended.
    """

    box: gr.Row
    said: gr.HTML
    accept: gr.Button
    look: gr.Button
    panel: gr.Column
    viewer: gr.HTML

    @property
    def outputs(self) -> list[Block]:
        """The components that `offered` and `hidden` update."""
        return [self.box, self.said, self.accept, self.panel, self.viewer]


def lay_out() -> MendBox:
    """Make the box; call it inside `gr.Blocks`."""
    with gr.Row(visible=False, elem_id="mend-offer", equal_height=True) as box:
        said = gr.HTML(elem_classes=["hint"])
        accept = gr.Button(
            label("Mend them"), size="sm", elem_id="mend-photo", min_width=110, scale=0
        )
        look = gr.Button(
            label("Look at them"), size="sm", elem_id="mend-look", min_width=110, scale=0
        )
    with gr.Column(visible=False, elem_id="mend-panel") as panel:
        seen = viewer.lay_out({}, "mend-viewer")
    return MendBox(box, said, accept, look, panel, seen)


def offered(box: MendBox, *, worn: bool, mends: bool) -> dict[Block, object]:
    """Offer to mend a photo that is worn; where it is mended, to look at what is."""
    return {
        box.box: gr.Row(visible=worn or mends),
        box.said: _status(MENDS if mends else OFFER),
        box.accept: gr.Button(visible=not mends),
    }


def hidden(box: MendBox) -> dict[Block, object]:
    """Offer nothing, and show nothing."""
    return {box.box: gr.Row(visible=False), box.panel: gr.Column(visible=False), box.viewer: {}}


def _status(words: Text) -> str:
    return f"<p role='status'>{words}</p>"
