"""The shelf under the easel: what can be done with a finished painting, and how it was made."""

from typing import Any

import gradio as gr

from pipeline.variants import FILM_SECONDS
from ui import share_box
from ui.words import label

DOWNLOAD, WRITING = label("Download full size (PNG)"), label("Writing the file")
SMALL = label("For messages (JPEG)")  # `taking.js` makes it, and shares it where the browser can


def writing() -> gr.Button:
    """Say that the file is being written."""
    return gr.Button(WRITING, interactive=False)


def written() -> gr.Button:
    """Offer the file again."""
    return gr.Button(DOWNLOAD, interactive=True)


def lay_out() -> dict[str, Any]:
    """Make the shelf's components, by their names on the page; it is hidden without a painting."""
    with gr.Column(visible=False, elem_id="shelf") as shelf:
        with gr.Row(equal_height=True):
            download = gr.Button(DOWNLOAD, elem_id="download", min_width=150)
            small = gr.Button(SMALL, elem_id="small", min_width=150)
            sheet = gr.Button(label("Share"), elem_id="phone-sheet", min_width=150)
            watch = gr.Button(
                label("Watch it being painted"), elem_id="watch", min_width=150, visible=False
            )
            strokes = gr.Button(
                label("Strokes (SVG)"), elem_id="strokes", min_width=150, visible=False
            )
            link = gr.Button(label("Copy link to settings"), elem_id="link", min_width=150)
            file = gr.DownloadButton(visible=False)
        carried = gr.HTML(elem_id="carried", elem_classes=["size"])
        film = gr.Video(
            visible=False,
            interactive=False,
            autoplay=True,
            loop=False,
            label=label("Being painted"),
            buttons=["download"],
            elem_id="film",
        )
        size = gr.HTML(elem_id="size", elem_classes=["size"])
        with gr.Accordion(label("How it was made"), open=False, elem_id="made"):
            least, usual, most = FILM_SECONDS
            seconds = gr.Slider(
                least, most, usual, step=1, label=label("Length of the film"),
                info=label("In seconds."),
                visible=False, elem_id="seconds",
            )  # fmt: skip
            stages = gr.Gallery(
                format="png",
                label=label("Stage by stage"),
                columns=5,
                height="auto",
                object_fit="cover",
                interactive=False,
                buttons=["fullscreen"],
                elem_id="stages",
                elem_classes=["captioned"],
            )
        sharing = share_box.lay_out()  # last: what was shared is listed below the shelf
    return {
        **sharing,
        "shelf": shelf,
        "download": download,
        "small": small,
        "sheet": sheet,
        "strokes": strokes,
        "watch": watch,
        "link": link,
        "carried": carried,
        "file": file,
        "size": size,
        "film": film,
        "seconds": seconds,
        "stages": stages,
    }
