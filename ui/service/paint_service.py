"""What the page asks of the pipeline: paint, blend again, download.

It translates values and knows no widgets.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

from pipeline.runtime.models import zero_gpu
from pipeline.settings import Settings, WeightPolicy
from pipeline.stages.frame import frame
from pipeline.steps.cache import OwnerCache, StageCache
from pipeline.steps.run import NotCachedError
from pipeline.types import (
    Cancelled,
    FilmError,
    Painting,
    Photo,
    Pixels,
    Progress,
    Prompt,
    StageName,
)
from pipeline.weights.cache import cache_folder
from pipeline.weights.resolve import available
from ui.camera import Cameras
from ui.compare_tab import Pair, facts_of, shown
from ui.examples import Example, PaintedExamples
from ui.film_tab import FAST, settings_for
from ui.films import paint_film_into, teller
from ui.forecast import Forecast, in_words
from ui.gpu import borrowing
from ui.history import History
from ui.looks import PAINTED, SHOWN_PX, hurried, small
from ui.many import Batch, Item, Many, followed
from ui.mending import Brushed, brushed_in, looked_at
from ui.outlines_box import Outlined, show_outlines
from ui.photos import photo_of, same_file, styles_of
from ui.previews import fit, over_checker
from ui.progress import Bar, reporter
from ui.reframing import reframed
from ui.sessions import Session, Sessions, private_folder
from ui.sharing.desk import Desk, shares_folder
from ui.status import StatusLine
from ui.style_box import StyleFile
from ui.trainings import Trainings
from ui.view_state import (
    ViewState,
    state_of,
    updated_state,
    write_drawing,
    write_painting,
    write_timelapse,
)
from ui.viewer import Shown
from ui.widgets import changed_at_once
from ui.words import later, say

log = logging.getLogger("page")

STILL = later(
    "What you corrected in this photo, or gave its faces, still holds; "
    "Clear, under What stays, takes it back."
)
NO_FILMS = later(
    "A film takes longer than this Space lends its card; run the app at home for films (README)."
)
EXAMPLES_OWNER = "examples"
# What a slider, a click or a file may not run: it would take long, unseen, beside another painting.
WITHOUT_NETWORKS: frozenset[StageName] = frozenset({"parse", "paint"})
AT_ONCE_PIXELS = 8_000_000  # of strokes, that are rendered without a bar


class AgainError(Exception):
    """What is wanted takes large networks again.

    These run only where the visitor sees how far they are, and can cancel them.
    """

    def __init__(self, wanted: ViewState) -> None:
        super().__init__("The painting has to be made again.")
        self.wanted = wanted


class PaintService:
    """The pipeline as the page sees it.

    It is loaded late: importing it takes longer than a page may take to appear. Tests give their
    own `paint`, `models`, `compare` and `look`, which shows what is mended.
    """

    def __init__(
        self,
        paint: Callable[..., Painting] | None = None,
        models: Any = None,  # noqa: ANN401 - stand-ins for tests
        compare: Callable[..., Any] | None = None,
        look: Callable[..., Any] | None = None,
        *,
        weights: WeightPolicy = "auto",
    ) -> None:
        self.here = available(weights)  # what `auto` takes, until the program ends
        self._paint = paint
        self._compare = compare
        self._look = look
        self._sketch: Callable[[Photo, Settings], Pixels | None] | None = None
        self._models = models
        self._lock = threading.Lock()
        self._alone = threading.Lock()  # two paintings would take twice the memory
        self.line = StatusLine()
        self._cache = StageCache()
        self.sessions = Sessions(self._cache)
        self.desk = Desk(shares_folder())
        self.trainings = Trainings()
        self.cameras = Cameras()
        self.examples = PaintedExamples(
            partial(self.paint, cache=self._cache.of(EXAMPLES_OWNER)),
            cache_folder() / "examples",
            self.here,
        )
        if zero_gpu():  # networks, and what borrows a card, have to be there before the page
            self.pipeline()

    def pipeline(self) -> tuple[Callable[..., Painting], Any]:
        """Load, once, `paint` and the models that all visitors share."""
        with self._lock:
            if self._paint is None:
                from pipeline.paint import paint  # loads torch and OpenVINO
                from pipeline.runtime.models import Models
                from pipeline.steps.mend import look
                from pipeline.steps.strokes import sketch

                self._paint, self._sketch = borrowing(paint), sketch
                self._look = self._look or borrowing(look)
                self._models = Models(here=self.here, arriving=self.line.arriving)
            return self._paint, self._models

    def paint(self, photo: Photo, settings: Settings, **how: Any) -> Painting:  # noqa: ANN401 - what pipeline.paint takes
        """Run the pipeline, one painting at a time.

        Those whose networks' work comes from the cache (`cached`) need not wait.
        """
        paint, models = self.pipeline()
        alone = nullcontext() if how.get("cached") else self._alone
        with self.line.working(), alone:
            return paint(photo, settings, models=models, **how)

    def show(
        self,
        session_id: str,
        path: Path,
        name: str,
        settings: Settings,
        bar: Bar,
        before: ViewState | None = None,
        *,
        styles: tuple[StyleFile, ...] = (),
    ) -> ViewState:
        """Paint a visitor's photo and write its previews.

        Corrections of a painting `before` of the same photo are followed again.

        Raises: PhotoError, WeightError: with a sentence for the person. Cancelled: the visitor
        asked for it, or left.
        """
        session = self.sessions.of(session_id)
        report = reporter(session, bar)
        photo = photo_of(session, session.cache, path, name)
        if before is None or before.photo != path:
            self._show_sketch(session, photo, settings)
        prompt, history = _corrections(before, path, photo, settings)
        prompt = replace(prompt, mended=brushed_in(session, path, photo, settings).prompt.mended)
        with_styles = replace(prompt, styles=styles_of(session, styles))
        painting = self.paint(
            photo, settings, prompt=with_styles, report=report, cache=session.cache
        )
        state = replace(state_of(session, painting, path), styles=styles)
        if not prompt:
            return state
        return replace(state, notes=(str(STILL), *state.notes), history=history)

    def _show_sketch(self, session: Session, photo: Photo, settings: Settings) -> None:
        """Show the first strokes of a new photo while it is still looked at."""
        self.pipeline()
        picture = self._sketch(photo, settings) if self._sketch else None
        if picture is not None:
            session.show_so_far(picture)

    def looks(self, session_id: str, state: ViewState) -> Iterator[tuple[str, ...]]:
        """Paint a shown photo in every look, small; yield the pictures' paths, more each time.

        Those that were painted of it before stay. They end where another run is asked for.
        """
        session = self.sessions.of(session_id)
        stop, of = session.stop, (state.photo, state.settings.frame)
        if session.looks[0] != of:
            session.looks = of, ()
        yield session.looks[1]
        missing = PAINTED[len(session.looks[1]) :]
        if not missing:
            return

        def report(_: Progress) -> None:
            if stop.is_set():
                raise Cancelled

        photo = small(photo_of(session, self._cache_of(session, state), state.photo, state.name))
        cache = StageCache().of(session_id)  # all looks are of one parse
        with suppress(Cancelled):
            for look in missing:
                settings = hurried(look.of(state.settings))
                painting = self.paint(photo, settings, report=report, cache=cache)
                picture = over_checker(fit(painting.result, SHOWN_PX), painting.photo.alpha)
                session.looks = of, (*session.looks[1], session.show("look", picture))
                yield session.looks[1]

    def show_example(self, session_id: str, example: Example) -> ViewState:
        """Show an example, which is painted already or now; its stages are everybody's."""
        painting = self.examples.of(example)
        state = state_of(self.sessions.of(session_id), painting, example.path)
        return replace(state, owner=EXAMPLES_OWNER)

    def blend_again(self, session_id: str, state: ViewState, settings: Settings) -> ViewState:
        """Blend the shown painting anew from what the visitor's cache holds.

        Raises: AgainError: it holds that no more.
        """
        return self.again(
            session_id, state, replace(state, settings=changed_at_once(state.settings, settings))
        )

    def point(self, session_id: str, state: ViewState, prompt: Prompt) -> ViewState:
        """Follow clicks and strokes on what is kept and blend anew; it can be undone.

        The first click embeds the photo.

        Raises: WeightError: nothing here can follow clicks. AgainError: as in `blend_again`.
        """
        history = state.history.then(state.prompt)
        return self.again(session_id, state, replace(state, prompt=prompt, history=history))

    def undo(self, session_id: str, state: ViewState) -> ViewState:
        """Take the last correction back.

        Raises: AgainError: as in `blend_again`.
        """
        return self._with(session_id, state, state.history.undone(state.prompt))

    def redo(self, session_id: str, state: ViewState) -> ViewState:
        """Make the last correction that was taken back again.

        Raises: AgainError: as in `blend_again`.
        """
        return self._with(session_id, state, state.history.redone(state.prompt))

    def _with(
        self, session_id: str, state: ViewState, found: tuple[Prompt, History] | None
    ) -> ViewState:
        if found is None:
            return state
        prompt, history = replace(found[0], mended=state.prompt.mended), found[1]
        return self.again(session_id, state, replace(state, prompt=prompt, history=history))

    def again(
        self, session_id: str, state: ViewState, wanted: ViewState, bar: Bar | None = None
    ) -> ViewState:
        """Show a painting with the settings, prompt and history of `wanted`.

        Large networks may run only with a `bar`, which says how far they are.

        Raises: AgainError: they would have to run without one. Cancelled: the visitor asked for
        it, or left.
        """
        if (wanted.settings, wanted.prompt) == (state.settings, state.prompt):
            return state
        session = self.sessions.of(session_id)
        began = time.perf_counter()
        painting = self._repaint(session, wanted, bar)
        log.info(
            "blended %d x %d px again in %.3f s",
            *painting.result.shape[1::-1],
            time.perf_counter() - began,
        )
        if state.stages and all(Path(path).exists() for path in state.files):
            return replace(updated_state(session, painting, state), history=wanted.history)
        # There were none yet, or they were deleted while the page stood idle.
        return replace(
            state_of(session, painting, state.photo),
            owner=state.owner,
            history=wanted.history,
            styles=state.styles,
        )

    def _repaint(self, session: Session, wanted: ViewState, bar: Bar | None) -> Painting:
        cache = self._cache_of(session, wanted)
        how: dict[str, Any] = (
            {"cached": WITHOUT_NETWORKS} if bar is None else {"report": reporter(session, bar)}
        )
        prompt = replace(wanted.prompt, styles=styles_of(session, wanted.styles))
        photo = photo_of(session, cache, wanted.photo, wanted.name)
        try:
            return self.paint(photo, wanted.settings, prompt=prompt, cache=cache, **how)
        except NotCachedError as missing:
            raise AgainError(wanted) from missing

    def film(
        self, session_id: str | None, path: Path, settings: Settings, start: float,
        end: float | None, bar: Bar = lambda done, doing: None, *,
        styles: tuple[StyleFile, ...] = (),
    ) -> tuple[Path, tuple[str, ...]]:  # fmt: skip
        """Paint a film, one at a time; return its path and what is to be said of it.

        `session_id`: of the visitor who waits for it; None: a program does.

        Raises: FilmError, WeightError: with a sentence for the person. Cancelled: the visitor asked
        for it, or left.
        """
        if zero_gpu():
            raise FilmError(NO_FILMS)
        _, models = self.pipeline()
        if session_id is None:
            folder, tell = private_folder(), lambda _: None
            read = tuple(file.read() for file in styles)
        else:
            session = self.sessions.of(session_id)
            folder, tell = session.folder, teller(session, bar)
            read = styles_of(session, styles)
        with self.line.working(), self._alone:
            return paint_film_into(folder, path, settings, read, models, start, end, tell)

    def many(
        self, session_id: str, items: tuple[Item, ...], settings: Settings,
        styles: tuple[StyleFile, ...], kind: str,
    ) -> Iterator[Many]:  # fmt: skip
        """Paint a visitor's many photos one by one, others' paintings in between.

        Yields them as they are now; the last one has the ZIP of all that is done.

        Raises: PhotoError: a style picture cannot be read.
        """
        session = self.sessions.of(session_id)
        prompt = Prompt(styles=styles_of(session, styles))
        batch = Batch(session, items, settings, kind, partial(self.paint, prompt=prompt))
        return followed(batch, session)

    def seems_worn(self, session_id: str, state: ViewState) -> bool:
        """Tell whether a shown photo has scratches or spots that mending is worth an offer for.

        Raises: PhotoError: it was deleted meanwhile.
        """
        from pipeline.steps.mend import seems_worn

        session = self.sessions.of(session_id)
        cache = self._cache_of(session, state)

        def look() -> bool:
            return seems_worn(photo_of(session, cache, state.photo, state.name))

        return cache.get(("worn", str(state.photo)), look)

    def look_at_mending(
        self, session_id: str, state: ViewState, act: Callable[[Brushed], Brushed]
    ) -> Shown:
        """Show what is mended of a shown photo, after `act` on what was brushed there.

        Raises: PhotoError: it was deleted meanwhile. WeightError: nothing here sees faces.
        """
        session, (_, models) = self.sessions.of(session_id), self.pipeline()
        cache = self._cache_of(session, state)
        photo = photo_of(session, cache, state.photo, state.name)
        brushed = act(brushed_in(session, state.photo, photo, state.settings))
        assert self._look, "where tests give `paint`, they give `look`"
        look = partial(self._look, photo, state.settings, models=models, cache=cache)
        return looked_at(session, brushed, lambda drawn: look(drawn=drawn))

    def live(self, style: str) -> Callable[[Pixels], Pixels]:
        """Return what paints a camera's pictures, one after the other, like a known one.

        Raises: FilmError, WeightError: with a sentence for the person. ValueError: no such style.
        """
        if zero_gpu():
            raise FilmError(NO_FILMS)
        from pipeline.video.live import Live

        return Live(settings_for(Settings(), FAST, style), self.pipeline()[1])

    def compare(
        self,
        session_id: str,
        path: Path,
        name: str,
        both: dict[str, tuple[Settings, tuple[StyleFile, ...]]],
        bar: Bar,
        before: ViewState | None = None,
    ) -> Pair:
        """Paint a visitor's photo in two ways and write their previews.

        `both`: by title, the left one's first. Corrections of a painting `before` of the same photo
        hold for both.

        Raises: PhotoError, WeightError: with a sentence for the person. Cancelled: the visitor
        asked for it, or left.
        """
        session = self.sessions.of(session_id)
        report = reporter(session, bar)
        photo = photo_of(session, session.cache, path, name)
        pictures, facts = [], []
        for number, (settings, styles) in enumerate(both.values()):

            def told(progress: Progress, number: int = number) -> None:
                done, ends = ((number + part) / 2 for part in (progress.done, progress.ends))
                report(replace(progress, done=done, ends=ends))

            prompt, _ = _corrections(before, path, photo, settings)
            prompt = replace(prompt, styles=styles_of(session, styles))
            painting = self.paint(photo, settings, prompt=prompt, report=told, cache=session.cache)
            pictures.append(shown(session, painting))
            facts.append(facts_of(painting))
        (one, other), chosen = both, [settings for settings, _ in both.values()]
        return Pair(
            f"{path} {chosen[0].frame}",
            (one, other),
            (chosen[0], chosen[1]),
            (pictures[0], pictures[1]),
            (facts[0], facts[1]),
        )

    def outline(
        self,
        session_id: str,
        path: Path,
        name: str,
        settings: Settings,
        segmenters: Sequence[str],
        bar: Bar,
        *,
        styles: tuple[StyleFile, ...] = (),
    ) -> Outlined:
        """Paint a visitor's photo with several segmenters and write the previews and the sheet.

        Raises: PhotoError, ValueError, WeightError: with a sentence for the person. Cancelled: the
        visitor asked for it, or left.
        """
        _, models = self.pipeline()
        if self._compare is None:
            from pipeline.compare import compare

            self._compare = borrowing(compare)
        session = self.sessions.of(session_id)
        report = reporter(session, bar)
        photo = photo_of(session, session.cache, path, name)
        like = styles_of(session, styles)
        with self.line.working(), self._alone:
            compared = self._compare(
                photo,
                settings,
                segmenters,
                models=models,
                styles=like,
                report=report,
                cache=session.cache,
            )
        return show_outlines(session, compared, frame(photo, settings.frame))

    def write_full_size(self, session_id: str, state: ViewState, bar: Bar | None = None) -> Path:
        """Write the shown painting at the photo's size as a PNG; return its private path.

        The file carries the settings and the weights. `bar`: as in `again`.

        Raises: AgainError: as in `again`.
        """
        from pipeline.steps.full_size import result_size

        large = state.strokes and prod(result_size(state.size, state.settings)) > AT_ONCE_PIXELS
        if bar is None and large:
            raise AgainError(state)
        session = self.sessions.of(session_id)
        painting = self._repaint(session, state, bar)
        tell = _tell(session, bar, say("Painting it large"))
        return session.wrote(write_painting(painting, session.folder, tell))

    def write_drawing(self, session_id: str, state: ViewState, bar: Bar | None = None) -> Path:
        """Write the strokes of the shown painting as an SVG; return its private path.

        Raises: PhotoError: it is not made of strokes. AgainError: as in `again`.
        """
        session = self.sessions.of(session_id)
        return session.wrote(write_drawing(self._repaint(session, state, bar), session.folder))

    def write_timelapse(self, session_id: str, state: ViewState, seconds: float, bar: Bar) -> Path:
        """Write the film of the shown painting being painted; return its private path.

        Raises: Cancelled: the visitor asked for it, or left.
        """
        session = self.sessions.of(session_id)
        painting = self._repaint(session, state, bar)
        tell = _tell(session, bar, say("Filming"))
        return session.wrote(write_timelapse(painting, session.folder, seconds, tell))

    def _cache_of(self, session: Session, state: ViewState) -> OwnerCache:
        return self._cache.of(state.owner) if state.owner else session.cache


def _corrections(
    before: ViewState | None, path: Path, photo: Photo, settings: Settings
) -> tuple[Prompt, History]:
    """Return prompt and history of a painting before of the same photo, in its new frame."""
    if before is None or not same_file(before.photo, path):
        return Prompt(), History()

    def moved(prompt: Prompt) -> Prompt:
        return reframed(prompt, photo.size, before.settings.frame, settings.frame)

    return moved(before.prompt), before.history.moved(moved)


def _tell(session: Session, bar: Bar | None, doing: str) -> Callable[[float], None]:
    """Return what moves a bar while a file is made, and ends that where the visitor asks for it."""
    forecast = Forecast(time.monotonic())

    def tell(done: float) -> None:
        if bar is not None:
            if session.stop.is_set():
                raise Cancelled
            left = forecast.left(Progress("blend", done), time.monotonic()) if done < 1 else None
            bar(done, doing + in_words(left))

    return tell
