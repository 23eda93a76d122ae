"""One run: its photo, settings and networks, and each step's value with the key of what made it."""

import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from pipeline.ops.resample import pixels_resized, shrunk, size_of_least_long, size_within
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Loaded, LoadedFeatures, Models
from pipeline.settings import FrameSettings, Settings
from pipeline.stages.colorize import colorless
from pipeline.stages.frame import frame
from pipeline.stages.gray import of_both
from pipeline.stages.parse import Parser
from pipeline.steps.ways import is_printed
from pipeline.types import (
    BEGINS,
    BEGINS_LONG,
    Image,
    Photo,
    Progress,
    Prompt,
    Report,
    StageName,
    WeightUse,
)
from pipeline.variants import PAINTERS
from pipeline.weights.catalog import SEEING, WITHOUT_COLOR

WORKING_PIXELS = 2_000_000
# Long side, at least, of what is printed, unless it is to be as large as its photo: ink has edges
# of its own.
PRINTED_PX = 1280

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Cache(Protocol):
    """What keeps the values of steps: `get(key, make)` returns the kept value or makes it."""

    def get(self, key: Hashable, make: Callable[[], T]) -> T: ...


class RunCache:
    """The cache of a single run: it keeps everything, so that nothing is made twice in it."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value kept under `key`, or make and keep it."""
        if key not in self._values:
            self._values[key] = make()
        return self._values[key]


class NotCachedError(Exception):
    """A stage would have to run that was to come from the cache."""


@dataclass(frozen=True)
class Keyed(Generic[T_co]):
    """A step's value, and a key that differs wherever anything that it was made from does."""

    value: T_co
    key: str


class Later(Generic[T_co]):
    """A value that is made when it is first wanted, once in a run, and its key."""

    def __init__(self, make: Callable[[], T_co], key: str) -> None:
        self._make = make
        self.key = key

    @cached_property
    def value(self) -> T_co:
        """The value."""
        return self._make()


def ignore(progress: Progress) -> None:
    """Take no notice of progress."""


@dataclass
class Run:
    """One run of the pipeline; what it notes on the way is never part of a key.

    `prompt`: in the px of the working size. `cached`: the stages that must come from the cache.
    """

    photo: Photo
    settings: Settings
    models: Models
    prompt: Prompt = field(default_factory=Prompt)
    report: Report = ignore
    cache: Cache = field(default_factory=RunCache)
    cached: frozenset[StageName] = frozenset()
    seconds: dict[str, float] = field(default_factory=dict)
    used: list[WeightUse] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    later_values: dict[str, Later[Any]] = field(default_factory=dict)

    @property
    def original(self) -> Keyed[Image]:
        """The photo at working size."""
        how = self.settings
        printed = how.paint.on and is_printed(how.paint) and how.result.size != "photo"
        return self.made(at_working_size, self.photo, PRINTED_PX if printed else 0)

    def framed(self) -> "Run":
        """Return the run of the part of its photo that the settings frame.

        Raises: PhotoError: too little of the photo is left.
        """
        how = self.settings.frame
        if how == FrameSettings():
            return self
        return self.with_photo(self.made(frame, self.photo, how).value)

    def with_photo(self, photo: Photo) -> "Run":
        """Return the same run of what became of its photo.

        That may have been made of the same pixels in another file; name and notes are this one's.
        """
        own = {"name": self.photo.name, "notes": self.photo.notes}
        same = all(getattr(photo, what) == value for what, value in own.items())
        return replace(self, photo=photo if same else replace(photo, **own))

    def with_settings(self, settings: Settings, **changes: Any) -> "Run":  # noqa: ANN401 - fields
        """Return the same run, notes included, under other settings."""
        return replace(self, settings=settings, **changes)

    def anew(self) -> "Run":
        """Return a run of the same photo, settings and networks with nothing kept and noted."""
        return Run(self.photo, self.settings, self.models)

    def made(self, make: Callable[..., T], *inputs: object, keep: bool = True) -> Keyed[T]:
        """Return what `make`, a function of a module, makes of inputs, kept or new.

        Inputs are keyed values, networks, settings and plain values; those are all it depends on.
        `keep`: whether it is worth keeping.

        Raises: TypeError: an input whose content has no key, such as an array.
        """
        key = _key(make, inputs)
        return Keyed(self._kept(key, lambda: make(*map(_value, inputs)), keep=keep), key)

    def later(self, make: Callable[..., T], *inputs: object) -> Later[T]:
        """Return what `make` makes of inputs, as `made` does, once it is wanted.

        It is shared by the steps of this run and not kept after it: for what is large, and what
        steps that come from the cache do not want.
        """
        key = _key(make, inputs)
        new = Later(lambda: make(*map(_value, inputs)), key)
        return self.later_values.setdefault(key, new)

    def made_anew(self, make: Callable[..., T], *inputs: object) -> Keyed[T]:
        """Return what `make` makes by a run of its own, kept or new.

        It takes that run, where nothing is kept, and the inputs with their keys, as steps do.

        Raises: TypeError: an input whose content has no key, such as an array.
        """
        key = _key(make, (self.photo, self.settings, *inputs))
        return Keyed(self._kept(key, lambda: make(self.anew(), *inputs), keep=True), key)

    def _kept(self, key: str, make: Callable[[], T], *, keep: bool) -> T:
        return self.cache.get(key, make) if keep else make()

    def stage(
        self, name: StageName, make: Callable[..., T], *inputs: object, told: bool = False,
        keep: bool = True, after: float = 0.0,
    ) -> Keyed[T]:  # fmt: skip
        """Return a stage's value, as `made` does, with progress and time noted.

        `told`: whether `make` takes `tell`, by which it says how far it is (see `within`).
        `after`: the share of the stage that is done already, where it is made in two steps.

        Raises: NotCachedError: it was to come from the cache, and is not there.
        """
        begins, ends = self._span(name)
        self.report(Progress(name, begins + after * (ends - begins), ends=ends))
        began = time.perf_counter()
        how = {"tell": partial(self.within, name)} if told else {}

        def run() -> T:
            if name in self.cached:
                raise NotCachedError(name)
            return make(*map(_value, inputs), **how)

        key = _key(make, inputs)
        value = self._kept(key, run, keep=keep)
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
        return Keyed(value, key)

    def within(
        self, name: StageName, done: float, picture: Image | None = None, loss: float | None = None
    ) -> None:
        """Report what part of a stage is done, and the picture so far where there is one."""
        begins, ends = self._span(name)
        self.report(Progress(name, begins + done * (ends - begins), picture, loss, ends))

    def _span(self, name: StageName) -> tuple[float, float]:
        """Return the fractions of a run's usual time at which a stage begins and ends."""
        how = self.settings.paint
        table = BEGINS_LONG if how.on and PAINTERS[how.painter].long else BEGINS
        begins = table[name]
        return begins, min((other for other in table.values() if other > begins), default=1.0)

    def network(self, name: str) -> Loaded:
        """Return a network by its catalog name, noted as used.

        Raises: WeightError: it is not at hand.
        """
        return self.using(self.models.named(name, self.settings.weights))

    def role(self, role: str) -> Loaded:
        """Return the network that plays a role, noted as used.

        Raises: WeightError: it is not at hand.
        """
        return self.using(self.models.load(role, self.settings.weights))

    def parser(self) -> Keyed[Parser]:
        """Return the networks that a photo is seen by; without color by one more.

        Raises: WeightError: they are not at hand.
        """
        loaded = tuple(self.role(role) for role in SEEING)
        parser = Parser(*(each.run for each in loaded))
        if self.photo.guessed or self.made(colorless, self.original).value:
            by_light = self.role(WITHOUT_COLOR)
            parser = replace(parser, whole=of_both(by_light.run, parser.whole))
            loaded = (*loaded, by_light)
        return Keyed(parser, _part_key(loaded))

    def features(self) -> LoadedFeatures:
        """Return the network that compares pictures, noted as used.

        Raises: WeightError: it is not at hand.
        """
        features = self.models.features(self.settings.weights)
        self.note(features.use)
        return features

    def using(self, loaded: Loaded) -> Loaded:
        """Note that a network takes part in this run."""
        self.note(loaded.use)
        return loaded

    def note(self, use: WeightUse) -> None:
        """Note that a weight takes part in this run."""
        if use not in self.used:
            self.used.append(use)


