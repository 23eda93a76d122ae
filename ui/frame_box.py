"""The box "Turn, crop, paper and size": what of the photo is painted, and how large."""

from dataclasses import dataclass
from html import escape

import gradio as gr
from gradio.blocks import Block

from pipeline.io.encode import DPI
from pipeline.settings import Settings
from pipeline.stages.frame import frame, room
from pipeline.types import Photo, PhotoError
from ui.previews import FIELD_PX, bordered, fit, over_checker
from ui.session import Session
from ui.widgets import OPTIONS, PAINTER, PORTRAIT_STYLE, Control, widgets_of
from ui.words import label, later, number, retold, say

FLAGS = tuple(option.flag for option in OPTIONS if option.path[0] in ("frame", "result"))
# What was chosen for one photo: the next one stands by itself.
OF_ONE_PHOTO = ("turn", "straighten", "zoom", "across", "down", "mend")
SHOWN_BY = (*FLAGS, PAINTER, PORTRAIT_STYLE)  # strokes and prints are larger than a small photo
CM = 2.54  # an inch
LEAST_ROOM = 0.002  # of a side; less is the rounding of a px
PULL = later("Pull the picture to choose its part.")
TIMES = "\N{MULTIPLICATION SIGN}"


def of_a_new_photo() -> dict[str, object]:
    """Return, by flag, what stands by itself for each photo, as it usually is."""
    usual = Settings().flat()
    return {flag: usual[flag] for flag in OF_ONE_PHOTO}


@dataclass(frozen=True)
class FrameBox:
    """The box's components: what will be painted, and its size in words."""

    picture: gr.Image
    size: gr.HTML

    @property
    def outputs(self) -> list[Block]:
        """The components that `show` updates."""
        return [self.picture, self.size]


def lay_out() -> tuple[FrameBox, dict[str, Control]]:
    """Make the box and the controls in it by their flags; call it inside `gr.Blocks`."""
    with gr.Accordion(label("Turn, crop, paper and size"), open=False, elem_id="frame"):
        picture = gr.Image(
            visible=False,
            interactive=False,
            format="png",
            show_label=False,  # it would lie over heads
            buttons=[],
            height=240,
            elem_id="framed",
            alt_text=label("The photo as it will be painted"),
        )
        size = gr.HTML(elem_id="frame-size", elem_classes=["size"])
        controls = widgets_of(FLAGS)
    return FrameBox(picture, size), controls


def show(session: Session, photo: Photo | None, settings: Settings) -> tuple[gr.Image, str]:
    """Show what of a photo will be painted, or say why that cannot be."""
    hidden = gr.Image(None, visible=False)
    if photo is None:
        return hidden, ""
    try:
        framed = frame(photo, settings.frame)
    except PhotoError as error:
        return hidden, escape(retold(str(error)))
    seen = bordered(over_checker(fit(framed.pixels, FIELD_PX), framed.alpha), settings)
    picture = gr.Image(session.show("frame", seen), visible=True)
    said = say("What will be painted: {size}", size=describe_size(framed.size, settings))
    return picture, said + _movable(room(photo.size, settings.frame))


def _movable(room: tuple[float, float]) -> str:
    """Make the HTML that says that the picture can be pulled, which `framing.js` does, if it can.

    `room`: how far, in the picture's own sides.
    """
    if max(room) < LEAST_ROOM:
        return ""
    return f"<p data-room='{room[0]:.4f} {room[1]:.4f}'>{escape(str(PULL))}</p>"


def describe_size(framed: tuple[int, int], settings: Settings) -> str:
    """Say how large the result of a framed photo of (height, width) px becomes, and is printed."""
    from pipeline.steps.full_size import result_size

    h, w = result_size(framed, settings)
    return say(
        "{w} {times} {h} px, {wide} {times} {high} cm at {dpi} dpi",
        w=w, h=h, times=TIMES, wide=_cm(w), high=_cm(h), dpi=DPI[0],
    )  # fmt: skip


def _cm(px: int) -> str:
    """Return how long so many px are when printed, to a tenth where that matters."""
    cm = px / DPI[0] * CM
    return number(cm, 0 if cm >= 10 else 1)
