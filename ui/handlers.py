"""What happens on the page.

Each handler translates raw widget values, asks the service, and returns updates by component. A
component that is not among them stays as it is; `gr.skip()` alone leaves all of them.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from pipeline.io.image_files import read_photo, read_settings
from pipeline.io.style_images import NO_STYLE
from pipeline.settings import Settings, say_dropped
from pipeline.types import Cancelled, Photo, PhotoError, Prompt, PromptError
from pipeline.variants import FILM_SECONDS, PAINTERS
from ui import compare_tab, correct_tab, easel, frame_box, looks, style_box
from ui.available import with_available_choices
from ui.drawing import line_from, mark_of, with_stroke, within
from ui.errors import told
from ui.examples import EXAMPLES
from ui.faces import with_face
from ui.fine_tune import without_switches
from ui.layout import Page
from ui.looks import LOOKS
from ui.photos import file_of, photo_of
from ui.pointing import clicked, with_click
from ui.previews import for_field
from ui.progress import bar_in, bar_of
from ui.result_panel import Updates, note, view
from ui.runs import switch_painting
from ui.service import AgainError, PaintService
from ui.sessions import Session
from ui.style_box import StyleFile
from ui.view_state import ViewState
from ui.widgets import from_link, from_widgets, to_widgets

BAR = gr.Progress()
LIKE_WHAT = (
    "Choose a picture to paint it like, under the looks, then press Paint: it takes a minute."
)
RESTORED = (
    "This picture was painted here, and its settings are restored. "
    "Drop another photo to paint it the same way."
)


class Handlers:
    """The page's events. `request.session_hash` tells visitors apart."""

    def __init__(self, service: PaintService, parts: Page) -> None:
        self.service = service
        self.parts = parts

    def _session(self, request: gr.Request) -> Session:
        return self.service.sessions.of(str(request.session_hash))

    def open(self, request: gr.Request) -> Updates:
        """Set the controls to what the link carries, and say what of it cannot be followed."""
        query = dict(request.query_params)
        asked, bad = from_link(query)
        settings, replaced = with_available_choices(asked)
        picture, missing = style_box.from_link(query, settings)
        style = self.parts.style
        return {
            **({} if settings == Settings() else self._controls(settings)),
            **({} if picture is None else {style.picture: picture[0], style.name: picture[1]}),
            self.parts.notes: note([*bad, *replaced, *missing]),
            self.parts.status: self.service.line.read()[0],
        }

    def _controls(self, settings: Settings) -> Updates:
        values = to_widgets(without_switches(settings))
        return dict(zip(self.parts.widgets, values, strict=True))

    def tick(self, request: gr.Request) -> Updates:
        """Refresh the status line and what is seen of a run.

        The timer stops once neither will change any more.
        """
        line, settled = self.service.line.read()
        session = self._session(request)
        return {
            self.parts.status: line,
            self.parts.timer: gr.Timer(active=session.awaited is not None or not settled),
            self.parts.doing: easel.doing(session),
        }

    def watch(self, request: gr.Request) -> gr.Timer:
        """Start the timer that follows the visitor's run until its end; it may begin later."""
        self._session(request).ask()
        return gr.Timer(active=True)

    @contextmanager
    def _ending(self, request: gr.Request) -> Iterator[None]:
        """Say at the end, however it comes, that the run is awaited no more.

        Its picture so far goes no earlier, so that the wall is never bare between. Where another
        run was asked for meanwhile, that is awaited.
        """
        run = self._session(request).awaited
        try:
            yield
        finally:
            session = self._session(request)
            if session.awaited is run:
                session.end()

    def begin(self, request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        """Make the page ready for a painting of what its fields hold; the run before stops.

        Raises: gr.Error: something is missing. It is not said where nobody pressed Paint, nor is a
        painting begun then that takes a minute.
        """
        photo, state, *given = values
        by_itself = event.target is self.parts.repaint
        try:
            with told():
                (*_, settings), _ = self._wanted(request, photo, given)
        except gr.Error:
            if by_itself:
                raise unsaid() from None
            raise
        if by_itself and PAINTERS[settings.paint.painter].long:
            raise unsaid()
        session = self._session(request)
        session.drop_run()
        session.ask()
        bare = {self.parts.easel: easel.bare()} if state is None else {}
        return {
            **switch_painting(self.parts, settings.paint.painter, running=True),
            **bare,
            self.parts.timer: gr.Timer(active=True),
            self.parts.doing: easel.doing(session),
        }

    def idle(self, request: gr.Request) -> Updates:
        """Make the page ready for the next painting, unless that is begun already."""
        session = self._session(request)
        if session.awaited is not None:
            return gr.skip()
        return {
            **switch_painting(self.parts, "", running=False),
            self.parts.doing: easel.doing(session),
        }

    def keep(self, request: gr.Request) -> str:
        """Go on with the visitor's picture as it is now."""
        self._session(request).stop_early.set()
        return note(["It is kept as it is now."])

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
        session.drop_run()
        if not photo or not photo.get("path"):
            return view(self.parts, None) | {self.parts.easel: easel.bare(easel.EMPTY)}
        with told():
            path, name = file_of(photo)
            notes = photo_of(session, session.cache, path, name).notes
            try:
                settings, dropped = read_settings(path)
            except PhotoError:
                raise
            except ValueError as error:
                unread = f"The settings in this picture are not used: {error}"
                return view(self.parts, None, [unread, *notes])
        if settings is None:
            begins = {self.parts.arrived: secrets.token_hex(4)} if by_itself else {}
            return view(self.parts, None, notes) | begins
        settings, replaced = with_available_choices(settings)
        missing = style_box.not_carried(settings)
        said = [RESTORED, *say_dropped(dropped), *replaced, *missing, *notes]
        return self._controls(settings) | view(self.parts, None, said)

    def show_photo(self, request: gr.Request, photo: dict[str, Any] | None) -> Any:
        """Show a preview in the photo field where browsers cannot show the file.

        A file that was refused is taken out of the field.
        """

        def read(session: Session, path: Path, name: str) -> Photo:
            return photo_of(session, session.cache, path, name)

        try:
            return self._shown(request, photo, read)
        except PhotoError:
            return None

    def show_style(self, request: gr.Request, picture: dict[str, Any] | None) -> Any:
        """Read a style picture or its mask as it arrives, and show it as `show_photo` does.

        One that cannot be read is taken out of its field, and a toast says why.
        """
        try:
            return self._shown(request, picture, lambda _, path, name: read_photo(path, name=name))
        except PhotoError as error:
            gr.Warning(escape(str(error), quote=False))
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
                read = photo_of(session, session.cache, *self._chosen(request, photo))
            return dict(zip(box.outputs, frame_box.show(session, read, settings), strict=True))

    def _chosen(self, request: gr.Request, photo: dict[str, Any] | None) -> tuple[Path, str]:
        """Look up file and name of the photo in its field, or behind the preview there."""
        return self._session(request).file_behind(*file_of(photo))

    def _wanted(
        self, request: gr.Request, photo: dict[str, Any] | None, given: Sequence[Any]
    ) -> tuple[tuple[str, Path, str, Settings], tuple[StyleFile, ...]]:
        """Read what is to be painted, of whom, from the photo's, the styles' and all other fields.

        Raises: PhotoError: there is no photo. PromptError: the painter wants a picture, and there
        is none. ValueError: a setting out of range.
        """
        styles, chosen = given[: style_box.FIELDS], given[style_box.FIELDS :]
        path, name = self._chosen(request, photo)
        settings = from_widgets(chosen)
        files = style_box.files_of(settings, *styles, behind=self._session(request).behind)
        if style_box.wants_picture(settings) and not files:
            raise PromptError(NO_STYLE)
        return (str(request.session_hash), path, name, settings), files

    def paint_photo(self, request: gr.Request, *values: Any) -> Updates:
        """Paint the photo with the controls' settings; earlier corrections of it still hold."""
        photo, before, *given = values
        with told(), self._ending(request):
            wanted, styles = self._wanted(request, photo, given)
            try:
                bar = bar_in(self._session(request))
                state = self.service.show(*wanted, bar, before, styles=styles)
            except Cancelled:
                return gr.skip()
            return view(self.parts, state)

    def paint_looks(self, request: gr.Request, state: ViewState | None) -> Iterator[Updates]:
        """Paint the shown photo in every look, and show each as it is done."""
        if state is None:
            return
        with told():
            for pictures in self.service.looks(str(request.session_hash), state):
                yield {self.parts.looks: looks.shown(state.settings, pictures)}

    def choose_look(self, request: gr.Request, event: gr.EventData, *values: Any) -> Updates:
        """Set the controls to the look that was chosen, and mark it."""
        with told():
            at = event._data.get("at")
            if not isinstance(at, int) or not 0 <= at < len(LOOKS):
                raise ValueError("There is no such look; choose one of those that are shown.")
            settings = LOOKS[at].of(from_widgets(values))
            pictures = self._session(request).looks[1]
            said = [LIKE_WHAT] if style_box.wants_picture(settings) else []
            return {
                **self._controls(settings),
                self.parts.looks: looks.shown(settings, pictures),
                self.parts.notes: note(said),
            }

    def reset(self) -> Updates:
        """Set all controls to what is usual."""
        return self._controls(Settings())

    def compare(self, request: gr.Request, progress: gr.Progress = BAR, *values: Any) -> Updates:
        """Compare segmenters on the photo, at the controls' settings."""
        photo, segmenters, *given = values
        with told(), self._ending(request):
            wanted, styles = self._wanted(request, photo, given)
            chosen = tuple(segmenters or ())
            try:
                compared = self.service.compare(*wanted, chosen, bar_of(progress), styles=styles)
            except Cancelled:
                return gr.skip()
            tab = self.parts.comparison
            return {tab.notes: note(compared.notes)} | compare_tab.view(tab, compared)

    def clear_comparison(self) -> Updates:
        """Empty the tab "Compare"."""
        tab = self.parts.comparison
        return {tab.notes: ""} | compare_tab.view(tab, None)

    def example(self, index: int) -> Callable[..., Updates]:
        """Make the handler that shows one example, painted at the default settings."""

        def show_example(request: gr.Request) -> Updates:
            self._session(request).drop_run()
            with told():
                state = self.service.show_example(str(request.session_hash), EXAMPLES[index])
                photo = {self.parts.photo: str(EXAMPLES[index].path)}
                return photo | self._controls(state.settings) | view(self.parts, state)

        return show_example

    def blend_again(self, request: gr.Request, state: ViewState | None, *values: Any) -> Updates:
        """Blend the shown painting with the controls' blend."""
        session_id = str(request.session_hash)
        return self._change(
            state,
            lambda known: self.service.blend_again(session_id, known, from_widgets(values)),
        )

    def click(
        self, request: gr.Request, event: gr.SelectData, state: ViewState | None, mode: str
    ) -> Updates:
        """Add what was clicked on to what is kept, or take it away."""

        def prompt(known: ViewState) -> Prompt:
            x, y = event.index
            add = mode == correct_tab.ADD
            return with_click(
                known.prompt, clicked((x, y), known.preview_size, known.size, add=add)
            )

        return self._point(request, state, prompt)

    def draw(
        self,
        request: gr.Request,
        state: ViewState | None,
        line: str,
        tool: str,
        mode: str,
        width: float,
    ) -> Updates:
        """Paint over what is kept.

        What a brush covers stays as in the photo, or does not; the eraser takes strokes away.
        """

        def prompt(known: ViewState) -> Prompt:
            how = {"mark": mark_of(tool, mode), "width": within(width)}
            drawn = with_stroke(known.prompt.drawn, line_from(line), known.size, **how)
            return replace(known.prompt, drawn=drawn)

        return self._point(request, state, prompt)

    def choose_face(
        self, request: gr.Request, event: gr.EventData, state: ViewState | None
    ) -> Updates:
        """Let a face stay itself, be painted like the rest, or be restored, as was chosen."""

        def prompt(known: ViewState) -> Prompt:
            data = event._data or {}
            said = data.get("number"), data.get("says")
            return with_face(known.prompt, known.faces, known.size, *said)

        return self._point(request, state, prompt)

    def undo(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Take the last click, on a face or not, or stroke back."""
        session_id = str(request.session_hash)
        return self._change(state, lambda known: self.service.undo(session_id, known))

    def clear(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Take all clicks, strokes and choices for single faces back."""
        return self._point(request, state, lambda _: Prompt())

    def _point(
        self, request: gr.Request, state: ViewState | None, prompt: Callable[[ViewState], Prompt]
    ) -> Updates:
        session_id = str(request.session_hash)
        return self._change(
            state, lambda known: self.service.point(session_id, known, prompt(known))
        )

    def _change(self, state: ViewState | None, act: Callable[[ViewState], ViewState]) -> Updates:
        """Show what a quick change makes of a painting, or ask for it to be made again."""
        if state is None:
            return gr.skip()
        with told():
            try:
                return view(self.parts, act(state))
            except AgainError as missing:
                return {self.parts.again: Again(state, missing.wanted)}

    def write_file(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Write the full-size file, or ask for the painting to be made again for it."""
        with told():
            if state is None:
                raise PhotoError("There is no painting yet; press Paint first.")
            try:
                file = self.service.write_full_size(str(request.session_hash), state)
                return {self.parts.file: str(file)}
            except AgainError:
                return {self.parts.file: None, self.parts.again: Again(state, state, "file")}

    def write_film(self, state: ViewState | None, seconds: float) -> Updates:
        """Ask for the film of the painting being painted: it takes a while, seen."""
        with told():
            if state is None:
                raise PhotoError("There is no painting yet; press Paint first.")
            return {self.parts.again: Again(state, state, "film", seconds)}

    def make_again(self, request: gr.Request, again: "Again | None" = None) -> Updates:
        """Make a painting again, as it is wanted now, or its file or film where that is wanted."""
        no_file = {self.parts.file: None}
        if again is None:
            return no_file
        with told(), self._ending(request):
            session_id = str(request.session_hash)
            bar = bar_in(self._session(request))
            try:
                if again.what == "file":
                    file = self.service.write_full_size(session_id, again.state, bar)
                    return {self.parts.file: str(file)}
                if again.what == "film":
                    wanted = again.state, again.seconds
                    film = self.service.write_timelapse(session_id, *wanted, bar)
                    return no_file | {self.parts.film: gr.Video(str(film), visible=True)}
                state = self.service.again(session_id, again.state, again.wanted, bar)
                return view(self.parts, state) | no_file
            except Cancelled:
                return no_file

    def cancel(self, request: gr.Request) -> str:
        """Stop the visitor's run at the next stage."""
        self._session(request).drop_run()
        return note(["Cancelled."])

    def leave(self, request: gr.Request) -> None:
        """Forget a visitor who closed the page."""
        self.service.sessions.leave(str(request.session_hash))


def unsaid() -> gr.Error:
    """Make an error that ends an event and is not shown."""
    return gr.Error("", visible=False, print_exception=False)


@dataclass(frozen=True, eq=False)
class Again:
    """A shown painting that has to be made again, as what is `wanted`, or for a file of it.

    Each is another one, since the page makes a run of every change: Gradio tells changes by hashes.
    """

    state: ViewState
    wanted: ViewState
    what: Literal["painting", "file", "film"] = "painting"
    seconds: float = FILM_SECONDS[1]