def at_working_size(photo: Photo, long_px: int = 0) -> Image:
    """Return the photo with at most `WORKING_PIXELS`, and a long side of `long_px` at least."""
    size = size_within(size_of_least_long(photo.size, long_px), WORKING_PIXELS)
    if size == photo.size:
        return to_float(photo.pixels)
    if size[0] > photo.size[0]:
        return to_float(pixels_resized(photo.pixels, size))
    return shrunk(photo.pixels, size)


def _key(make: Callable[..., object], inputs: tuple[object, ...]) -> str:
    """Return what a value depends on, hashed: the function that makes it and its inputs."""
    name = getattr(make, "__qualname__", "")
    if not name or "<" in name:
        raise TypeError(f"Wanted a function of a module, found {make!r}: what it sees has no key.")
    parts = f"{make.__module__}.{name}{_part_key(inputs)}"
    return blake2b(parts.encode(), digest_size=16).hexdigest()


def _part_key(part: object) -> str:
    """Return a text that equal inputs share and different ones do not."""
    if part is None or isinstance(part, bool | int | float | str):
        return repr(part)
    if isinstance(part, bytes):
        return blake2b(part, digest_size=16).hexdigest()
    if isinstance(part, tuple):
        return f"({','.join(map(_part_key, part))})"
    with suppress(AttributeError):
        return f"<{part.key}>"  # pyright: ignore[reportAttributeAccessIssue] - a keyed value, photo or style
    with suppress(AttributeError):
        return _part_key(part.use)  # pyright: ignore[reportAttributeAccessIssue] - a network
    if isinstance(part, BaseModel):
        return f"{type(part).__name__}{part.model_dump_json()}"
    if is_dataclass(part) and not isinstance(part, type):
        values = tuple(getattr(part, each.name) for each in fields(part))
        return f"{type(part).__name__}{_part_key(values)}"
    raise TypeError(
        f"Wanted an input with a key, found {type(part).__name__}: pass a step's value."
    )


def _value(part: object) -> Any:  # noqa: ANN401 - whatever the step takes
    """Return an input without its key."""
    if isinstance(part, tuple):
        return tuple(map(_value, part))
    return part.value if isinstance(part, Keyed | Later) else part
