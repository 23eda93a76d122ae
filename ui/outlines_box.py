"""The box "Ways to outline": the photo painted with several segmenters side by side."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.blocks import Block

from pipeline.io.encode import encode_png
from pipeline.settings import COMPARED, options
from pipeline.types import Photo
from ui.available import available_choices
from ui.previews import brief, fit, over_checker
from ui.session import Session
from ui.view_state import write_named
from ui.words import label, retold

if TYPE_CHECKING:
    from pipeline.compare import Comparison

ABOUT = label(
    "Where the face ends decides what stays the person's own. Each of these ways outlines it in "
    "your photo, at the settings that you chose, and what it outlines stays."
)
SEGMENTER = next(option for option in options() if option.flag == "segmenter")


@dataclass
class OutlinesBox:
    """The box's components."""

    segmenters: gr.CheckboxGroup
    compare: gr.Button
    cancel: gr.Button
    notes: gr.HTML
    pictures: gr.Gallery
    sheet: gr.DownloadButton

    @property
    def outputs(self) -> list[Block]:
        """The components that `view` updates."""
        return [self.pictures, self.sheet]


@dataclass(frozen=True)
class Outlined:
    """A comparison as the page shows it.

    `pictures`: (path of the preview, caption) for each version. `sheet`: the path of the contact
    sheet. `notes`: sentences for the person.
    """

    pictures: tuple[tuple[str, str], ...]
    sheet: str
    notes: tuple[str, ...]


def lay_out() -> OutlinesBox:
    """Make the box's components; call it inside the tab."""
    gr.HTML(f"<p>{ABOUT}</p>", elem_classes=["hint"])
    choices = available_choices(SEGMENTER)
    usual = [choice for _, choice in choices if choice in COMPARED]
    segmenters = gr.CheckboxGroup(
        choices, value=usual, label=label("Ways to outline"), elem_id="segmenters"
    )
    with gr.Row():
        compare = gr.Button(label("Compare outlines"), elem_id="compare-outlines", scale=3)
        cancel = gr.Button(
            label("Cancel"),
            variant="stop",
            elem_id="cancel-outlines",
            scale=1,
            min_width=90,
            visible=False,
        )
    notes = gr.HTML(elem_id="outlines-notes", elem_classes=["notes"])
    pictures = gr.Gallery(
        format="png",
        label=label("Outlines"),
        columns=2,
        height="auto",
        object_fit="contain",
        interactive=False,
        visible=False,
        buttons=["fullscreen"],
        elem_id="outlined",
        elem_classes=["captioned"],
    )
    sheet = gr.DownloadButton(label("Download the sheet (PNG)"), visible=False, elem_id="sheet")
    return OutlinesBox(segmenters, compare, cancel, notes, pictures, sheet)


def view(box: OutlinesBox, compared: Outlined | None) -> dict[Block, Any]:
    """Show a comparison, or hide the last one."""
    if compared is None:
        return {
            box.pictures: gr.Gallery(None, visible=False),
            box.sheet: gr.DownloadButton(visible=False),
        }
    return {
        box.pictures: gr.Gallery(list(compared.pictures), visible=True),
        box.sheet: gr.DownloadButton(value=compared.sheet, visible=True),
    }


def show_outlines(session: Session, comparison: "Comparison", photo: Photo) -> Outlined:
    """Write a comparison's previews and its sheet into the session's folder."""
    from pipeline.cli.comparison_sheet import columns_of, sheet

    pictures = tuple(
        (session.show("outlined", over_checker(fit(picture), photo.alpha)), "\n".join(lines))
        for picture, lines in columns_of(comparison)
    )
    for old in session.folder.glob("sheet-*/*.png"):
        old.unlink()
    file = write_named(
        encode_png(sheet(comparison)),
        session.folder / f"sheet-{secrets.token_hex(4)}",
        photo.name,
        "compared",
    )
    return Outlined(
        pictures, str(file), tuple(map(retold, (*map(brief, comparison.notes), *photo.notes)))
    )
