"""A photo or a style picture that arrives, and what of it will be painted."""

from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.io.image_files import read_photo, read_settings
from pipeline.settings import say_dropped
from pipeline.types import Photo, PhotoError
from ui import easel, frame_box, style_box
from ui.available import with_available_choices
from ui.errors import told
from ui.handlers.base import AGAIN, Base
from ui.layout import CHOOSE
from ui.photos import file_of, read_once
from ui.previews import for_field
from ui.result_panel import Updates, view
from ui.session import LookPictures, Session
from ui.view_state import ViewState
from ui.widgets import from_widgets
from ui.words import later, retold, say

RESTORED = later(
    "This picture was painted here, and its settings are restored. "
    "Drop another photo to paint it the same way."
)


class Arriving(Base):
    """A photo or a style picture that arrives, and what of it will be painted."""

    def take(self, file: dict[str, Any] | None) -> Any:
        """Put a file that was dropped or pasted somewhere on the page into the photo's field."""
        return str(file["path"]) if file and file.get("path") else gr.skip()

    def receive(
        self, request: gr.Request, photo: dict[str, Any] | None, by_itself: bool = False
    ) -> Updates:
        """Read a new photo: say what is odd about it, and take over the settings it carries.

        One without any is painted by itself where that is wanted.
        """
        session = self._session(request)
        self._tell_unsaved(session)
        if not photo or not photo.get("path"):
            session.looks, session.given = LookPictures(), None
            return view(self.parts, None) | self._begun_anew()
        with told():
            path, name = file_of(photo)
            read = read_once(session, path, name)
            session.looks = LookPictures()  # the photo before stays where this one is refused
            session.given = path
            notes = tuple(map(retold, read.notes))
            try:
                settings, dropped = read_settings(path)
            except PhotoError:
                raise
            except ValueError as error:
                why = retold(str(error))
                unread = say("The settings in this picture are not used: {why}", why=why)
                return self._new_photo(session, [unread, *notes])
        if settings is None:
            return self._new_photo(session, notes, begins=by_itself)
        settings, replaced = with_available_choices(settings)
        missing = style_box.not_carried(settings)
        said = [str(RESTORED), *map(retold, say_dropped(dropped)), *replaced, *missing, *notes]
        return self._controls(settings) | view(self.parts, None, said)

    def _begun_anew(self) -> Updates:
        """Show what hangs on the page at first, for who has given no photo."""
        return {self.parts.easel: easel.opening(), self.parts.paint: gr.Button(CHOOSE)}

    def show_photo(
        self, request: gr.Request, photo: dict[str, Any] | None, state: ViewState | None = None
    ) -> Updates:
        """Show a preview in the photo field where browsers cannot show the file.

        A file that was refused gives way to the photo before it, whose painting goes on.
        """

        def read(session: Session, path: Path, name: str) -> Photo:
            return read_once(session, path, name)

        try:
            return {self.parts.photo: self._shown(request, photo, read)}
        except PhotoError:
            return self._given_before(request, state)

    def _given_before(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Show the photo that hangs there, or was to be painted; go on painting it."""
        session = self._session(request)
        before = state.photo if state else session.given
        if before is None or not before.exists():
            return {self.parts.photo: None, **({} if state else self._begun_anew())}
        goes_on = self._arrived(AGAIN) if session.run.dropped else {}
        return {self.parts.photo: self._field(request, before), **goes_on}

    def show_style(self, request: gr.Request, picture: dict[str, Any] | None) -> Any:
        """Read a style picture or its mask as it arrives, and show it as `show_photo` does.

        One that cannot be read is taken out of its field, and a toast says why.
        """
        try:
            return self._shown(request, picture, lambda _, path, name: read_photo(path, name=name))
        except PhotoError as error:
            gr.Warning(escape(retold(str(error)), quote=False))
            return None

    def _shown(
        self,
        request: gr.Request,
        picture: dict[str, Any] | None,
        read: Callable[[Session, Path, str], Photo],
    ) -> Any:
        """Return what a field shows of a picture: a preview where browsers cannot show its file.

        Raises: PhotoError: it cannot be read.
        """
        session = self._session(request)
        if not picture or not picture.get("path"):
            return gr.skip()
        path, name = file_of(picture)
        session.use(path)
        if path in session.behind:
            return gr.skip()
        shown = for_field(path, read(session, path, name))
        return gr.skip() if shown is None else session.stand_for(path, name, shown)

    def show_frame(
        self, request: gr.Request, photo: dict[str, Any] | None, *values: Any
    ) -> Updates:
        """Show what of the photo will be painted with the controls' settings."""
        session, box = self._session(request), self.parts.frame
        with told():
            settings, read = from_widgets(values), None
            with suppress(PhotoError):  # it was refused, with a sentence, as it arrived
                read = read_once(session, *self._chosen(request, photo))
            return dict(zip(box.outputs, frame_box.show(session, read, settings), strict=True))
