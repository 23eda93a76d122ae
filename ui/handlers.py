"""What happens on the page: each handler translates raw widget values, asks the studio, and returns what to show."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.io.image_files import read_settings
from pipeline.settings import Settings
from pipeline.types import Cancelled, PhotoError, Prompt
from pipeline.weights.resolve import WeightError
from ui import compare_tab, correct_tab, faces_tab, style_box
from ui.available import within_reach
from ui.drawing import line_from, mark_of, with_stroke, within
from ui.examples import EXAMPLES
from ui.face_frames import with_face
from ui.pointing import clicked, with_click
from ui.previews import for_field
from ui.service import AgainError, Bar, PaintService, photo_of
from ui.view_state import ViewState
from ui.widgets import OPTIONS, from_link, from_widgets, to_widgets

log = logging.getLogger("page")
BAR = gr.Progress()
Update = Any  # a component's new value, or gr.skip()


@contextmanager
def told(*, html: bool = True) -> Iterator[None]:
    """Turn what goes wrong into a sentence for the visitor; a surprise is logged here and never shown as a traceback.

    `html`: whether it is shown as HTML, as the page's toasts are.
    """
    try:
        yield
    except (PhotoError, ValueError, WeightError) as error:
        raise gr.Error(
            escape(str(error), quote=False) if html else str(error), print_exception=False
        ) from error
    except (gr.Error, Cancelled):
        raise
    except Exception as error:
        log.exception("a request failed")
        raise gr.Error(
            "Something went wrong here; it is not your photo's fault. Try again.",
            print_exception=False,
        ) from error


class Handlers:
    """The page's events. `request.session_hash` tells visitors apart."""

    def __init__(self, service: PaintService) -> None:
        self.service = service

    def open(self, request: gr.Request) -> list[Update]:
        """Set the controls to what the link carries; return them with the picture to paint like, the notes and the status line."""
        query = dict(request.query_params)
        asked, bad = from_link(query)
        settings, replaced = within_reach(asked)
        widgets = [gr.skip()] * len(OPTIONS) if settings == Settings() else to_widgets(settings)
        picture, missing = style_box.from_link(query, settings.paint.painter)
        return [
            *widgets,
            *(picture or [gr.skip()] * 2),
            note([*bad, *replaced, *missing]),
            self.service.line.read()[0],
        ]

    def tick(self, request: gr.Request) -> tuple[Update, Update, Update]:
        """Refresh the status line, and the visitor's picture while it is painted, until there is nothing more to say."""
        line, settled = self.service.line.read()
        visit = self.service.visits.of(str(request.session_hash))
        return (
            line,
            gr.Timer(active=visit.awaited or not settled),
            gr.Image(visit.preview, visible=visit.preview is not None),
        )

    def watch(self, request: gr.Request) -> gr.Timer:
        """Return the timer that follows the visitor's run until it has ended, which may only begin later."""
        self.service.visits.of(str(request.session_hash)).awaited = True
        return gr.Timer(active=True)

    @contextmanager
    def _ending(self, request: gr.Request) -> Iterator[None]:
        """Say at the end that the visitor's run is awaited no more."""
        try:
            yield
        finally:
            self.service.visits.of(str(request.session_hash)).awaited = False

    def keep(self, request: gr.Request) -> str:
        """Go on with the visitor's picture as it is now."""
        self.service.visits.of(str(request.session_hash)).enough.set()
        return note(["It is kept as it is now."])

    def receive(self, request: gr.Request, photo: dict[str, Any] | None) -> list[Update]:
        """Read a new photo: say what is odd about it, and take over the settings it carries."""
        visit = self.service.visits.of(str(request.session_hash))
        unchanged = [gr.skip()] * len(OPTIONS)
        if not photo or not photo.get("path"):
            return [*unchanged, *view(None)]
        with told():
            path, name = file_of(photo)
            notes = photo_of(visit, visit.cache, path, name).notes
            try:
                settings = read_settings(path)
            except PhotoError:
                raise
            except ValueError as error:
                said = f"The settings in this picture are not used: {error}"
                return [*unchanged, *view(None, [said, *notes])]
        if settings is None:
            return [*unchanged, *view(None, notes)]
        settings, replaced = within_reach(settings)
        said = "This picture was painted here, and its settings are restored. Drop another photo to paint it the same way."
        return [*to_widgets(settings), *view(None, [said, *replaced, *notes])]

    def show_photo(self, request: gr.Request, photo: dict[str, Any] | None) -> Update:
        """Put a preview into the photo field where browsers cannot show the file; take a bad one out."""
        visit = self.service.visits.of(str(request.session_hash))
        if not photo or not photo.get("path"):
            return gr.skip()
        path, name = file_of(photo)
        if path in visit.behind:
            return gr.skip()
        try:
            picture = for_field(path, photo_of(visit, visit.cache, path, name))
        except PhotoError:
            return None
        return gr.skip() if picture is None else visit.stand_for(path, name, picture)

    def _chosen(self, request: gr.Request, photo: dict[str, Any] | None) -> tuple[Path, str]:
        """Return the photo in the photo field, be it shown or stood for."""
        return self.service.visits.of(str(request.session_hash)).file_behind(*file_of(photo))

    def paint_photo(
        self, request: gr.Request, progress: gr.Progress = BAR, *values: Any
    ) -> list[Update]:
        """Paint the photo with the controls' settings; how a painting of it before was corrected still holds."""
        photo, before, *given = values
        styles, chosen = given[: style_box.FIELDS], given[style_box.FIELDS :]
        with told(), self._ending(request):
            (path, name), settings = self._chosen(request, photo), from_widgets(chosen)
            try:
                like = style_box.files_of(settings, *styles)
                shown = self.service.show(
                    str(request.session_hash),
                    path,
                    name,
                    settings,
                    bar_of(progress),
                    before,
                    styles=like,
                )
            except Cancelled:
                return [gr.skip()] * len(view(None))
            return view(shown)

    def compare(
        self, request: gr.Request, progress: gr.Progress = BAR, *values: Any
    ) -> list[Update]:
        """Compare segmenters on the photo, at the controls' settings."""
        photo, segmenters, *given = values
        styles, chosen = given[: style_box.FIELDS], given[style_box.FIELDS :]
        with told(), self._ending(request):
            (path, name), settings = self._chosen(request, photo), from_widgets(chosen)
            try:
                compared = self.service.compare(
                    str(request.session_hash), path, name, settings, tuple(segmenters or ()), bar_of(progress),
                    styles=style_box.files_of(settings, *styles),
                )  # fmt: skip
            except Cancelled:
                return [gr.skip()] * (1 + len(compare_tab.view(None)))
            return [note(compared.notes), *compare_tab.view(compared)]

    def example(self, index: int) -> Callable[..., list[Update]]:
        """Return the handler that shows one example, painted at the default settings."""

        def show(request: gr.Request) -> list[Update]:
            with told():
                shown = self.service.show_example(str(request.session_hash), EXAMPLES[index])
                return [str(EXAMPLES[index].path), *to_widgets(shown.settings), *view(shown)]

        return show

    def blend_again(
        self, request: gr.Request, shown: ViewState | None, *values: Any
    ) -> list[Update]:
        """Blend the shown painting with the controls' blend."""
        return changed(
            shown,
            lambda known: self.service.blend_again(
                str(request.session_hash), known, from_widgets(values)
            ),
        )

    def click(
        self, request: gr.Request, event: gr.SelectData, shown: ViewState | None, mode: str
    ) -> list[Update]:
        """Add what was clicked on to what is kept, or take it away."""

        def prompt(known: ViewState) -> Prompt:
            x, y = event.index
            add = mode == correct_tab.ADD
            return with_click(
                known.prompt, clicked((x, y), known.preview_size, known.size, add=add)
            )

        return self._point(request, shown, prompt)

    def draw(
        self,
        request: gr.Request,
        shown: ViewState | None,
        line: str,
        tool: str,
        mode: str,
        width: float,
    ) -> list[Update]:
        """Paint over what is kept: what a stroke covers stays as in the photo, or does not, or is left to the rest again."""

        def prompt(known: ViewState) -> Prompt:
            how = {"mark": mark_of(tool, mode), "width": within(width)}
            drawn = with_stroke(known.prompt.drawn, line_from(line), known.size, **how)
            return replace(known.prompt, drawn=drawn)

        return self._point(request, shown, prompt)

    def click_face(
        self, request: gr.Request, event: gr.SelectData, shown: ViewState | None, weight: float
    ) -> list[Update]:
        """Restore the face that was clicked on as far as the slider says, or as the settings say again."""

        def prompt(known: ViewState) -> Prompt:
            at = (event.index[0], event.index[1])
            x, y, _ = clicked(at, known.preview_size, known.size, add=True)
            return with_face(known.prompt, known.faces, (x, y), weight)

        return self._point(request, shown, prompt)

    def undo(self, request: gr.Request, shown: ViewState | None) -> list[Update]:
        """Take the last click, on a face or not, or stroke back."""
        return changed(shown, lambda known: self.service.undo(str(request.session_hash), known))

    def clear(self, request: gr.Request, shown: ViewState | None) -> list[Update]:
        """Take all clicks and strokes back; what faces were given stays."""
        return self._point(
            request, shown, lambda known: replace(known.prompt, points=(), box=None, drawn=None)
        )

    def clear_faces(self, request: gr.Request, shown: ViewState | None) -> list[Update]:
        """Restore all faces as the settings say again."""
        return self._point(request, shown, lambda known: replace(known.prompt, faces=()))

    def _point(
        self, request: gr.Request, shown: ViewState | None, prompt: Callable[[ViewState], Prompt]
    ) -> list[Update]:
        return changed(
            shown, lambda known: self.service.point(str(request.session_hash), known, prompt(known))
        )

    def write_file(self, request: gr.Request, shown: ViewState | None) -> list[Update]:
        """Make the full-size file; where the painting has to be made again first, return what to make."""
        with told():
            if shown is None:
                raise PhotoError("There is no painting yet; press Paint first.")
            try:
                return [
                    str(self.service.write_full_size(str(request.session_hash), shown)),
                    gr.skip(),
                ]
            except AgainError:
                return [None, Again(shown, shown, file=True)]

    def make_again(
        self, request: gr.Request, progress: gr.Progress = BAR, again: "Again | None" = None
    ) -> list[Update]:
        """Make a painting again, as it is wanted now, and its file where that is wanted."""
        unchanged = [gr.skip()] * len(view(None))
        if again is None:
            return [*unchanged, None]
        with told(), self._ending(request):
            session, bar = str(request.session_hash), bar_of(progress)
            try:
                if again.file:
                    return [
                        *unchanged,
                        str(self.service.write_full_size(session, again.shown, bar)),
                    ]
                return [*view(self.service.again(session, again.shown, again.wanted, bar)), None]
            except Cancelled:
                return [*unchanged, None]

    def cancel(self, request: gr.Request) -> str:
        """Stop the visitor's run at the next stage."""
        visit = self.service.visits.of(str(request.session_hash))
        visit.stop.set()
        visit.awaited = False
        return note(["Cancelled."])

    def leave(self, request: gr.Request) -> None:
        """Forget a visitor who closed the page."""
        self.service.visits.leave(str(request.session_hash))


