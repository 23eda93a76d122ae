"""What a person corrects of what stays: followed at once, taken back, kept in a new painting."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.settings import Settings
from pipeline.types import Photo, Prompt
from ui.history import History
from ui.photos import same_file, styles_of
from ui.reframing import reframed
from ui.service.mending import brushed_in
from ui.service.paint_service import PaintService
from ui.service.repainting import AgainError, make_again
from ui.service.said import as_said, say
from ui.session import Session
from ui.style_box import StyleFile
from ui.view_state import ViewState


def point(service: PaintService, session_id: str, state: ViewState, prompt: Prompt) -> ViewState:
    """Follow clicks and strokes on what is kept and blend anew; it can be undone.

    The first click embeds the photo.

    Raises: WeightError: nothing here can follow clicks. AgainError: as in `blend_again`.
    """
    return _with(
        service, session_id, state, lambda known: (prompt, known.history.then(known.prompt))
    )


def undo(service: PaintService, session_id: str, state: ViewState) -> ViewState:
    """Take the last correction back.

    Raises: AgainError: as in `blend_again`.
    """
    return _with(service, session_id, state, lambda known: known.history.undone(known.prompt))


def redo(service: PaintService, session_id: str, state: ViewState) -> ViewState:
    """Make the last correction that was taken back again.

    Raises: AgainError: as in `blend_again`.
    """
    return _with(service, session_id, state, lambda known: known.history.redone(known.prompt))


def _with(
    service: PaintService,
    session_id: str,
    state: ViewState,
    act: Callable[[ViewState], tuple[Prompt, History] | None],
) -> ViewState:
    """Follow what `act` makes of what was said last; nothing where it finds nothing."""
    session = service.sessions.of(session_id)
    found = act(as_said(session, state))
    if found is None:
        return state
    prompt, history = replace(found[0], mended=state.prompt.mended), found[1]
    wanted, before = replace(state, prompt=prompt, history=history), session.said
    say(session, wanted)  # at once: what is asked for meanwhile goes on from it
    try:
        return make_again(service, session_id, state, wanted)
    except AgainError:
        raise
    except Exception:  # it cannot be followed
        session.said = before
        raise


def said_of(
    session: Session, before: ViewState | None, path: Path, photo: Photo, settings: Settings,
    styles: tuple[StyleFile, ...],
) -> tuple[Prompt, History]:  # fmt: skip
    """Return all that a visitor says of a photo, and the history of what was corrected.

    That is what was corrected in a painting `before` of the same photo, what was brushed over what
    is mended of it, and the pictures that it is painted like.

    Raises: PhotoError: the frame leaves too little of the photo, or a style cannot be read.
    """
    known = before and as_said(session, before)
    prompt, history = corrections(known, path, photo, settings)
    brushed = brushed_in(session, path, photo, settings).prompt.mended
    return replace(prompt, mended=brushed, styles=styles_of(session, styles)), history


def corrections(
    before: ViewState | None, path: Path, photo: Photo, settings: Settings
) -> tuple[Prompt, History]:
    """Return prompt and history of a painting before of the same photo, in its new frame."""
    if before is None or not same_file(before.photo, path):
        return Prompt(), History()

    def moved(prompt: Prompt) -> Prompt:
        return reframed(prompt, photo.size, before.settings.frame, settings.frame)

    return moved(before.prompt), before.history.moved(moved)
