"""The looks: this photo in several ways, small, to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr
import numpy as np

from pipeline.settings import Settings, options
from pipeline.types import Face, Photo, Pixels
from pipeline.variants import PAINTERS, PORTRAIT_STYLES
from ui.previews import fit
from ui.session import LookPictures
from ui.style_box import LIKE, TILES
from ui.viewer import served
from ui.words import say

HERE = Path(__file__)
PHOTO_PX, SHOWN_PX = 400, 320  # the photo that a look is painted from; its picture
LEAST_SEEN = 0.35  # of the shorter side
LOWER = 0.15  # of a face, below its middle: collars are seen
NONE = LookPictures()
STAGES = ("paint", "style", "intensity", "segment", "blend")  # whose settings are a look's
USUAL = MappingProxyType(
    {o.flag: o.default for o in options() if o.path[0] in STAGES and o.flag != "segmenter"}
)


@dataclass(frozen=True)
class Look:
    """A way to paint. `changes`: its settings, by flag, where they are not the usual ones.

    `light`: whether it is a light alone, under which everything else stays as it was chosen, by
    other ways than another look: what that sets is not seen in this one's picture.
    """

    title: str
    changes: Mapping[str, object] = field(default_factory=dict)
    light: bool = False

    def of(self, settings: Settings) -> Settings:
        """Give settings this look; the photo's frame, the size and the rest stay."""
        own = self.light and not any(is_of(look, settings) for look in LOOKS if not look.light)
        usual = {"painter": USUAL["painter"]} if own else USUAL
        return settings.changed(**{**usual, **self.changes})


PORTRAITIST = next(key for key, painter in PAINTERS.items() if "portrait_style" in painter.own)
LOOKS = (
    Look("Monet"),
    Look(
        "Careful portrait",
        {"brush": 0.6, "looseness": 0.1, "keep": "hair", "face_strength": 0.9, "painterly": 0.5},
    ),
    Look("Loose Monet", {"brush": 1.8, "looseness": 0.95, "face_strength": 0.55}),
    Look("Morning", {"mood": "morning"}, light=True),
    Look("Dusk", {"mood": "dusk"}, light=True),
    Look("Winter", {"mood": "winter"}, light=True),
    Look("Person kept", {"keep": "person", "face_strength": 0.9}),
    Look("All painted", {"face_strength": 0.0, "face_detail": 0.6, "brush": 1.3}),
    *(
        Look(style.label, {"painter": PORTRAITIST, "portrait_style": name})
        for name, style in PORTRAIT_STYLES.items()
    ),
    Look("Like a picture", {"painter": LIKE}),
)
PAINTED = LOOKS[:-1]  # of the last one a person gives the picture
LIKE_TILE = TILES["night"]


def small(photo: Photo) -> Photo:
    """Shrink a photo to what looks are painted from."""
    pixels = fit(np.asarray(photo.pixels), PHOTO_PX)
    alpha = None if photo.alpha is None else fit(np.asarray(photo.alpha), PHOTO_PX)
    return replace(photo, pixels=pixels, alpha=alpha)


def hurried(settings: Settings) -> Settings:
    """Change settings so that a small picture is made soon: no strokes are rendered large."""
    return settings.changed(restore=False, size="photo")


def around_people(picture: Pixels, faces: Sequence[Face]) -> Pixels:
    """Cut the square around a picture's faces, as far as that is not most of it.

    On a tile a figure's face would be too small to tell one look from another. `faces`: in the
    picture's px; of a picture without any all is shown.
    """
    if not faces:
        return picture
    boxes, (high, wide) = np.array([face.box for face in faces]), picture.shape[:2]
    (left, top), (right, bottom) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    face = max(each.height for each in faces)
    side = max(right - left + face, bottom - top + face, LEAST_SEEN * min(high, wide))
    side = min(round(side), high, wide)
    x = round(min(max((left + right - side) / 2, 0), wide - side))
    y = round(min(max((top + bottom - side) / 2 + LOWER * face, 0), high - side))
    return picture[y : y + side, x : x + side]


def lay_out() -> gr.HTML:
    """Make the looks' component; it stays empty until something is painted."""
    return gr.HTML(
        shown(None),
        html_template=HERE.with_suffix(".html").read_text(),
        js_on_load="""element.addEventListener('click', event => {
          const look = event.target.closest('button');
          if (!look) return;
          // An answer may take a while.
          const mark = each => each.setAttribute('aria-pressed', String(each === look));
          element.querySelectorAll('button').forEach(mark);
          trigger('choose', {at: Number(look.dataset.at)});
        });""",
        apply_default_css=False,
        elem_id="looks",
    )


def shown(settings: Settings | None, pictures: LookPictures = NONE) -> dict[str, Any]:
    """Show the looks, as far as their `pictures` are there; which of them `settings` are is marked.

    Where they are none, the one that they were changed from is, faintly.

    One whose picture is awaited has the first one's, or the painting, pale. Without settings
    nothing is painted yet, and none is shown.
    """
    if settings is None:
        return {"looks": []}
    painted = pictures.painted
    missing = len(PAINTED) - len(painted)
    pale = painted[0] if painted else pictures.awaited
    files = (*painted, *[pale] * missing, str(LIKE_TILE))
    kinds = (*[""] * len(painted), *["awaited"] * missing, "")
    changed = changed_look(settings)
    looks = [
        {
            "title": say(look.title),
            "kind": kind,
            "picture": served(file) if file else "",
            "chosen": "mixed" if look is changed else str(is_of(look, settings)).lower(),
        }
        for look, file, kind in zip(LOOKS, files, kinds, strict=True)
    ]
    return {"looks": looks}


def changed_look(settings: Settings) -> Look | None:
    """Return the look that settings were changed from, as far as they tell; none if they are one.

    That is the look of their painter from which the fewest differ; lights go with any.
    """
    if any(is_of(look, settings) for look in LOOKS):
        return None
    flat = settings.flat()

    def changes(look: Look) -> int:
        wanted = look.of(settings).flat()
        return sum(wanted[flag] != flat[flag] for flag in USUAL)

    painter = settings.paint.painter
    of_painter = [
        look
        for look in PAINTED
        if not look.light and look.changes.get("painter", USUAL["painter"]) == painter
    ]
    return min(of_painter, key=changes, default=None)


def is_of(look: Look, settings: Settings) -> bool:
    """Tell whether settings have a look."""
    if look not in PAINTED:
        return settings.paint.painter == LIKE
    return look.of(settings) == settings
