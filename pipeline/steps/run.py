"""One run's bookkeeping: progress, time, weights, what was skipped, what is kept for the next run."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pipeline.catalog import PARSERS
from pipeline.runtime import Loaded, Models
from pipeline.settings import WeightPolicy
from pipeline.stages.parse import Parser
from pipeline.types import Image, Progress, Report, StageName, WeightUse

# Share of the usual run's time that lies behind when a stage begins.
BEGINS: dict[StageName, float] = {"parse": 0.0, "paint": 0.25, "restore": 0.6, "segment": 0.85, "blend": 0.95}

T = TypeVar("T")


class Cache(Protocol):
    """What keeps the value of a stage: `get(key, make)` returns the kept value or makes it."""

    def get(self, key: Hashable, make: Callable[[], T]) -> T: ...


class KeepNothing:
    """The cache of a single run."""

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a new value."""
        return make()


def ignore(progress: Progress) -> None:
    """Take no notice of progress."""


@dataclass
class Run:
    """One run of `paint`; `key` stands for the photo."""

    key: str
    report: Report
    cache: Cache
    seconds: dict[str, float] = field(default_factory=dict)
    used: list[WeightUse] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)

    def using(self, loaded: Loaded) -> Loaded:
        """Note that a weight makes part of this painting."""
        if loaded.use not in self.used:
            self.used.append(loaded.use)
        return loaded

    def parser(self, models: Models, policy: WeightPolicy) -> tuple[Parser, tuple[WeightUse, ...]]:
        """Return the networks that parse, and their weights.

        Raises: WeightError: they are not at hand.
        """
        whole, close = (self.using(models.load(role, policy)) for role in PARSERS)
        return Parser(whole.run, close.run), (whole.use, close.use)

    def kept(self, choices: Hashable, make: Callable[[], T]) -> T:
        """Return a value that a stage makes on its way, kept or new; `choices` is all it depends on beside the photo."""
        return self.cache.get((self.key, choices), make)

    def within(self, name: StageName, share: float, picture: Image | None = None, loss: float | None = None) -> None:
        """Report what share of a stage is done, and the picture so far where there is one."""
        ends = min((begins for begins in BEGINS.values() if begins > BEGINS[name]), default=1.0)
        self.report(Progress(name, BEGINS[name] + share * (ends - BEGINS[name]), picture, loss))

    def stage(self, name: StageName, choices: Hashable, make: Callable[[], T]) -> T:
        """Return a stage's value, kept or new; `choices` is all it depends on beside the photo."""
        self.report(Progress(name, BEGINS[name]))
        began = time.perf_counter()
        value = self.kept((name, choices), make)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        return value
