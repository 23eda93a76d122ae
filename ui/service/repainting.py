"""A shown painting with something changed: from its cache at once, or seen being made again."""

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from pipeline.steps.run import NotCachedError
from pipeline.types import Painting, StageName
from ui.photos import styles_of
from ui.progress import Bar, reporter
from ui.service.paint_service import PaintService
from ui.service.said import as_said
from ui.session import Session
from ui.view_state import ViewState, is_as_large, state_of, updated_state
from ui.widgets import changed_at_once

log = logging.getLogger("page")

# What a slider, a click or a file may not run: it would take long, unseen, beside another painting.
WITHOUT_NETWORKS: frozenset[StageName] = frozenset({"parse", "paint"})


class AgainError(Exception):
    """What is wanted takes large networks again.

    These run only where the visitor sees how far they are, and can cancel them.
    """

    def __init__(self, wanted: ViewState) -> None:
        super().__init__("The painting has to be made again.")
        self.wanted = wanted


def blend_again(
    service: PaintService, session_id: str, state: ViewState, settings: Settings
) -> ViewState:
    """Blend the shown painting anew from what the visitor's cache holds.

    Raises: AgainError: it holds that no more.
    """
    known = as_said(service.sessions.of(session_id), state)
    wanted = replace(known, settings=changed_at_once(state.settings, settings))
    return make_again(service, session_id, state, wanted)


def make_again(
    service: PaintService,
    session_id: str,
    state: ViewState,
    wanted: ViewState,
    bar: Bar | None = None,
) -> ViewState:
    """Show a painting with the settings, prompt and history of `wanted`.

    Large networks may run only with a `bar`, which says how far they are.

    Raises: AgainError: they would have to run without one. Cancelled: the visitor asked for
    it, or left.
    """
    if (wanted.settings, wanted.prompt) == (state.settings, state.prompt):
        return state
    session = service.sessions.of(session_id)
    began = time.perf_counter()
    painting = repaint(service, session, wanted, bar)
    log.info(
        "blended %d x %d px again in %.3f s",
        *painting.result.shape[1::-1],
        time.perf_counter() - began,
    )
    same = state.stages and is_as_large(painting, state)  # else faces lie elsewhere
    if same and all(Path(path).exists() for path in state.files):
        return replace(updated_state(session, painting, state), history=wanted.history)
    # There were none yet or of this size, or they were deleted while the page stood idle.
    return replace(
        state_of(session, painting, state.photo),
        owner=state.owner,
        history=wanted.history,
        styles=state.styles,
    )


def repaint(
    service: PaintService, session: Session, wanted: ViewState, bar: Bar | None
) -> Painting:
    """Paint what is shown, or wanted, again: all its pixels, which no page keeps.

    Raises: AgainError, Cancelled: as in `make_again`.
    """
    cache = service.cache_of(session, wanted)
    how: dict[str, Any] = (
        {"cached": WITHOUT_NETWORKS} if bar is None else {"report": reporter(session, bar)}
    )
    prompt = replace(wanted.prompt, styles=styles_of(session, wanted.styles))
    photo = service.photo_of(session, wanted)
    try:
        return service.paint(photo, wanted.settings, prompt=prompt, cache=cache, **how)
    except NotCachedError as missing:
        raise AgainError(wanted) from missing
