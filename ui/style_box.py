"""The pictures that a photo is painted like: dropped, or chosen from the gallery."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from pipeline.io.image_files import read_photo
from pipeline.io.style_images import style_of
from pipeline.settings import Settings
from pipeline.types import PhotoError, PromptError, Style
from pipeline.variants import PAINTERS
from ui.examples import ROOT, Example
from ui.widgets import OPTIONS, Control, widget

LIKE = next(key for key, painter in PAINTERS.items() if painter.needs_style)
GALLERY = {
    file.stem: Example(file.stem.capitalize(), file)
    for file in sorted((ROOT / "examples" / "styles").glob("*.jpg"))
}
NAME = "like"  # what a link calls the picture of the gallery that it names
MONETS = ("brush", "mood", "broad", "canvas")  # what means nothing to it
DELETED = (
    "Your style picture is no longer on this machine: it was deleted, as promised. Add it again."
)
FIELDS = 4  # how many of the values of an event are the box's


@dataclass(frozen=True)
class StyleBox:
    """What events read and write: `fields` are the values that `files_of` takes; `name`: the picture's in the gallery, or nothing."""

    box: gr.Column
    picture: gr.Image
    name: gr.Textbox
    other: gr.Image
    share: gr.Slider
    mask: gr.Image
    gallery: dict[str, gr.Button]

    @property
    def fields(self) -> list[gr.components.Component]:
        """The components whose values say what is painted like what."""
        return [self.picture, self.other, self.share, self.mask]


def lay_out() -> tuple[StyleBox, dict[str, Control]]:
    """Make the box, hidden until its painter is chosen, and the controls in it by their flags; call it inside `gr.Blocks`."""
    with gr.Column(visible=False, elem_id="style-box") as box:
        picture = _field(
            "Paint it like this picture", "style", "A picture whose style the photo gets"
        )
        with gr.Row(elem_id="style-gallery"):
            gallery = {
                name: gr.Button(style.title, icon=str(style.path), size="sm", min_width=60)
                for name, style in GALLERY.items()
            }
        name = gr.Textbox(visible="hidden", elem_id="style-name", elem_classes=["unseen"])
        with gr.Accordion("Style", open=False, elem_id="style-tune"):
            controls = {
                option.flag: widget(option) for option in OPTIONS if option.path[0] == "style"
            }
            other = _field(
                "And like this one", "other-style", "A second picture whose style is mixed in"
            )
            share = gr.Slider(
                0.05,
                0.95,
                value=0.5,
                step=0.05,
                label="Share of the second picture",
                elem_id="style-share",
            )
            mask = _field(
                "Where the first one's style counts",
                "style-mask",
                "A mask of the first picture",
                "Drop a mask: white where it counts",
            )
    return StyleBox(box, picture, name, other, share, mask, gallery), controls


def _field(
    label: str, name: str, alt: str, asks: str = "Drop any painting, drawing or pattern"
) -> gr.Image:
    return gr.Image(
        type="filepath",
        format="png",
        label=label,
        height=170,
        buttons=[],
        elem_id=name,
        alt_text=alt,
        placeholder=asks,
    )


def unfold(painter: str) -> list[dict[str, object]]:
    """Return the box, and the controls of `MONETS`, as they are under a painter."""
    return [
        gr.update(visible=PAINTERS[painter].needs_style),
        *(gr.update(visible=PAINTERS[painter].moods) for _ in MONETS),
    ]


def choose(name: str) -> tuple[str, str]:
    """Return a picture of the gallery, and its name."""
    return str(GALLERY[name].path), name


def from_link(query: Mapping[str, str], painter: str) -> tuple[tuple[str, str] | None, list[str]]:
    """Return the picture of the gallery that a link names, and what a visitor has to know where its painter needs one that is not there."""
    name = query.get(NAME, "")
    if name in GALLERY:
        return choose(name), []
    if not PAINTERS[painter].needs_style:
        return None, []
    return None, [
        "The link cannot carry the picture that it was painted like; add it, or choose one of the gallery."
    ]


@dataclass(frozen=True)
class StyleFile:
    """A style picture as the page remembers it: its file, its share, and the file of its mask."""

    path: Path
    share: float = 1.0
    mask: Path | None = None

    def read(self) -> Style:
        """Read the picture and its mask.

        Raises: PhotoError: one cannot be read, or was deleted meanwhile.
        """
        for path in filter(None, (self.path, self.mask)):
            if not path.exists():
                raise PhotoError(DELETED)
        return style_of(read_photo(self.path), self.share, self.mask and read_photo(self.mask))


def files_of(
    settings: Settings, picture: object, other: object, share: object, mask: object
) -> tuple[StyleFile, ...]:
    """Return the pictures in the box with their shares, the first one with its mask; none where another painter paints.

    Raises: PromptError: there is a mask and no picture that it belongs to.
    """
    if not PAINTERS[settings.paint.painter].needs_style:
        return ()
    first, second, where = (_path(field) for field in (picture, other, mask))
    if where and not first:
        raise PromptError(
            "Wanted the picture that the mask belongs to, found none; add it, or take the mask away."
        )
    part = float(share) if isinstance(share, int | float) and 0 < share < 1 else 0.5
    shares = (1 - part, part) if first and second else (1.0, 1.0)
    found = zip((first, second), shares, (where, None), strict=True)
    return tuple(StyleFile(path, each, shown) for path, each, shown in found if path)


def _path(field: object) -> Path | None:
    return Path(str(field["path"])) if isinstance(field, dict) and field.get("path") else None
