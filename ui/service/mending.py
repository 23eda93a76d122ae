"""What is mended of an old photo: brushed over by hand, and shown over the photo.

What is brushed is kept with the page's session until it is painted, then with the painting.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import FrameSettings, Settings
from pipeline.types import Image, Photo, Pixels, Prompt
from ui.drawing import Line, with_stroke
from ui.history import History
from ui.photos import same_file
from ui.pointing import ADD_COLOR
from ui.previews import fit
from ui.reframing import reframed
from ui.service.paint_service import PaintService
from ui.session import Session
from ui.view_state import ViewState
from ui.viewer import Shown, served
from ui.words import later, number, say

if TYPE_CHECKING:  # it takes long to load
    from pipeline.steps.mend import Mended

LEGEND = later("Blue is mended. Brush over what was missed; take away what belongs to the photo.")
NAMES = (later("Your photo"), later("Mended"))
WORDS = {
    "title": later("Correct it"),
    "add": later("+ mend"),
    "take": later("\N{MINUS SIGN} do not mend"),
}
BLUE = 0.6  # share of the color over what is mended


@dataclass(frozen=True)
class Brushed:
    """What was brushed over what is mended of a photo, `photo`, as it is framed by `frame`.

    `prompt`: holds that drawing alone.
    """

    photo: Path
    frame: FrameSettings
    prompt: Prompt = field(default_factory=Prompt)
    history: History = field(default_factory=History)

    def then(self, prompt: Prompt) -> "Brushed":
        """Follow another drawing; it can be undone."""
        return replace(self, prompt=prompt, history=self.history.then(self.prompt))

    def with_stroke(
        self, line: Line, size: tuple[int, int], *, mark: int, width: float
    ) -> "Brushed":
        """Add a stroke over a framed photo of (height, width) px, as `ui.drawing.with_stroke`."""
        drawn = with_stroke(self.prompt.mended, line, size, mark=mark, width=width)
        return self.then(Prompt(mended=drawn))

    def undone(self) -> "Brushed":
        """Take the last stroke back."""
        return self._with(self.history.undone(self.prompt))

    def redone(self) -> "Brushed":
        """Make the last stroke that was taken back again."""
        return self._with(self.history.redone(self.prompt))

    def _with(self, found: tuple[Prompt, History] | None) -> "Brushed":
        return self if found is None else replace(self, prompt=found[0], history=found[1])


def brushed_in(session: Session, path: Path, photo: Photo, settings: Settings) -> Brushed:
    """Return what was brushed of a photo on a page, moved into the frame of the settings.

    Raises: PhotoError: the frame leaves too little of the photo.
    """
    known, frame = session.brushed, settings.frame
    if not isinstance(known, Brushed) or not same_file(known.photo, path):
        return Brushed(path, frame)

    def moved(prompt: Prompt) -> Prompt:
        return reframed(prompt, photo.size, known.frame, frame)

    return Brushed(path, frame, moved(known.prompt), known.history.moved(moved))


def seems_worn(service: PaintService, session_id: str, state: ViewState) -> bool:
    """Tell whether a shown photo has scratches or spots that mending is worth an offer for.

    Raises: PhotoError: it was deleted meanwhile.
    """
    from pipeline.steps import mend

    session = service.sessions.of(session_id)

    def look() -> bool:
        return mend.seems_worn(service.photo_of(session, state))

    return service.cache_of(session, state).get(("worn", str(state.photo)), look)


def look_at_mending(
    service: PaintService, session_id: str, state: ViewState, act: Callable[[Brushed], Brushed]
) -> Shown:
    """Show what is mended of a shown photo, after `act` on what was brushed there.

    Raises: PhotoError: it was deleted meanwhile. WeightError: nothing here sees faces.
    """
    session = service.sessions.of(session_id)
    photo = service.photo_of(session, state)
    brushed = act(brushed_in(session, state.photo, photo, state.settings))
    cache = service.cache_of(session, state)
    seen = service.look(photo, state.settings, drawn=brushed.prompt.mended, cache=cache)
    session.brushed = brushed
    return _shown(session, brushed, seen)


def _shown(session: Session, brushed: Brushed, seen: "Mended") -> Shown:
    """Show a photo, what is mended of it, and the mended one."""
    pictures = fit(seen.original), marked(seen.original, seen.where), fit(seen.result)
    before, places, after = (served(session.show("mend", each)) for each in pictures)
    history = brushed.history
    return {
        "before": before,
        "after": after,
        "photo": f"{brushed.photo} {brushed.frame}",
        "names": [str(name) for name in NAMES],
        "stays": {
            "picture": places,
            "within": {"left": 0, "top": 0, "width": 1, "height": 1},
            "said": say(
                "The photo; {share} % of it, in blue, is mended.",
                share=number(100 * float(seen.where.mean()), 1),
            ),
            "legend": str(LEGEND),
            "undo": bool(history.past),
            "redo": bool(history.future),
            "clear": brushed.prompt.mended is not None,
            "words": {key: str(word) for key, word in WORDS.items()},
        },
    }


def marked(original: Image, where: NDArray[np.bool_]) -> Pixels:
    """Draw what is mended, (H, W), on a photo, (H, W, 3) in [0, 1]; return a preview."""
    share = BLUE * where[..., None].astype(np.float32)
    drawn = original + share * (np.array(ADD_COLOR, np.float32) / 255 - original)
    return fit((drawn * 255 + 0.5).astype(np.uint8))
