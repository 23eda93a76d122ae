"""What stands where on the page."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pipeline.variants import FILM_SECONDS
from ui import compare_tab, correct_tab, faces_tab, frame_box, style_box
from ui.examples import EXAMPLES
from ui.sessions import DELETED_AFTER_MIN
from ui.widgets import MAIN, OPTIONS, PAINTER, Control, widget

TITLE = "Portraits after Monet"
LOOKS_S = 0.5  # between two looks at what is painted, while something is
HEADER = f"<h1>{TITLE}</h1><p>The scene becomes a painting. The person in it stays the person.</p>"
PRIVACY = (
    "Your photo stays on the machine that serves this page, unseen by others and never logged; "
    f"it is deleted within {DELETED_AFTER_MIN} minutes of your last use."
)
PAINTING = "painting"  # the tab of the result
EMPTY = "Add a photo and press Paint, or choose an example.<br>Your painting will hang here."


def empty_panel(said: str) -> str:
    """Make the HTML of the result panel while it shows no painting."""
    return f"<div id='empty'><p>{said}</p></div>"


@dataclass
class Page:
    """The components that events read and write.

    `widgets`: the controls of the settings, in the order of `OPTIONS`.
    """

    photo: gr.Image
    examples: list[gr.Button]
    paint: gr.Button
    cancel: gr.Button
    keep: gr.Button
    style: style_box.StyleBox
    frame: frame_box.FrameBox
    preview: gr.Image
    empty: gr.HTML
    result: gr.Column
    slider: gr.ImageSlider
    stages: gr.Gallery
    notes: gr.HTML
    download: gr.Button
    file: gr.DownloadButton
    watch: gr.Button
    seconds: gr.Slider
    film: gr.Video
    link: gr.Button
    size: gr.HTML
    tabs: gr.Tabs
    correct: correct_tab.CorrectTab
    faces: faces_tab.FacesTab
    comparison: compare_tab.CompareTab
    status: gr.HTML
    state: gr.State  # of ui.view_state.ViewState, or None
    again: gr.State  # of ui.handlers.Again, or None
    timer: gr.Timer
    widgets: list[Control] = field(default_factory=list)


def lay_out() -> Page:
    """Make every component in its place; call it inside `gr.Blocks`."""
    # Served where they are: copies in Gradio's cache, as buttons' icons are, would be swept.
    gr.set_static_paths([e.path for e in (*EXAMPLES, *style_box.GALLERY.values())])
    gr.HTML(HEADER, elem_id="head")
    with gr.Row(equal_height=False):
        with gr.Column(scale=4, min_width=300):
            photo = gr.Image(
                type="filepath",
                format="png",
                label="Photo",
                height=300,
                buttons=["fullscreen"],
                elem_id="photo",
                alt_text="The photo you chose",
                placeholder="Drop a photo here, or click to choose one",
            )
            gr.HTML(PRIVACY, elem_id="privacy")
            with gr.Row(elem_id="examples"):
                examples = [
                    gr.Button(e.title, icon=str(e.path), size="sm", min_width=60) for e in EXAMPLES
                ]
            with gr.Row():
                paint = gr.Button("Paint", variant="primary", elem_id="paint", scale=3)
                cancel = gr.Button(
                    "Cancel", variant="stop", elem_id="cancel", scale=1, min_width=90, visible=False
                )
                keep = gr.Button(
                    "Keep it as it is", elem_id="keep-as-is", scale=2, min_width=130, visible=False
                )
            made = {option.flag: widget(option) for option in OPTIONS if option.flag == PAINTER}
            style, styling = style_box.lay_out()
            made |= styling | {
                option.flag: widget(option) for option in OPTIONS if option.flag in MAIN
            }
            frame, framing = frame_box.lay_out()
            made |= framing
            with gr.Accordion("Fine-tune", open=False, elem_id="fine-tune"):
                made |= {
                    option.flag: widget(option) for option in OPTIONS if option.flag not in made
                }
        with gr.Column(scale=7, min_width=320):
            right = _lay_out_panel()
            status = gr.HTML(elem_id="status")
    return Page(
        photo,
        examples,
        paint,
        cancel,
        keep,
        style,
        frame,
        **right,
        status=status,
        state=gr.State(),
        again=gr.State(),
        timer=gr.Timer(LOOKS_S),
        widgets=[made[option.flag] for option in OPTIONS],
    )


def _lay_out_panel() -> dict[str, Any]:
    with gr.Column(elem_id="wall"):
        notes = gr.HTML(elem_id="notes", elem_classes=["notes"])
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Painting", id=PAINTING):
                painting = _lay_out_result()
            with gr.Tab("Correct", id="correct"):
                correct = correct_tab.lay_out()
            with gr.Tab("Faces", id="faces-tab"):
                faces = faces_tab.lay_out()
            with gr.Tab("Compare", id="compare"):
                comparison = compare_tab.lay_out()
    return {
        "notes": notes,
        "tabs": tabs,
        "correct": correct,
        "faces": faces,
        "comparison": comparison,
        **painting,
    }


def _lay_out_result() -> dict[str, gr.blocks.Block]:
    preview = gr.Image(
        visible=False,
        interactive=False,
        format="png",
        label="So far",
        buttons=[],
        elem_id="preview",
        alt_text="The painting so far",
    )
    empty = gr.HTML(empty_panel(EMPTY), elem_id="empty-wall")
    with gr.Column(visible=False, elem_id="result") as result:
        slider = gr.ImageSlider(
            format="png",
            label="Before and after",
            interactive=False,
            max_height=720,
            buttons=["fullscreen"],
            elem_id="slider",
        )
        with gr.Row():
            download = gr.Button("Download full size (PNG)", elem_id="download", min_width=150)
            watch = gr.Button(
                "Watch it being painted", elem_id="watch", min_width=150, visible=False
            )
            link = gr.Button("Copy link", elem_id="link", min_width=150)
            file = gr.DownloadButton(visible=False)
        least, usual, most = FILM_SECONDS
        seconds = gr.Slider(
            least, most, usual, step=1, label="Length of that film", info="In seconds.",
            visible=False, elem_id="seconds",
        )  # fmt: skip
        size = gr.HTML(elem_id="size", elem_classes=["size"])
        film = gr.Video(
            visible=False,
            interactive=False,
            autoplay=True,
            loop=False,
            label="Being painted",
            buttons=["download"],
            elem_id="film",
        )
        stages = gr.Gallery(
            format="png",
            label="Stage by stage",
            columns=5,
            height="auto",
            object_fit="cover",
            interactive=False,
            buttons=["fullscreen"],
            elem_id="stages",
            elem_classes=["captioned"],
        )
    return {
        "preview": preview,
        "empty": empty,
        "result": result,
        "slider": slider,
        "stages": stages,
        "download": download,
        "file": file,
        "watch": watch,
        "seconds": seconds,
        "film": film,
        "link": link,
        "size": size,
    }
