"""The box that shares a painting with a reviewer, and the list of what was shared."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from pipeline.types import PhotoError, Pixels
from ui.sharing.desk import lasts, shares_folder
from ui.sharing.store import Made
from ui.view_state import ViewState
from ui.words import label, later

HERE = Path(__file__)
SHARE, SHARING = label("Share photo and painting"), label("Sharing …")  # what the button says
LASTS = (
    (label("1 hour"), 1), (label("1 day"), 24), (label("3 days"), 72), (label("7 days"), 168),
)  # fmt: skip  # and its hours
USUAL_H = 24
WHAT = label(
    "Whoever has the link sees this photo, its painting and the settings, and may leave you a note "
    "that only you read. Both pictures are kept here, at most 1600 px and without place, time or "
    "camera, until the link ends or you end it."
)
NOT_KEPT = label("This Space has no disk that lasts: when it starts anew, every link ends early.")
SWEPT = later(
    "The painting is no longer on this machine: it was deleted, as promised. Paint it again."
)


def lay_out() -> dict[str, Any]:
    """Make the box, by its components' names on the page."""
    with gr.Accordion(label("Share it for comments"), open=False, elem_id="sharing"):
        gr.HTML(f"<p>{WHAT}</p>", elem_classes=["hint"], padding=False)
        if not lasts(shares_folder()):
            gr.HTML(f"<p><b>{NOT_KEPT}</b></p>", elem_classes=["hint"], padding=False)
        hours = gr.Radio(
            list(LASTS), value=USUAL_H, label=label("The link works for"), elem_id="lasts"
        )
        share = gr.Button(SHARE, elem_id="share")
    return {"lasts": hours, "share": share}


def lay_out_list() -> gr.HTML:
    """Make the list of what this browser has shared, hidden while it is empty."""
    return gr.HTML(
        {},
        html_template=HERE.with_suffix(".html").read_text(),
        js_on_load=HERE.with_suffix(".js").read_text(),
        apply_default_css=False,
        padding=False,
        elem_id="shares",
    )


def sharing() -> gr.Button:
    """Say that it is being shared."""
    return gr.Button(SHARING, interactive=False)


def shared() -> gr.Button:
    """Make the button ready for the next time."""
    return gr.Button(SHARE, interactive=True)


def pictures_of(state: ViewState) -> dict[str, Pixels]:
    """Read the photo and the painting as the page shows them.

    Raises: PhotoError: they were deleted meanwhile.
    """
    try:
        return {"photo": _pixels(state.before), "painting": _pixels(state.after)}
    except OSError as error:
        raise PhotoError(SWEPT) from error


def added(made: Made) -> dict[str, object]:
    """Tell the list of a new share."""
    return asdict(made)


def _pixels(path: str) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
