"""Painting a photo, an example, the looks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import gradio as gr

from pipeline.settings import Settings
from pipeline.types import Cancelled, PhotoError, PromptError
from pipeline.variants import PAINTERS
from ui import easel, frame_box, looks, style_box
from ui.errors import refusal, told
from ui.examples import EXAMPLES, Example
from ui.handlers.base import Base, unsaid
from ui.looks import LOOKS
from ui.notes import note
from ui.result_panel import Updates, view
from ui.runs import switch_painting
from ui.service import painting
from ui.session import LookPictures
from ui.view_state import ViewState
from ui.widgets import from_widgets
from ui.words import Text, later, say

LIKE_WHAT = later("Choose a picture to paint it like, under the looks. It takes a minute or more.")
OF_WHAT = later("Choose the picture whose colors it gets, in its field under the looks.")


class Painting(Base):
    """Painting a photo, an example, the looks."""

    def begin(self, request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        """Make the page ready for a painting of what its fields hold; the run before stops.

        Raises: gr.Error: something is missing. It is not said where nobody pressed Paint, nor is a
        painting begun then that takes a minute.
        """
        photo, state, *given = values
        session = self._session(request)
        session.drop_run()
        self._tell_unsaved(session)
        by_itself = event.target is self.parts.repaint
        try:
            with told():
                (*_, settings), session.styles = self._wanted(request, photo, given)
        except gr.Error as error:
            # All but the style picture could be read; the field for it may be out of sight.
            lacking = _lacking_in(given) if isinstance(error.__cause__, PromptError) else None
            if not by_itself:
                raise refusal(str(lacking)) if lacking else error from None
            if lacking is OF_WHAT:
                gr.Info(str(lacking))
            raise unsaid() from None
        if by_itself and PAINTERS[settings.paint.painter].long:
            raise unsaid()
        session.run.ask(paints=True)
        session.wanted = settings
        bare = {
            self.parts.easel: easel.bare(),
            self.parts.looks: looks.shown(settings),
        } if state is None else {}  # fmt: skip
        return {
            **switch_painting(self.parts, settings.paint.painter, running=True),
            **bare,
            self.parts.timer: gr.Timer(active=True),
            self.parts.doing: easel.doing(session.run),
        }

    def idle(self, request: gr.Request) -> Updates:
        """Make the page ready for the next painting, unless that is begun already."""
        session = self._session(request)
        if session.run.awaited is not None:
            return gr.skip()
        return {
            **switch_painting(self.parts, "", running=False),
            self.parts.doing: easel.doing(session.run),
        }

    def not_begun(self, request: gr.Request, *values: Any) -> Updates:
        """Make the page ready for a painting that has to be asked for, or lacks its picture.

        Where nothing hangs there yet, the easel says so: a toast goes, and fields are far away.
        """
        photo, state, *given = values
        if self._session(request).run.awaited is not None:
            return gr.skip()
        if state is not None:
            return self.idle(request)
        words = easel.ARRIVED
        with suppress(PhotoError, ValueError):
            words = self._lacking(request, photo, given) or words
        return self.idle(request) | {self.parts.easel: easel.bare(words)}

    def _lacking(
        self, request: gr.Request, photo: dict[str, Any] | None, given: Sequence[Any]
    ) -> Text | None:
        """Say which picture is asked for, where a painting lacks no more than that.

        Raises: PhotoError: there is no photo. ValueError: a setting out of range.
        """
        try:
            self._wanted(request, photo, given)
        except PromptError:
            return _lacking_in(given)
        return None

    def drop(self, request: gr.Request) -> Updates:
        """Stop the visitor's run: something else takes its place."""
        self._session(request).drop_run()
        return self.idle(request)

    def keep(self, request: gr.Request) -> str:
        """Go on with the visitor's picture as it is now."""
        self._session(request).run.stop_early.set()
        return note([say("It is kept as it is now.")])

    def cancel(self, request: gr.Request) -> str:
        """Stop what is painted of the visitor's photo at the next stage."""
        session = self._session(request)
        session.cancel(session.run)
        return note([say("Cancelled.")])

    def paint_photo(self, request: gr.Request, *values: Any) -> Updates:
        """Paint the photo with the controls' settings; earlier corrections of it still hold."""
        photo, before, *given = values
        with told(), self._ending(self._session(request).run):
            if not photo:  # it was there as this was begun: another one is on its way
                return gr.skip()
            wanted, styles = self._wanted(request, photo, given)
            try:
                bar = self._session(request).run.move
                state = painting.show(self.service, *wanted, bar, before, styles=styles)
            except Cancelled:
                return gr.skip()
            return view(self.parts, state)

    def example(self, index: int) -> Callable[..., Updates]:
        """Make the handler that shows one example, painted at the default settings.

        Where other ones were chosen it is painted by them, as a photo of one's own is.
        """

        def show_example(request: gr.Request, by_itself: bool, *values: Any) -> Updates:
            with told():
                if by_itself and self._is_chosen(from_widgets(values)):
                    return self._as_a_photo(request, EXAMPLES[index])
                state = painting.show_example(
                    self.service, str(request.session_hash), EXAMPLES[index]
                )
                photo = {self.parts.photo: str(EXAMPLES[index].path)}
                self._session(request).wanted = state.settings
                return photo | self._controls(state.settings) | view(self.parts, state)

        return show_example

    def _is_chosen(self, settings: Settings) -> bool:
        """Tell whether settings, but those of one photo's frame, are others than the usual ones."""
        chosen = settings.changed(**frame_box.of_a_new_photo())
        return chosen != Settings() and not style_box.wants_picture(chosen)

    def _as_a_photo(self, request: gr.Request, example: Example) -> Updates:
        session = self._session(request)
        session.given, session.looks = example.path, LookPictures()
        return {self.parts.photo: str(example.path), **self._new_photo(session, begins=True)}

    def paint_looks(self, request: gr.Request, state: ViewState | None) -> Iterator[Updates]:
        """Paint the shown photo in every look, and show each as it is done."""
        if state is None:
            yield gr.skip()  # a page empties what it is sent nothing for
            return
        with told():
            for pictures in painting.paint_looks(self.service, str(request.session_hash), state):
                wanted = self._session(request).wanted or state.settings
                yield {self.parts.looks: looks.shown(wanted, pictures)}
        # Gradio sends what was yielded last once more at the end, when the photo may be gone.
        yield gr.skip()

    def choose_look(self, request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        """Set the controls to the look that was chosen, and mark it."""
        with told():
            at = event._data.get("at")
            if not isinstance(at, int) or not 0 <= at < len(LOOKS):
                raise ValueError(say("There is no such look; choose one of those that are shown."))
            settings = LOOKS[at].of(from_widgets(values))
            said = [str(LIKE_WHAT)] if style_box.wants_picture(settings) else []
            return {**self._look_of(request, settings), self.parts.notes: note(said)}

    def reset(self) -> Updates:
        """Set all controls to what is usual."""
        return self._controls(Settings())


def _lacking_in(given: Sequence[Any]) -> Text:
    """Say which picture is lacking by the styles' and all other fields."""
    painter = from_widgets(given[style_box.FIELDS :]).paint.painter
    return LIKE_WHAT if PAINTERS[painter].long else OF_WHAT
