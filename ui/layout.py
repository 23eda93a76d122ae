"""What stands where on the page."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from ui import (
    album,
    compare_tab,
    easel,
    film_tab,
    fine_tune,
    frame_box,
    looks,
    many_tab,
    mend_box,
    offers,
    share_box,
    shelf,
    style_box,
    train_tab,
)
from ui.examples import EXAMPLES, OPENING
from ui.sessions import DELETED_AFTER_MIN
from ui.widgets import EASY, OPTIONS, Control, widgets_of
from ui.words import label

TITLE = "Portraits after Monet"
CHOOSE, PAINT, AGAIN = (
    label("Choose a photo"),
    label("Paint"),
    label("Paint again"),
)  # what the first button says
LOOKS_S = 0.25  # between two looks at what is painted, while something is
HEADER, PRIVACY = (
    Path(__file__).with_name(name).read_text() for name in ("head.html", "privacy.html")
)


@dataclass
class Page:
    """The components that events read and write.

    `widgets`: the controls of the settings, in the order of `OPTIONS`.
    """

    photo: gr.Image
    anywhere: gr.UploadButton  # what is dropped or pasted beside the photo's field
    arrived: gr.Textbox  # another text for each photo that is to be painted by itself
    by_itself: gr.Checkbox
    repaint: gr.Button  # pressed by the page's script
    examples: list[gr.Button]
    paint: gr.Button
    cancel: gr.Button
    keep: gr.Button
    looks: gr.HTML
    style: style_box.StyleBox
    frame: frame_box.FrameBox
    fine_tune: fine_tune.FineTune
    easel: gr.HTML
    doing: gr.HTML
    stages: gr.Gallery
    notes: gr.HTML
    download: gr.Button
    file: gr.DownloadButton
    small: gr.Button
    sheet: gr.Button  # the phone's
    strokes: gr.Button
    watch: gr.Button
    seconds: gr.Slider
    film: gr.Video
    shelf: gr.Column
    link: gr.Button
    carried: gr.HTML  # what a copied link carries, in words
    lasts: gr.Radio  # hours that a share lasts
    share: gr.Button
    shares: gr.HTML  # what this browser has shared
    album: album.Album
    size: gr.HTML
    tabs: gr.Tabs
    key: gr.Textbox  # by which the page, opened anew, finds what it held
    comparison: compare_tab.CompareTab
    film_tab: film_tab.FilmTab
    train_tab: train_tab.TrainTab
    offers: dict[str, offers.Offer]  # by the settings' flags
    mend_box: mend_box.MendBox
    many_tab: many_tab.ManyTab
    status: gr.HTML
    state: gr.State  # of ui.view_state.ViewState, or None
    again: gr.State  # of ui.handlers.Again, or None
    timer: gr.Timer
    widgets: list[Control] = field(default_factory=list)

    @property
    def controls(self) -> dict[str, Control]:
        """The settings' controls, by their flags."""
        return {option.flag: each for option, each in zip(OPTIONS, self.widgets, strict=True)}

    @property
    def open(self) -> dict[str, Control]:
        """The controls, by flag, that offer files of a person's own."""
        return {option.flag: self.controls[option.flag] for option in OPTIONS if option.open}

    @property
    def tellers(self) -> list[gr.HTML]:
        """The components that say what is done now, over what is looked at, as `ui.run` counts."""
        return [self.doing, self.comparison.doing, self.film_tab.doing]


def lay_out() -> Page:
    """Make every component in its place; call it inside `gr.Blocks`.

    On a phone all stands in one column: the easel first, which stays in view.
    """
    # Served where they are: copies in Gradio's cache, as buttons' icons are, would be swept.
    shown = [example.path for example in (*EXAMPLES, *style_box.GALLERY.values())]
    tiles = style_box.TILES.values()
    gr.set_static_paths([OPENING, *shown, *tiles, *(example.small for example in EXAMPLES)])
    gr.HTML(html_template=HEADER, elem_id="head")
    with gr.Row(equal_height=False, elem_id="room"):
        with gr.Column(scale=7, min_width=320, elem_id="left"):
            left = easel.lay_out()
            left["album"] = album.lay_out()
            left["notes"] = gr.HTML(elem_id="notes", elem_classes=["notes"])
            left["mend_box"] = mend_box.lay_out()
            left |= shelf.lay_out()
            left["shares"] = share_box.lay_out_list()
        with gr.Column(scale=3, min_width=300, elem_id="aside"):
            right, made = _lay_out_controls()
            status = gr.HTML(elem_id="status")
    return Page(
        **left,
        **right,
        status=status,
        state=gr.State(),
        again=gr.State(),
        timer=gr.Timer(LOOKS_S),
        widgets=[made[option.flag] for option in OPTIONS],
    )


def _lay_out_controls() -> tuple[dict[str, Any], dict[str, Control]]:
    """Make what begins a painting, by names on the page, and the settings' controls, by flag."""
    with gr.Column(elem_id="photo-room"):
        photo = gr.Image(
            type="filepath",
            format="png",
            label=label("Photo"),
            height=220,
            buttons=["fullscreen"],
            elem_id="photo",
            alt_text=label("The photo you chose"),
            placeholder=label("Drop a photo here, or choose one"),
        )
    anywhere = gr.UploadButton(visible="hidden", elem_id="anywhere")
    arrived = gr.Textbox(visible="hidden", elem_id="arrived", elem_classes=["unseen"])
    key = gr.Textbox(visible="hidden", elem_id="page-key", elem_classes=["unseen"])
    with gr.Row(elem_id="begin"):
        paint = gr.Button(CHOOSE, variant="primary", elem_id="paint", scale=3)
        cancel = gr.Button(
            label("Cancel"), variant="stop", elem_id="cancel", scale=1, min_width=104, visible=False
        )
        keep = gr.Button(
            label("Keep it as it is"), elem_id="keep-as-is", scale=2, min_width=130, visible=False
        )
        gr.Button(label("Another photo"), elem_id="another", scale=2, min_width=120)
        repaint = gr.Button(visible="hidden", elem_id="repaint")
    by_itself = gr.Checkbox(
        True, label=label("Paint by itself after a change"), container=False, elem_id="by-itself"
    )
    with gr.Row(elem_id="examples"):
        examples = [
            gr.Button(label(e.title), icon=str(e.small), size="sm", min_width=60) for e in EXAMPLES
        ]
    gr.HTML({"minutes": DELETED_AFTER_MIN}, html_template=PRIVACY, elem_id="privacy")
    ways = looks.lay_out()
    style, styling = style_box.lay_out()
    with gr.Column(elem_id="easy"):
        made = styling | widgets_of(EASY)
    frame, framing = frame_box.lay_out()
    tune, tuning = fine_tune.lay_out()
    made |= framing | tuning
    named = {
        "photo": photo,
        "anywhere": anywhere,
        "arrived": arrived,
        "key": key,
        "by_itself": by_itself,
        "repaint": repaint,
        "paint": paint,
        "cancel": cancel,
        "keep": keep,
        "examples": examples,
        "looks": ways,
        "style": style,
        "frame": frame,
        "fine_tune": tune,
    }
    return named, made
