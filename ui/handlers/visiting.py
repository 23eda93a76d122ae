"""Opening the page, following what runs, leaving."""

from collections.abc import Callable

import gradio as gr

from pipeline.settings import Settings
from ui import easel, film_tab, links, style_box
from ui.available import with_available_choices
from ui.handlers.base import Base
from ui.notes import note
from ui.result_panel import Updates
from ui.run import Run
from ui.widgets import from_link, offered

LEFT = "left "  # as `troubles.js` has it


class Visiting(Base):
    """Opening the page, following what runs, leaving."""

    def open(self, request: gr.Request, held: str = "") -> Updates:
        """Set the controls as the link says; tell that, and what of it cannot be followed.

        `held`: the key of a page that this one was before it was opened anew, after `LEFT` where
        its browser says that it was closed.
        """
        session_id, key = str(request.session_hash), held.removeprefix(LEFT)
        self.service.sessions.resume(key, session_id, left=held != key)
        query = dict(request.query_params)
        asked, bad = from_link(query)
        settings, replaced = with_available_choices(asked)
        picture, missing = style_box.from_link(query, settings)
        said = links.describe_opened(settings, picture[1] if picture else "")
        style = self.parts.style
        controls = {} if settings == Settings() else self._controls(settings)
        return {
            **controls,
            **{box: offered(flag, controls.get(box)) for flag, box in self.parts.open.items()},
            **{box: offered(film_tab.STYLE.flag) for box in self.parts.film_tab.styles},
            **({} if picture is None else {style.picture: picture[0], style.name: picture[1]}),
            # Under the painting it is read before a photo is chosen; notes are far below.
            **({self.parts.easel: easel.opening(" ".join(said))} if said else {}),
            self.parts.notes: note([*bad, *replaced, *missing]),
            self.parts.status: self.service.line.read()[0],
            self.parts.key: self._session(request).key,
        }

    def tick(self, request: gr.Request) -> Updates:
        """Refresh the status line and what is seen of a run.

        The timer stops once neither will change any more.
        """
        line, settled = self.service.line.read()
        sessions, tellers = self.service.sessions, self.parts.tellers
        session = sessions.find(str(request.session_hash))
        if session.awaits:  # else a page that was left open would keep its photo
            session.use()

        def told(run: Run) -> str:
            film = run is not session.film and session.film.before(run)
            return easel.doing(run, sessions.before(run), film=film)

        return {
            self.parts.status: line,
            self.parts.timer: gr.Timer(active=session.awaits or not settled),
            **dict.fromkeys(tellers, ""),
            **{tellers[run.teller]: told(run) for run in session.runs},
        }

    def watch(self, teller: gr.HTML) -> Callable[..., gr.Timer]:
        """Make the handler that follows a visitor's run, told of in `teller`, until its end."""
        number = self.parts.tellers.index(teller)

        def start(request: gr.Request) -> gr.Timer:
            self._session(request).run_in(number).ask(number)  # it may begin later
            return gr.Timer(active=True)

        return start

    def leave(self, request: gr.Request) -> None:
        """Keep what a page held that was closed, for a while; it may be opened anew."""
        self.service.sessions.park(str(request.session_hash))