@dataclass(frozen=True)
class Again:
    """A shown painting that has to be made again, as what is `wanted`, or for its `file`."""

    shown: ViewState
    wanted: ViewState
    file: bool = False


def changed(shown: ViewState | None, act: Callable[[ViewState], ViewState]) -> list[Update]:
    """Return what the wall shows after a quick change, and what has to be made again instead, if anything."""
    unchanged = [gr.skip()] * len(view(None))
    if shown is None:
        return [*unchanged, gr.skip()]
    with told():
        try:
            return [*view(act(shown)), gr.skip()]
        except AgainError as missing:
            return [*unchanged, Again(shown, missing.wanted)]


def file_of(photo: dict[str, Any] | None) -> tuple[Path, str]:
    """Return the file in the photo field, and its name.

    Raises: PhotoError: there is none.
    """
    if not photo or not photo.get("path"):
        raise PhotoError(
            "There is no photo yet; drop one into the photo field or choose an example."
        )
    return Path(photo["path"]), Path(photo.get("orig_name") or "photo").stem


def bar_of(progress: gr.Progress) -> Bar:
    """Return the page's progress bar as the studio moves it."""
    return lambda done, text: progress(done, desc=text)


def view(shown: ViewState | None, said: Sequence[str] = ()) -> list[Update]:
    """Return what the wall shows: state, the empty wall, the result, its slider and gallery, the tabs "Correct" and "Faces", the notes."""
    tabs = [*correct_tab.view(shown), *faces_tab.view(shown)]
    if shown is None:
        return [
            None,
            gr.HTML(visible=True),
            gr.Column(visible=False),
            None,
            None,
            *tabs,
            note(said),
        ]
    gallery = [(path, caption) for _, path, caption in shown.stages]
    slider = (shown.before, shown.after)
    return [
        shown,
        gr.HTML(visible=False),
        gr.Column(visible=True),
        slider,
        gallery,
        *tabs,
        note(shown.notes),
    ]


def note(sentences: Sequence[str]) -> str:
    """Return sentences as a list; the page announces its changes to screen readers."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""
