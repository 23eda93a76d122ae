"""One open page: its runs and their stop signs, its cache, what it holds.

Nothing here is shared between visitors.
"""

import secrets
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from pipeline.steps.cache import OwnerCache
from pipeline.types import Pixels
from ui.camera import Camera
from ui.run import FILM, Run
from ui.session_files import SessionFiles

MOST_RESULTS = 40  # of one page, that can be gone back to at once


@dataclass(frozen=True)
class LookPictures:
    """The pictures of the looks, as far as they are painted.

    `of`: what they are painted of. `awaited`: the painting that stands for those still to come.
    """

    of: Hashable = None
    painted: tuple[str, ...] = ()
    awaited: str = ""


@dataclass
class Session(SessionFiles):
    """An open page, with its files.

    `run`: the painting or comparison that was asked for last; `film`: the film, beside it.
    `looks_end`: set where the looks that are being painted are to end.
    `given`: the file of the photo that was given last, and could be read.
    `looks`: the looks' pictures.
    `wanted`: the settings that were asked for last, of which a look may be marked.
    `results`: the paintings that were shown, by the id under which the browser keeps them.
    `batch`: the many photos that are painted, or were last; `queue`: those that wait.
    `own_film`: the film that was given last; `filmed`: the one that was painted last, and what was
    said of it.
    `key`: by which the page, opened anew, finds it again; nobody can guess it. `shown`: the
    painting that hangs there. `styles`: the pictures that were asked for last to paint like.
    `unsaved`: whether a file that was asked for gave way to something else, until that is told.
    `interrupted`: whether a painting was stopped as the page was closed. `resumed`: whether it was
    found again, until the page shows it.
    `chosen`: by flag, what the painting shown last was set to, and the photo that hung there first
    with it. `declined`: what was offered of a photo and put away.
    `brushed`: what was brushed over what is mended of a photo. `said`: what was said last of what
    stays, until the next painting holds it.
    `camera`: what paints the page's camera, once it was started.
    """

    cache: OwnerCache
    run: Run = field(default_factory=Run)
    film: Run = field(default_factory=partial(Run, FILM))
    looks_end: threading.Event = field(default_factory=threading.Event)
    given: Path | None = None
    looks: LookPictures = LookPictures()
    wanted: Settings | None = None
    results: dict[str, Any] = field(default_factory=dict)  # of ui.view_state.ViewState
    batch: Any = None  # a ui.service.many.Batch
    queue: tuple[Any, ...] = ()  # of ui.many.Item
    own_film: Path | None = None
    filmed: tuple[Path, tuple[str, ...]] | None = None
    key: str = ""
    shown: Any = None  # a ui.view_state.ViewState
    styles: tuple[Any, ...] = ()  # of ui.style_box.StyleFile
    unsaved: bool = False
    interrupted: bool = False
    resumed: bool = False
    chosen: dict[str, tuple[object, Path]] = field(default_factory=dict)
    declined: set[tuple[object, ...]] = field(default_factory=set)
    brushed: Any = None  # a ui.service.mending.Brushed
    said: Any = None  # a ui.service.said.Said
    camera: Camera | None = None

    @property
    def runs(self) -> tuple[Run, Run]:
        """What was asked for last, in each place."""
        return self.run, self.film

    def run_in(self, teller: int) -> Run:
        """Return the run that is told of in one of the page's tellers."""
        return self.film if teller == FILM else self.run

    @property
    def awaits(self) -> bool:
        """Whether the page follows a run."""
        return any(run.awaited is not None for run in self.runs)

    def begin(self, run: Run) -> threading.Event:
        """Begin a run with nothing asked of it; return the event that cancels it.

        The looks of the painting before end for it.
        """
        self.end_looks()
        return run.begin()

    def cancel(self, run: Run) -> None:
        """Stop a run, and the looks; what begins from now on is not stopped."""
        self.end_looks()
        run.cancel()

    def drop_run(self) -> None:
        """Stop what is painted of the photo, as something else takes its place."""
        awaited = self.run.awaited is not None
        dropped, self.unsaved = self.run.paints and awaited, self.unsaved or self.run.saves
        self.cancel(self.run)
        self.run.dropped = dropped

    def stop_batch(self) -> None:
        """End the painting of many photos after what is done."""
        if self.batch is not None:
            self.batch.stop.set()

    def pause(self) -> None:
        """Stop what is painted of the photo, to be begun again if its page is opened anew.

        A film that is being painted, and many photos, go on; the camera ends with its page.
        """
        self.camera = None
        if self.run.paints and self.run.awaited is not None:
            self.interrupted = True
        self.cancel(self.run)
        if self.film.doing is None:
            self.film.cancel()

    def end_looks(self) -> None:
        """End the looks that are being painted, not those that begin from now on."""
        self.looks_end.set()
        self.looks_end = threading.Event()

    def remember(self, state: Any, name: str = "") -> str:  # noqa: ANN401 - a ViewState
        """Remember a painting that is shown; return its id, `name` or a new one.

        The oldest are forgotten.
        """
        name = name or secrets.token_hex(8)
        self.results[name] = state
        while len(self.results) > MOST_RESULTS:
            del self.results[next(iter(self.results))]
        return name

    def show_so_far(self, run: Run, pixels: Pixels) -> None:
        """Show how a run's picture is so far."""
        run.show(self.write("so-far", pixels))
