"""The box under a painting that shows what of an old photo is mended."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from ui import viewer
from ui.easel import bare
from ui.words import later

LOOKING = later("Looking for scratches and spots.")


@dataclass(frozen=True)
class MendBox:
    """The box's components, hidden until somebody looks at what is mended."""

    panel: gr.Column
    viewer: gr.HTML

    @property
    def outputs(self) -> list[Block]:
        """The components that `hidden` and `opened` update."""
        return [self.panel, self.viewer]

    def hidden(self) -> dict[Block, object]:
        """Show nothing."""
        return {self.panel: gr.Column(visible=False), self.viewer: {}}

    def opened(self) -> dict[Block, object]:
        """Say that what is mended is being looked for, which takes a few seconds."""
        return {self.panel: gr.Column(visible=True), self.viewer: bare(LOOKING)}


def lay_out() -> MendBox:
    """Make the box; call it inside `gr.Blocks`."""
    with gr.Column(visible=False, elem_id="mend-panel") as panel:
        seen = viewer.lay_out({}, "mend-viewer")
    return MendBox(panel, seen)
