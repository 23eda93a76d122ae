"""Fine-tune: every other setting, in groups, each with the way back."""

from dataclasses import dataclass

import gradio as gr

from pipeline.settings import Settings
from ui.widgets import Control, widgets_of
from ui.words import label

GROUPS = {
    label("Painting"): (
        "painter", "mood", "network_mood", "fast_style", "fast_second", "fast_mix",
        "portrait_style", "impasto", "strength", "palette", "canvas",
    ),
    label("Face"): ("face_detail", "painterly", "harmony", "proportions", "proportions_of"),
    label("Old or dark photo"): (
        "mend", "brighten", "color_cast", "guessed_colors", "restoration", "fidelity",
        "restored_faces",
    ),
    label("Outline"): ("keep", "kept_faces", "feather"),
    label("For experts"): ("segmenter", "detector", "weights"),
}  # fmt: skip
NOTHING = label(
    "No setting in this box has these words. Brush size, Looseness and Face like the photo are "
    "above it; paper, border, crop and size are in Turn, crop, paper and size. People, clothes and "
    "things that shall stay as in the photo are chosen under the painting, by What stays."
)
# Each is a slider's 0, which is on the page: only commands and programs need the switch.
SWITCHES = {"paint": "strength", "restore": "restoration", "keep_face": "face_strength"}


@dataclass(frozen=True)
class FineTune:
    """The box's components.

    `find`: words to look for among the settings. `makers`: which weights made what is shown.
    """

    find: gr.Textbox
    reset: gr.Button
    makers: gr.HTML


def lay_out() -> tuple[FineTune, dict[str, Control]]:
    """Make the box and the controls in it by their flags; call it inside `gr.Blocks`."""
    with gr.Accordion(label("Fine-tune"), open=False, elem_id="fine-tune"):
        find = gr.Textbox(
            placeholder=label("Find a setting"), show_label=False, container=False, elem_id="find"
        )
        gr.HTML(f"<p role='status' hidden>{NOTHING}</p>", elem_id="nothing-found")
        made = {}
        for title, flags in GROUPS.items():
            with gr.Accordion(title, open=False, elem_classes=["group"]) as group:
                made |= widgets_of(flags)
        with group:  # the last one is for experts
            makers = gr.HTML(elem_id="makers", elem_classes=["size"])
        reset = gr.Button(label("Reset all settings"), elem_id="reset")
    with gr.Column(visible=False):
        made |= widgets_of(SWITCHES)
    return FineTune(find, reset, makers), made


def without_switches(settings: Settings) -> Settings:
    """Say by its slider what a switch says that the page does not have."""
    off = [switch for switch in SWITCHES if not settings.flat()[switch]]
    return settings.changed(**dict.fromkeys(off, True), **{SWITCHES[each]: 0.0 for each in off})
