"""Offering to turn a photo that lies on its side, to show all of it, to mend a worn one."""

from collections.abc import Callable
from math import prod

import gradio as gr

from pipeline.settings import FrameSettings, Settings
from pipeline.stages.frame import placed
from ui.errors import told
from ui.handlers.base import Base
from ui.offers import CROPS, LIES, MEND, MENDS, PAPER, TURN, WORN
from ui.result_panel import Updates
from ui.service import mending
from ui.session import Session
from ui.view_state import ViewState

WHOLE = Settings().frame.paper
LEAST_LEFT_OUT = 0.02


class Offering(Base):
    """Offering to turn a photo that lies on its side, to show all of it, to mend a worn one."""

    def offer_turning(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer to turn the photo of a painting in which no face stands as it lies."""
        lies = state is not None and state.upright is not None
        declined = _declined(self._session(request), state, TURN)
        return self.parts.offers[TURN].shown(LIES if lies and not declined else None)

    def accept_turning(self, state: ViewState | None) -> Updates:
        """Have the photo turned from now on."""
        if state is None or state.upright is None:
            return gr.skip()
        hidden = self.parts.offers[TURN].shown(None)
        return {self.parts.controls[TURN]: str(state.upright), **hidden}

    def offer_all_of_it(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer to paint all of a photo of which a paper that was chosen for another leaves out.

        It stays for the next photo as all that is chosen does; what it crops is easily overlooked.
        """
        offer, session = self.parts.offers[PAPER], self._session(request)
        paper = None if state is None else state.settings.frame.paper
        if state is None or session.paper is None or session.paper[0] != paper:
            session.paper = None if state is None or paper == WHOLE else (paper, state.photo)
            return offer.shown(None)
        chosen_for = session.paper[1]
        if chosen_for == state.photo or _declined(session, state, PAPER):
            return offer.shown(None)
        with told():
            whole = self.service.photo_of(session, state).size
        left_out = _left_out(whole, state.settings.frame)
        return offer.shown(CROPS if left_out > LEAST_LEFT_OUT else None)

    def accept_all_of_it(self) -> Updates:
        """Have the paper as the photo is from now on."""
        return {self.parts.controls[PAPER]: WHOLE, **self.parts.offers[PAPER].shown(None)}

    def offer_mending(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer to mend the photo of a painting that seems worn; of a mended one, to look at it."""
        worn = mends = False
        with told():
            if state is not None and not _declined(self._session(request), state, MEND):
                mends = state.settings.mend.on
                worn = not mends and mending.seems_worn(
                    self.service, str(request.session_hash), state
                )
        offer = self.parts.offers[MEND]
        if not (worn or mends):
            return offer.shown(None) | self.parts.mend_box.hidden()
        return offer.shown(MENDS if mends else WORN, accepts=not mends)

    def accept_mending(self) -> Updates:
        """Have the photo mended from now on."""
        shown = self.parts.offers[MEND].shown(MENDS, accepts=False)
        return {self.parts.controls[MEND]: True, **shown}

    def decline(self, flag: str) -> Callable[..., Updates]:
        """Make the handler that puts an offer away, for this photo."""

        def put_away(request: gr.Request, state: ViewState | None) -> Updates:
            if state is not None:
                self._session(request).declined.add(_offer_of(state, flag))
            return self.parts.offers[flag].shown(None)

        return put_away


def _left_out(photo: tuple[int, int], how: FrameSettings) -> float:
    """Return the share of a photo of (height, width) px that the paper alone leaves out."""
    _, framed = placed(photo, FrameSettings(paper=how.paper, border=how.border))
    return 1 - prod(framed) / prod(photo)


def _declined(session: Session, state: ViewState | None, flag: str) -> bool:
    return state is not None and _offer_of(state, flag) in session.declined


def _offer_of(state: ViewState, flag: str) -> tuple[object, ...]:
    """Return what tells an offer from others: of another photo or paper, or of a mended one."""
    if flag == PAPER:
        return flag, state.settings.frame.paper
    return flag, state.photo, flag == MEND and state.settings.mend.on
