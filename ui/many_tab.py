"""The tab "Many": photos that are painted one after the other, by the settings beside it."""

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block

from ui.many import KINDS, MOST
from ui.words import label

ABOUT = label(
    "Up to {most} photos, painted one after the other as is set on this page, in one ZIP. "
    "Drop them here, or several at once anywhere on the page.",
    most=MOST,
)
ALL, ANEW = label("Paint them all"), label("Paint them again")


@dataclass
class ManyTab:
    """The tab's components. `items`: of `ui.many.Item`, the queue."""

    files: gr.File
    kind: gr.Radio
    paint: gr.Button
    cancel: gr.Button
    clear: gr.Button
    doing: gr.HTML
    queue: gr.HTML
    notes: gr.HTML
    items: gr.State

    @property
    def outputs(self) -> list[Block]:
        """The components that `view` updates."""
        return [
            self.files, self.items, self.queue, self.doing, self.notes, self.paint,
            self.cancel, self.clear,
        ]  # fmt: skip


def lay_out() -> ManyTab:
    """Make the tab's components; call it inside the tab."""
    gr.HTML(f"<p>{ABOUT}</p>", elem_classes=["hint"])
    files = gr.File(
        file_count="multiple", height=120, label=label("Photos"), elem_id="many-files",
        file_types=["image", ".heic", ".heif"],
    )  # fmt: skip
    with gr.Row(elem_id="many-tools", equal_height=True):
        paint = gr.Button(
            ALL, variant="primary", interactive=False, elem_id="paint-many",
            min_width=130,
        )  # fmt: skip
        cancel = gr.Button(
            label("Cancel"), variant="stop", visible=False, elem_id="cancel-many", min_width=90
        )
        clear = gr.Button(label("Begin anew"), visible=False, elem_id="clear-many", min_width=100)
        kind = gr.Radio(
            list(KINDS), value=next(iter(KINDS)), show_label=False, container=False,
            label=label("Saved as"), elem_id="many-kind", min_width=150,
        )  # fmt: skip
    doing = gr.HTML(elem_id="many-doing", apply_default_css=False)
    notes = gr.HTML(elem_id="many-notes", elem_classes=["notes"])
    queue = gr.HTML(elem_id="many-queue", apply_default_css=False)
    return ManyTab(files, kind, paint, cancel, clear, doing, queue, notes, gr.State(()))
