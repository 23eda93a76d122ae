"""The pictures that a photo is painted like: dropped, or chosen from the gallery."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import gradio as gr
from gradio.blocks import Block
from gradio.i18n import I18nData

from pipeline.io.image_files import read_photo
from pipeline.io.style_images import style_of
from pipeline.settings import Settings
from pipeline.types import PhotoError, PromptError, Style
from pipeline.variants import PAINTERS, needs_style
from ui.examples import ROOT, Example
from ui.widgets import OPTIONS, OWN, Control, widgets_of
from ui.words import label, later, say

LIKE = next(key for key, painter in PAINTERS.items() if painter.needs_style)
GALLERY = {
    file.stem: Example(file.stem.capitalize(), file)
    for file in sorted((ROOT / "examples" / "styles").glob("*.jpg"))
}
# What the gallery shows of each: an example painted like it, or for a mood, which takes the
# picture's light alone, the picture.
TILES = {name: style.path.parent / "painted" / style.path.name for name, style in GALLERY.items()}
NAME = "like"  # what a link calls the picture of the gallery that it names
DELETED = later(
    "Your style picture is no longer on this machine: it was deleted, as promised. Add it again."
)
NOT_CARRIED = later(
    "Neither a link nor a painting can carry the picture that it was painted like; "
    "add it, or choose one of the gallery."
)
NOTHING_BEHIND: Mapping[Path, tuple[Path, str]] = MappingProxyType({})
ASKS = label("Drop any painting, drawing or pattern")
LIKE_IT, LIGHT_OF = label("Paint it like this picture"), label("In the light of this picture")
FIELDS = 4  # how many of the values of an event are the box's


@dataclass(frozen=True)
class StyleBox:
    """The box's components. `name`: what the gallery calls the picture, or nothing."""

    box: gr.Column
    tune: gr.Accordion
    picture: gr.Image
    name: gr.Textbox
    other: gr.Image
    weight: gr.Slider
    mask: gr.Image
    gallery: dict[str, gr.Button]

    @property
    def pictures(self) -> list[gr.Image]:
        """The components that hold a picture."""
        return [self.picture, self.other, self.mask]

    @property
    def titled(self) -> list[Block]:
        """The components that show what a picture is for."""
        return [self.picture, *self.gallery.values()]

    @property
    def fields(self) -> list[gr.components.Component]:
        """The components whose values `files_of` takes, in its order."""
        return [self.picture, self.other, self.weight, self.mask]


def lay_out() -> tuple[StyleBox, dict[str, Control]]:
    """Make the box, hidden until its painter is chosen, and the controls in it by their flags.

    Call it inside `gr.Blocks`.
    """
    with gr.Column(visible=False, elem_id="style-box") as box:
        picture = _field(
            LIKE_IT,
            "style",
            label("A picture whose style or colors the photo gets"),
        )
        with gr.Row(elem_id="style-gallery"):
            gallery = {
                name: gr.Button(label(style.title), icon=str(TILES[name]), size="sm", min_width=60)
                for name, style in GALLERY.items()
            }
        name = gr.Textbox(visible="hidden", elem_id="style-name", elem_classes=["unseen"])
        with gr.Accordion(label("Style"), open=False, elem_id="style-tune") as tune:
            controls = widgets_of([o.flag for o in OPTIONS if o.path[0] == "style"])
            other = _field(
                label("And like this one"),
                "other-style",
                label("A second picture whose style is mixed in"),
            )
            weight = gr.Slider(
                0.05,
                0.95,
                value=0.5,
                step=0.05,
                label=label("Share of the second picture"),
                elem_id="style-share",
            )
            mask = _field(
                label("Where the first one's style counts"),
                "style-mask",
                label("A mask of the first picture"),
                label("Drop a mask: white where it counts"),
            )
    return StyleBox(box, tune, picture, name, other, weight, mask, gallery), controls


