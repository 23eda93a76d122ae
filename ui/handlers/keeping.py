"""The album: what the browser keeps of a painting, going back to one, deleting everything."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from pipeline.io.image_files import read_photo
from pipeline.settings import Settings, say_dropped
from pipeline.types import PhotoError, Prompt
from ui import album, easel, style_box
from ui.available import with_available_choices
from ui.card import MOST_CHARACTERS, OTHER, Card, read
from ui.errors import told
from ui.examples import OWNER
from ui.handlers.base import AGAIN, Base
from ui.many import Item
from ui.photos import file_of, read_once, uploaded_in
from ui.previews import fit, over_checker
from ui.result_panel import Updates, view
from ui.service.mending import Brushed
from ui.view_state import ViewState
from ui.words import later, retold

AS_KEPT = later(
    "It hangs as your browser kept it; a larger size or a film is painted again. "
    "For What stays, press Paint again."
)
NOT_KEPT = later(
    "An example as it comes is not kept among your last paintings; "
    "once you change something, it is."
)


class Keeping(Base):
    """The album: what the browser keeps of a painting, going back to one, deleting everything."""

    def keep_result(self, request: gr.Request, state: ViewState | None) -> Updates:
        """Tell the browser to keep a new painting, or which of those that it keeps is shown.

        Examples as they come are on the page anyway, and would take the place of own paintings.
        """
        session, row = self._session(request), self.parts.album.row
        session.shown = state
        if state is None or session.left:
            return gr.skip()
        known = next((name for name, each in session.results.items() if each is state), "")
        untouched = state.owner == OWNER and state.settings == Settings()
        if known:
            return {row: {"shown": known}}
        if untouched and not state.prompt:
            return {row: {"shown": "", "said": str(NOT_KEPT)}}
        try:
            photo = read_once(session, state.photo, state.name)
        except PhotoError:  # it was deleted while the page stood idle
            return gr.skip()
        return {row: album.told(session, state, photo)}

    def kept(self, request: gr.Request, event: gr.EventData) -> None:
        """Take note that the browser has kept a painting."""
        name = str((event._data or {}).get("id"))
        self.service.sessions.kept(str(request.session_hash), name)

    def go_back(self, request: gr.Request, event: gr.EventData) -> Updates:
        """Show a kept painting again: at once where its files are still here, else ask for it."""
        session = self._session(request)
        name = str((event._data or {}).get("id"))
        state = session.results.get(name)
        if state is None or not all(map(_is_here, (state.photo, *state.files))):
            return {self.parts.album.row: {"wanted": name}}
        return self._returned(request, state)

    def come_back(self, request: gr.Request) -> Updates:
        """Show again what hung on a page, or was to be painted, before it was opened anew.

        A painting that was stopped then is begun again. Where there was none nothing changes.
        """
        session, style = self._session(request), self.parts.style
        state, wanted, styles = session.shown, session.wanted, session.styles
        resumed, interrupted = session.resumed, session.interrupted
        session.resumed = session.interrupted = False
        if resumed and state is not None and all(map(_is_here, (state.photo, *state.files))):
            shown = self._returned(request, state)
        elif resumed and session.given is not None and _is_here(session.given):
            shown = {
                self.parts.photo: self._field(request, session.given),
                **view(self.parts, None),
                self.parts.easel: easel.bare(None if interrupted else easel.ARRIVED),
            }
        else:
            return gr.skip()
        if wanted is not None:
            shown |= self._look_of(request, wanted)
        if styles and _is_here(styles[0].path):
            shown |= {style.picture: self._field(request, styles[0].path)}
        return shown | (self._arrived(AGAIN) if interrupted else {})

    def bring_back(self, request: gr.Request, files: Sequence[dict[str, Any]] | None) -> Updates:
        """Show a painting that comes from the browser's album, with its photo and its settings."""
        session = self._session(request)
        with told():
            paths = [file_of(file)[0] for file in files or ()]
            session.use(*paths)
            if len(paths) != len(album.PARCEL):
                raise PhotoError(OTHER)
            path, picture, written = paths
            name, card, said = _opened(written)
            painting = read_photo(picture)
            for passing in (picture, written):
                passing.unlink(missing_ok=True)
            before = session.results.get(name)
            if before is not None and _is_here(before.photo):
                path = before.photo  # at its full size
            else:
                session.copies[path] = card.photo, path
            photo = read_once(session, path, card.name)
            pixels = over_checker(fit(painting.pixels), painting.alpha)
            state = album.state_from(session, card, (path, photo), pixels, (str(AS_KEPT), *said))
            session.drop_run()
            session.said = None  # what came back says it
            session.remember(state, name)
            return self._returned(request, state, card.like)

    def forget(
        self, request: gr.Request, queue: Sequence[Item] | None, key: str,
        *fields: dict[str, Any] | None,
    ) -> Updates:  # fmt: skip
        """Delete all that a visitor gave, and all that was made of it, and end what is made of it.

        `queue`: the photos of the tab "Many". `key`: the secret of the visitor's training.
        """
        session = self._session(request)
        session.use(*(item.path for item in queue or ()))
        session.use(*(file_of(inner)[0] for inner in map(uploaded_in, fields) if inner))
        training = self.service.trainings.find(key)
        if training is not None:
            self.service.trainings.discard(training)
        self.service.sessions.forget(str(request.session_hash))
        gone = {self.parts.state: None, self.parts.many_tab.items: (), self.parts.train_tab.key: ""}
        return {self.parts.album.row: {"forgotten": True}, **gone}

    def _returned(self, request: gr.Request, state: ViewState, like: str = "") -> Updates:
        """Show a painting, and set photo and controls to what it was made of."""
        session, style = self._session(request), self.parts.style
        mended = Prompt(mended=state.prompt.mended)
        session.brushed = Brushed(state.photo, state.settings.frame, mended)
        if like in style_box.GALLERY:
            path, name = style_box.choose(like)
            chosen = {style.picture: path, style.name: name}
        elif state.styles and _is_here(state.styles[0].path):
            chosen = {style.picture: str(state.styles[0].path)}
        else:
            chosen = {}
        return {
            self.parts.photo: self._field(request, state.photo),
            **view(self.parts, state),
            **self._look_of(request, state.settings),
            **chosen,
        }


def _opened(file: Path) -> tuple[str, Card, tuple[str, ...]]:
    """Read a painting's id and card, which came back; also what is to be said of its settings.

    Raises: PhotoError: it is none.
    """
    try:
        with file.open() as opened:
            name, _, text = opened.read(MOST_CHARACTERS + 99).partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PhotoError(OTHER) from error
    card, dropped = read(text)
    settings, replaced = with_available_choices(card.settings)
    missing = () if card.like in style_box.GALLERY else style_box.not_carried(settings)
    return (
        name[:32],
        replace(card, settings=settings),
        (
            *map(retold, say_dropped(dropped)),
            *replaced,
            *missing,
        ),
    )


def _is_here(path: str | Path) -> bool:
    return Path(path).is_file()
