"""What all visitors share: the pipeline, loaded once, one painting at a time, the caches."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.runtime.memory import give_back
from pipeline.runtime.models import zero_gpu
from pipeline.settings import Settings, WeightPolicy
from pipeline.steps.cache import OwnerCache, StageCache
from pipeline.types import Painting, Photo, Pixels
from pipeline.weights.cache import cache_folder
from pipeline.weights.resolve import available
from ui.camera import Cameras
from ui.examples import OWNER, PaintedExamples
from ui.gpu import borrowing
from ui.photos import read_once
from ui.session import Session
from ui.sessions import Sessions
from ui.sharing.desk import Desk, shares_folder
from ui.status import StatusLine
from ui.trainings import Trainings
from ui.view_state import ViewState

if TYPE_CHECKING:  # they take long to load
    from pipeline.compare import Comparison
    from pipeline.steps.mend import Mended


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
            partial(self.paint, cache=self._cache.of(OWNER)),
            cache_folder() / "examples",
            self.here,
        )
        if zero_gpu():  # networks, and what borrows a card, have to be there before the page
            self.pipeline()

    def pipeline(self) -> tuple[Callable[..., Painting], Any]:
        """Load, once, `paint` and the models that all visitors share."""
        with self._lock:
            if self._paint is None:
                from pipeline.compare import compare
                from pipeline.paint import paint  # loads torch and OpenVINO
                from pipeline.runtime.models import Models
                from pipeline.steps.mend import look
                from pipeline.steps.strokes import sketch

                self._paint, self._sketch = borrowing(paint), sketch
                self._compare = self._compare or borrowing(compare)
                self._look = self._look or borrowing(look)
                self._models = Models(here=self.here, arriving=self.line.arriving)
            return self._paint, self._models

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody paints, and let nobody else paint until the end."""
        with self.line.working(), self._alone:
            try:
                yield
            finally:
                give_back()

    def paint(self, photo: Photo, settings: Settings, **how: Any) -> Painting:  # noqa: ANN401 - what pipeline.paint takes
        """Run the pipeline, one painting at a time.

        Those whose networks' work comes from the cache (`cached`) need not wait.
        """
        paint, models = self.pipeline()
        with self.line.working() if how.get("cached") else self.alone():
            return paint(photo, settings, models=models, **how)

    def compare(self, photo: Photo, settings: Settings, *which: Any, **how: Any) -> "Comparison":  # noqa: ANN401 - what pipeline.compare takes
        """Paint a photo with several segmenters, as one painting at a time."""
        _, models = self.pipeline()
        assert self._compare, "where tests give `paint`, they give `compare`"
        with self.alone():
            return self._compare(photo, settings, *which, models=models, **how)

    def look(self, photo: Photo, settings: Settings, **how: Any) -> "Mended":  # noqa: ANN401 - what pipeline.steps.mend.look takes
        """Look at what is mended of a photo."""
        _, models = self.pipeline()
        assert self._look, "where tests give `paint`, they give `look`"
        return self._look(photo, settings, models=models, **how)

    def sketch(self, photo: Photo, settings: Settings) -> Pixels | None:
        """Paint the first strokes of a photo; None where its painter makes none."""
        self.pipeline()
        return self._sketch(photo, settings) if self._sketch else None

    def cache_of(self, session: Session, state: ViewState) -> OwnerCache:
        """Return the cache that holds the stages of a shown painting."""
        return self._cache.of(state.owner) if state.owner else session.cache

    def photo_of(self, session: Session, state: ViewState) -> Photo:
        """Return the photo of a shown painting.

        Raises: PhotoError: it was deleted meanwhile.
        """
        return read_once(session, state.photo, state.name)