def _field(title: I18nData, name: str, alt: I18nData, asks: I18nData = ASKS) -> gr.Image:
    return gr.Image(
        type="filepath",
        format="png",
        label=title,
        height=170,
        buttons=[],
        elem_id=name,
        alt_text=alt,
        placeholder=asks,
    )


def unfold(painter: str, mood: str) -> list[dict[str, object]]:
    """Show the box where a picture is wanted, and each control under the painters it is for.

    What tunes how a painter paints like it is for that painter only; a mood takes its light.
    """
    like = PAINTERS[painter].needs_style
    return [
        gr.update(visible=needs_style(painter, mood)),
        gr.update(visible=like),
        *titled(like=like),
        *(gr.update(visible=flag in PAINTERS[painter].own) for flag in OWN),
    ]


def titled(*, like: bool) -> list[dict[str, object]]:
    """Say in `StyleBox.titled` what a picture is for: to be painted like, or for its light."""
    return [
        gr.update(label=LIKE_IT if like else LIGHT_OF),
        *(gr.update(icon=str(TILES[name] if like else GALLERY[name].path)) for name in GALLERY),
    ]


def choose(name: str) -> tuple[str, str]:
    """Choose a picture of the gallery; return its path and its name."""
    return str(GALLERY[name].path), name


def from_link(
    query: Mapping[str, str], settings: Settings
) -> tuple[tuple[str, str] | None, list[str]]:
    """Find the picture of the gallery that a link names.

    Return its path and its name, or None, and a sentence where a picture is needed that the link
    does not carry.
    """
    name = query.get(NAME, "")
    if name in GALLERY:
        return choose(name), []
    return None, not_carried(settings)


def not_carried(settings: Settings) -> list[str]:
    """Return the sentence for settings that need a picture, which did not come along."""
    return [str(NOT_CARRIED)] if wants_picture(settings) else []


def wants_picture(settings: Settings) -> bool:
    """Tell whether settings need a picture in the box."""
    return needs_style(settings.paint.painter, settings.paint.mood)


@dataclass(frozen=True)
class StyleFile:
    """A style picture as the page remembers it: its file, its weight, and the file of its mask.

    `weight`, in (0, 1], is how much it counts beside a second one; both add up to 1.
    """

    path: Path
    weight: float = 1.0
    mask: Path | None = None

    def read(self) -> Style:
        """Read the picture and its mask.

        Raises: PhotoError: one cannot be read, or was deleted meanwhile.
        """
        for path in filter(None, (self.path, self.mask)):
            if not path.exists():
                raise PhotoError(DELETED)
        mask = self.mask and read_photo(self.mask)
        return style_of(read_photo(self.path), self.weight, mask)


def files_of(
    settings: Settings,
    picture: object,
    other: object,
    weight: object,
    mask: object,
    *,
    behind: Mapping[Path, tuple[Path, str]] = NOTHING_BEHIND,
) -> tuple[StyleFile, ...]:
    """Collect the pictures in the box with their weights, the first one with its mask.

    Other painters and moods use none. `behind`: by preview in a field, the picture's file and name.

    Raises: PromptError: there is a mask and no picture that it belongs to.
    """
    if not wants_picture(settings):
        return ()
    fields = (_path(field) for field in (picture, other, mask))
    first, second, where = (path and behind.get(path, (path, ""))[0] for path in fields)
    if where and not first:
        raise PromptError(
            say(
                "Wanted the picture that the mask belongs to, found none; "
                "add it, or take the mask away."
            )
        )
    of_other = float(weight) if isinstance(weight, int | float) and 0 < weight < 1 else 0.5
    weights = (1 - of_other, of_other) if first and second else (1.0, 1.0)
    found = zip((first, second), weights, (where, None), strict=True)
    return tuple(StyleFile(path, each, masked) for path, each, masked in found if path)


def _path(field: object) -> Path | None:
    return Path(str(field["path"])) if isinstance(field, dict) and field.get("path") else None
