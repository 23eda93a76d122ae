"""Offering to turn a photo that lies on its side, to show all of it, to mend a worn one."""

from collections.abc import Callable
from math import prod

import gradio as gr

from pipeline.settings import FrameSettings, Settings
from pipeline.stages.frame import placed
from ui.errors import told
from ui.forecast import LARGE_SIZES
from ui.handlers.base import Base
from ui.offers import (
    CROPS,
    LARGE,
    LEAVE_IT,
    LIES,
    MEND,
    MEND_IT,
    MENDS,
    PAPER,
    SIZE,
    TURN,
    WORN,
)
from ui.result_panel import Updates
from ui.service import mending
from ui.session import Session
from ui.view_state import ViewState

USUAL = Settings().flat()
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
        """Offer to paint all of a photo, where a paper chosen for another leaves out a part."""
        offer, session = self.parts.offers[PAPER], self._session(request)
        if state is None or not _for_another(session, state, PAPER):
            return offer.shown(None)
        with told():
            whole = self.service.photo_of(session, state).size
        left_out = _left_out(whole, state.settings.frame)
        return offer.shown(CROPS if left_out > LEAST_LEFT_OUT else None)

    def accept_all_of_it(self) -> Updates:
        """Have the paper as the photo is from now on."""
        return self._as_usual(PAPER)

    def offer_usual_size(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Offer the usual size for a photo, where a large one was chosen for another."""
        offer, session = self.parts.offers[SIZE], self._session(request)
        if state is None or not _for_another(session, state, SIZE):
            return offer.shown(None)
        return offer.shown(LARGE if state.settings.result.size in LARGE_SIZES else None)

    def accept_usual_size(self) -> Updates:
        """Have results of the usual size from now on."""
        return self._as_usual(SIZE)

    def _as_usual(self, flag: str) -> Updates:
        return {self.parts.controls[flag]: USUAL[flag], **self.parts.offers[flag].shown(None)}

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
        return offer.shown(MENDS, LEAVE_IT) if mends else offer.shown(WORN, MEND_IT)

    def accept_mending(self, state: ViewState | None) -> Updates:
        """Have the photo mended from now on, or no longer."""
        if state is not None and state.settings.mend.on:
            offer, hidden = self.parts.offers[MEND].shown(None), self.parts.mend_box.hidden()
            return {self.parts.controls[MEND]: False, **offer, **hidden}
        return self._mends()

    def _mends(self) -> Updates:
        """Say that the photo is mended from now on."""
        return {self.parts.controls[MEND]: True, **self.parts.offers[MEND].shown(MENDS, LEAVE_IT)}

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


def _for_another(session: Session, state: ViewState, flag: str) -> bool:
    """Tell whether a setting that is not the usual one was chosen while another photo hung there.

    It stays for the next photo, as all that is chosen does; what it does is easily overlooked.
    """
    value, chosen = state.settings.flat()[flag], session.chosen.get(flag)
    if chosen is None or chosen[0] != value:
        session.chosen[flag] = value, state.photo
        return False
    others = value != USUAL[flag] and chosen[1] != state.photo
    return others and not _declined(session, state, flag)


def _offer_of(state: ViewState, flag: str) -> tuple[object, ...]:
    """Return what tells an offer from others: of another photo or choice, or of a mended one."""
    if flag in (PAPER, SIZE):
        return flag, state.settings.flat()[flag]
    return flag, state.photo, flag == MEND and state.settings.mend.on
