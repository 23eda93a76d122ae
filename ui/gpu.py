"""A graphics card that is lent for one run at a time, as ZeroGPU does; elsewhere nothing here acts.

ZeroGPU runs a decorated function in a forked process that has the card, and pickles what goes in
and what comes out. Networks do not go: they are loaded before the page is launched, and the fork
has them.

- A run is first tried here, with networks that refuse. What its stages find in the visitor's cache
  needs no card: sliders that blend, undo and the download cost nothing of a visitor's time on it.
- What they found goes along, and what they make there comes back into that cache.
- How far it is, and pictures so far, are yielded there and reported here.
- Cancel and Keep are written into a file, at which the run there looks whenever it reports.
- Errors with a sentence for the person come back as values: ZeroGPU would only give their names.
"""

import tempfile
import time
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, NoReturn, TypeVar

from pipeline.runtime.models import Loaded, LoadedFeatures, zero_gpu
from pipeline.settings import Settings
from pipeline.steps.run import Cache, NotCachedError, RunCache, ignore
from pipeline.types import Cancelled, Painting, Photo, Progress, Report, StopEarly
from pipeline.weights.catalog import LIGHT, WeightError

if zero_gpu():
    import spaces  # noqa: F401 - it has to come before torch

T = TypeVar("T")

# Guesses: nobody has measured them on ZeroGPU. A run that takes longer is cut off.
USUAL_S, MEGAPIXEL_S, SEGMENTER_S, ITERATION_S, MOST_S = 30.0, 0.5, 10.0, 0.15, 300.0
ITERATIONS = {"fast": 100, "paper": 1000}  # at the full size, where the settings leave it open
SIDE_PX = 512  # at which `ITERATION_S` is meant
PAUSE_S = 0.5  # between two pictures so far, each of which is pickled
SAYS = (ValueError, WeightError, Cancelled, NotCachedError)  # what the page knows how to tell
BORROWERS: dict[str, Any] = {}  # the models, where a fork finds them


class _NeedsCardError(Exception):
    """A network is to run, and there is no card here."""


@dataclass(frozen=True)
class Job:
    """A run of a function of the pipeline, to be pickled; `known`: its stages' values, by key."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    named: dict[str, Any]
    known: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of a job: a value or an error, and the values that its stages made."""

    value: Any = None
    error: BaseException | None = None
    made: dict[Hashable, Any] = field(default_factory=dict)


class Noting:
    """A cache that notes what it was asked for: in `found`, and what it did not know in `made`."""

    def __init__(self, cache: Cache, known: dict[Hashable, Any] | None = None) -> None:
        self._cache = cache
        self.found = dict(known or {})
        self.made: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value that is known under `key`, or the cache's, or make it."""
        if key not in self.found:
            self.found[key] = self.made[key] = self._cache.get(key, make)
        return self.found[key]


def borrowing(function: Callable[..., T]) -> Callable[..., T]:
    """Return a function of the pipeline that runs on a borrowed card, where cards are lent.

    It takes `models`, `report` and `cache` as `pipeline.paint.paint` does. Call this before the
    page is launched: ZeroGPU wants to know beforehand what will borrow.
    """
    if not zero_gpu():
        return function
    import spaces

    work = spaces.GPU(duration=seconds_of)(run_job)

    @wraps(function)
    def run(
        *args: object, models: object, report: Report = ignore, cache: Cache | None = None,
        **named: object,
    ) -> T:  # fmt: skip
        kept = cache or RunCache()
        noting = Noting(kept)
        try:
            return function(*args, models=_Refusing(models), report=report, cache=noting, **named)
        except _NeedsCardError:
            pass
        BORROWERS["models"] = models
        with tempfile.TemporaryDirectory(prefix="run-") as folder:
            override = Path(folder) / "wish"
            with closing(work(Job(function, args, named, noting.found), str(override))) as told:
                outcome = _followed(told, report, override)
        for key, value in outcome.made.items():
            kept.get(key, lambda value=value: value)
        if outcome.error:
            raise outcome.error
        same = isinstance(outcome.value, Painting) and outcome.value.photo is None
        return replace(outcome.value, photo=args[0]) if same else outcome.value

    return run


