"""The album: the last ten paintings, small, under the easel; the visitor's browser keeps them.

Nothing of it stays on the server: the page tells its script (`album.js`) what to keep, and the
script brings it back through an upload button.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from pipeline.ops.resample import pixels_resized
from pipeline.settings import Settings
from pipeline.stages.border import inside, lay
from pipeline.stages.frame import frame
from pipeline.steps.ways import in_strokes
from pipeline.types import Photo, Pixels
from pipeline.variants import PAINTERS
from ui import looks
from ui.card import Card, written
from ui.previews import fit, over_checker
from ui.session import Session
from ui.sessions import DELETED_AFTER_MIN
from ui.style_box import GALLERY
from ui.view_state import ViewState
from ui.viewer import served

HERE = Path(__file__)
MOST_PIXELS = 2_000_000  # of a photo that is kept
PARCEL = ("photo", "painting", "card")  # the files in which a kept painting comes back, in order
Told = dict[str, Any]  # what `album.js` reads


@dataclass(frozen=True)
class Album:
    """The album's components. `parcel`: a hidden button, through which kept paintings come back."""

    row: gr.HTML
    parcel: gr.UploadButton


def lay_out() -> Album:
    """Make the album's components; nothing is seen of it until something is kept."""
    row = gr.HTML(
        {},
        html_template=HERE.with_suffix(".html").read_text(),
        js_on_load=HERE.with_suffix(".js").read_text(),
        apply_default_css=False,
        elem_id="album",
        minutes=DELETED_AFTER_MIN,
    )
    parcel = gr.UploadButton(visible="hidden", file_count="multiple", elem_id="parcel")
    return Album(row, parcel)


def told(session: Session, state: ViewState, photo: Photo) -> Told:
    """Say what the browser shall keep of a painting, and under which id it can be asked for."""
    known, copy = copy_of(session, state.photo, photo)
    card = card_of(state, known)
    name = session.remember(state)
    session.tell(name, copy, Path(state.after))
    return {
        "id": name,
        "key": card.key,
        "way": card.way,
        "photo": served(copy),
        "painting": served(state.after),
        "card": written(card),
        "name": card.name,
        "title": title_of(state.settings),
    }


def card_of(state: ViewState, photo: str) -> Card:
    """Describe how a painting was made; `photo` tells its photo from others."""
    names = {example.path: name for name, example in GALLERY.items()}
    like = names.get(state.styles[0].path, "") if state.styles else ""
    return Card(photo, state.name, state.settings, state.size, state.prompt, like)


def title_of(settings: Settings) -> str:
    """Name a painting by its look, or by who painted it."""
    found = (look.title for look in looks.PAINTED if looks.is_of(look, settings))
    return next(found, PAINTERS[settings.paint.painter].label)


def state_from(
    session: Session,
    card: Card,
    photo: tuple[Path, Photo],
    painting: Pixels,
    notes: tuple[str, ...] = (),
) -> ViewState:
    """Show a kept painting as it was; what it was made of is unknown until it is made again.

    `photo`: its file, and what is in it. `painting`: 8-bit, at any size.

    Raises: PhotoError: its frame does not fit the photo. PromptError: its corrections do not.
    """
    path, whole = photo
    framed = frame(whole, card.settings.frame)
    sheet = (painting.shape[0], painting.shape[1])
    within = inside(sheet, card.settings.frame.border)
    before = over_checker(fit(framed.pixels), framed.alpha)
    under = lay(pixels_resized(before, within), sheet)
    return ViewState(
        photo=path,
        name=card.name,
        settings=card.settings,
        before=session.show("photo", under),
        after=session.show("blend", painting),
        mask_preview="",
        stages=(),
        notes=notes,
        size=framed.size,
        preview_size=(before.shape[0], before.shape[1]),
        prompt=card.prompt_in(framed.size),
        strokes=card.settings.paint.on and in_strokes(card.settings.paint),
    )


def copy_of(session: Session, path: Path, photo: Photo) -> tuple[str, Path]:
    """Write, once, the copy of a photo that the browser keeps; return what tells it from others.

    The copy has at most `MOST_PIXELS`, and nothing but pixels: no place, no time, no camera.
    """
    if path not in session.copies:
        height, width = photo.size
        scale = min(1.0, (MOST_PIXELS / (height * width)) ** 0.5)
        longest = int(max(height, width) * scale)
        pixels = fit(np.asarray(photo.pixels), longest)
        alpha = None if photo.alpha is None else fit(np.asarray(photo.alpha), longest)
        session.copies[path] = photo.key, session.write("copy", pixels, alpha)
    return session.copies[path]
