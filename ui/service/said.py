"""What a visitor said last of what stays in a photo, as it was framed.

It is kept with the page's session: an event that comes while the one before is still answered
brings the page's state from before that.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.settings import FrameSettings
from pipeline.types import Prompt
from ui.history import History
from ui.session import Session
from ui.view_state import ViewState


@dataclass(frozen=True)
class Said:
    """The corrections of a photo in a frame, and those before them."""

    photo: Path
    frame: FrameSettings
    prompt: Prompt
    history: History


def say(session: Session, state: ViewState) -> None:
    """Keep what a state says as the newest."""
    session.said = Said(state.photo, state.settings.frame, state.prompt, state.history)


def as_said(session: Session, state: ViewState) -> ViewState:
    """Return a page's state with what was said last of the same photo in the same frame."""
    said, of = session.said, (state.photo, state.settings.frame)
    if not isinstance(said, Said) or (said.photo, said.frame) != of:
        return state
    return replace(state, prompt=said.prompt, history=said.history)
