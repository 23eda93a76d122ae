"""What handlers of all regions share: the visitor, what is wanted, how a run ends."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from pipeline.io.style_images import NO_STYLE
from pipeline.settings import Settings
from pipeline.types import PromptError
from pipeline.variants import FILM_SECONDS
from ui import easel, frame_box, looks, style_box
from ui.errors import told
from ui.fine_tune import without_switches
from ui.layout import Page
from ui.photos import file_of
from ui.result_panel import Updates, view
from ui.run import Run
from ui.service import PaintService
from ui.service.repainting import AgainError
from ui.session import Session
from ui.style_box import StyleFile
from ui.view_state import ViewState
from ui.widgets import from_widgets, to_widgets
from ui.words import later

UNSAVED = later(
    "Your file was not finished, for another painting was begun. Ask for it again; its painting "
    "hangs among your last ones, under the easel."
)
AGAIN = "again"  # how a text begins that has a painting begun anew, which was begun already


@dataclass(frozen=True, eq=False)
class Again:
    """A shown painting that has to be made again, as what is `wanted`, or for a file of it.

    Each is another one, since the page makes a run of every change: Gradio tells changes by hashes.
    """

    state: ViewState
    wanted: ViewState
    what: Literal["painting", "file", "film", "strokes"] = "painting"
    seconds: float = FILM_SECONDS[1]


class Base:
    """What handlers of all regions share: the visitor, what is wanted, how a run ends."""

    def __init__(self, service: PaintService, parts: Page) -> None:
        self.service = service
        self.parts = parts

    def _session(self, request: gr.Request) -> Session:
        return self.service.sessions.of(str(request.session_hash))

    def _tell_unsaved(self, session: Session) -> None:
        """Tell in a toast, once, that a file which was asked for gave way to something else."""
        if session.unsaved:
            session.unsaved = False
            gr.Info(str(UNSAVED))

    def _controls(self, settings: Settings) -> Updates:
        values = to_widgets(without_switches(settings))
        return dict(zip(self.parts.widgets, values, strict=True))

    def _look_of(self, request: gr.Request, settings: Settings) -> Updates:
        """Set the controls to settings that are wanted now, and mark the look that they are."""
        session = self._session(request)
        session.wanted = settings
        marked = looks.shown(settings, session.looks)
        return {**self._controls(settings), self.parts.looks: marked}

    def _chosen(self, request: gr.Request, photo: dict[str, Any] | None) -> tuple[Path, str]:
        """Look up file and name of the photo in its field, or behind the preview there."""
        return self._session(request).file_behind(*file_of(photo))

    def _field(self, request: gr.Request, photo: Path) -> str:
        """Return what stands for a photo in its field: a preview, or the file."""
        behind = self._session(request).behind
        shown = (preview for preview, (file, _) in behind.items() if file == photo)
        return str(next(shown, photo))

    def _new_photo(
        self, session: Session, notes: Sequence[str] = (), *, begins: bool = False
    ) -> Updates:
        """Show that a photo is there, framed as one that stands by itself.

        `begins`: the page begins a painting, without asking for that, and keeps the looks' place.
        """
        controls, framed = self.parts.controls, frame_box.of_a_new_photo()
        begun = {
            **self._arrived(),
            self.parts.easel: easel.bare(None),
            self.parts.looks: looks.shown(session.wanted or Settings()),
        } if begins else {}  # fmt: skip
        return {
            **view(self.parts, None, notes),
            **{controls[flag]: value for flag, value in framed.items()},
            **begun,
        }

    def _arrived(self, how: str = "") -> Updates:
        """Have the page begin a painting by itself, or `AGAIN`, as if Paint were pressed."""
        return {self.parts.arrived: f"{how}{secrets.token_hex(4)}"}

    def _wanted(
        self,
        request: gr.Request,
        photo: dict[str, Any] | None,
        given: Sequence[Any],
        way: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> tuple[tuple[str, Path, str, Settings], tuple[StyleFile, ...]]:
        """Read what is to be painted, of whom, from the photo's, the styles' and all other fields.

        `way`: what changes the settings.

        Raises: PhotoError: there is no photo. PromptError: the painter wants a picture, and there
        is none. ValueError: a setting out of range.
        """
        styles, chosen = given[: style_box.FIELDS], given[style_box.FIELDS :]
        path, name = self._chosen(request, photo)
        settings = way(from_widgets(chosen))
        files = style_box.files_of(settings, *styles, behind=self._session(request).behind)
        if style_box.wants_picture(settings) and not files:
            raise PromptError(NO_STYLE)
        return (str(request.session_hash), path, name, settings), files

    @contextmanager
    def _ending(self, run: Run) -> Iterator[None]:
        """Say at the end, however it comes, that a run is awaited no more.

        Its picture so far goes no earlier, so that the wall is never bare between. Where another
        run was asked for meanwhile, that is awaited.
        """
        awaited = run.awaited
        try:
            yield
        finally:
            if run.awaited is awaited:
                run.end()

    def _change(self, state: ViewState | None, act: Callable[[ViewState], ViewState]) -> Updates:
        """Show what a quick change makes of a painting, or ask for it to be made again."""
        if state is None:
            return gr.skip()
        with told():
            try:
                return view(self.parts, act(state))
            except AgainError as missing:
                return {self.parts.again: Again(state, missing.wanted)}


def unsaid() -> gr.Error:
    """Make an error that ends an event and is not shown."""
    return gr.Error("", visible=False, print_exception=False)