def seconds_of(job: Job, override: str = "") -> int:
    """Return how long a job may have the card, s: what was asked for decides."""
    given = (*job.args, *job.named.values())
    photo = next((each for each in given if isinstance(each, Photo)), None)
    settings = next((each for each in given if isinstance(each, Settings)), Settings())
    seconds, how = USUAL_S, settings.style
    if settings.paint.painter == "portrait-aware":
        iterations = how.iterations or ITERATIONS[how.preset]
        seconds += ITERATION_S * iterations * (how.side / SIDE_PX) ** 2
    elif photo:
        seconds += MEGAPIXEL_S * photo.size[0] * photo.size[1] / 1e6
    seconds += SEGMENTER_S * sum(len(each) for each in given if _names(each))
    return round(min(seconds, MOST_S))


def run_job(job: Job, override: str) -> Generator[Progress | Outcome]:
    """Run a job where the card is; yield how far it is and, last, what came of it.

    `override`: path of a file that says Cancelled or StopEarly as soon as somebody wants that.
    """
    told: SimpleQueue[Progress | Outcome] = SimpleQueue()
    left = Event()
    run = Thread(target=lambda: told.put(_outcome(job, _teller(told, Path(override), left))))
    run.start()
    try:
        while isinstance(one := told.get(), Progress):
            yield one
        if one.error and not isinstance(one.error, SAYS):
            raise one.error
        yield one
    finally:
        left.set()  # where nobody listens any more, it is to end, and the card goes back only then
        run.join()


def _outcome(job: Job, report: Report) -> Outcome:
    noting = Noting(RunCache(), job.known)
    try:
        how = {"models": BORROWERS["models"], "report": report, "cache": noting}
        value = job.function(*job.args, **how, **job.named)
    except BaseException as error:
        return Outcome(error=error, made=noting.made)
    if isinstance(value, Painting) and value.photo is job.args[0]:  # not a frame of it
        value = replace(value, photo=None)  # who asked has it, and it may be large
    return Outcome(value, made=noting.made)


def _teller(told: "SimpleQueue[Progress | Outcome]", override: Path, left: Event) -> Report:
    last = 0.0

    def report(progress: Progress) -> None:
        nonlocal last
        wanted = override.read_text() if override.exists() else ""
        if left.is_set() or wanted == Cancelled.__name__:
            raise Cancelled
        if progress.picture is None:
            told.put(progress)
            return
        if wanted == StopEarly.__name__:
            raise StopEarly
        if time.monotonic() - last > PAUSE_S:
            told.put(progress)
            last = time.monotonic()

    return report


def _followed(told: Iterator[Progress | Outcome], report: Report, override: Path) -> Outcome:
    """Report what a job tells, pass on what is wished, and return what came of it."""
    outcome = Outcome()
    for one in told:
        if isinstance(one, Outcome):
            outcome = one
            continue
        try:
            report(one)
        except (Cancelled, StopEarly) as wanted:
            override.write_text(type(wanted).__name__)
    return outcome


def _names(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise _NeedsCardError


class _Refusing:
    """Models whose networks do not run, unless they need no card."""

    def __init__(self, models: Any) -> None:  # noqa: ANN401 - or a stand-in
        self._models = models

    def load(self, role: str, policy: Any) -> Loaded:  # noqa: ANN401
        loaded = self._models.load(role, policy)
        return loaded if role in LIGHT else _refusing(loaded)

    def named(self, name: str, policy: Any) -> Loaded:  # noqa: ANN401
        return _refusing(self._models.named(name, policy))

    def own(self, style: Any) -> Loaded:  # noqa: ANN401
        return _refusing(self._models.own(style))

    def features(self, policy: Any) -> LoadedFeatures:  # noqa: ANN401
        return replace(self._models.features(policy), network=_refuse)


def _refusing(loaded: Loaded) -> Loaded:
    prompt = loaded.prompt and _refuse
    return replace(loaded, run=_refuse, submodule=lambda which: _refuse, prompt=prompt)
