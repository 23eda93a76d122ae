"""One choice as the command, the page and the API see it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from pipeline.settings.short import short
from pipeline.variants import OPEN, VARIANTS, choices_in_words, is_choice


@dataclass(frozen=True)
class Option:
    """One choice as the command, the page and the API see it.

    `kind` is bool, int, float or str; `choices` and their `names` only for str; `low` and `high`
    only for numbers. An int is what is counted; 512.0 is one, too. `step`: between two values of a
    slider, where the range does not suggest it.
    """

    flag: str
    path: tuple[str, ...]
    kind: type
    default: bool | float | str
    label: str
    help: str
    unit: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    step: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether it has a range."""
        return self.kind in (int, float)

    @property
    def named(self) -> dict[str, str]:
        """What a person reads for each of the choices."""
        return dict(zip(self.choices, self.names, strict=True))

    def of(self, settings: BaseModel) -> bool | float | str:
        """Return this option's value in `settings`."""
        value: Any = settings
        for step in self.path:
            value = getattr(value, step)
        return value

    def check(self, value: object) -> None:
        """Refuse a value of the wrong kind or out of range, naming the range.

        Raises: ValueError.
        """
        if self.kind is bool and not isinstance(value, bool):
            raise ValueError(f"{self.flag} is on or off (true or false), not {short(value)}.")
        if self.kind is str and not self._offers(value):
            raise ValueError(f"{self.flag} is one of {self._listed(', ')}, not {short(value)}.")
        if self.is_number and not self._allows(value):
            flag, low, high, found = self.flag, self.low, self.high, short(value)
            raise ValueError(
                f"{flag} is a whole number from {low:g} to {high:g}, not {found}."
                if self.kind is int
                else f"{flag} is a number from {low:g} to {high:g}, not {found}."
            )

    def within(self, value: Any) -> Any:  # noqa: ANN401 - of any kind
        """Return a number beyond the range as the nearer end of it; all else as it is."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or self.low is None or self.high is None or value != value:
            return value
        return min(max(value, self.low), self.high)

    @property
    def open(self) -> bool:
        """Whether a person adds to its choices by files of their own."""
        return self.flag in OPEN

    def _offers(self, value: object) -> bool:
        return is_choice(self.flag, value) if self.flag in VARIANTS else value in self.choices

    def _listed(self, separator: str) -> str:
        if self.flag in VARIANTS:
            return choices_in_words(self.flag, separator)
        return separator.join(self.choices)

    def _allows(self, number: object) -> bool:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return False
        if self.low is None or self.high is None:
            return False
        return self.low <= number <= self.high and (self.kind is float or number == int(number))

    def read(self, text: str) -> bool | float | str:
        """Read a value from text, as links carry it.

        Text that is no such value comes back as it is, for `check` to refuse.
        """
        if self.kind is bool:
            return {"true": True, "false": False}.get(text.lower(), text)
        if self.is_number:
            with suppress(ValueError):
                number = float(text)
                return int(number) if self.kind is int and number.is_integer() else number
        return text

    @property
    def range_text(self) -> str:
        """Say what values are allowed, for help texts."""
        if self.is_number:
            return f"{self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")
        return self._listed(" | ") if self.kind is str else "on | off"


def options_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Option]:
    """Yield every choice in `model`, stages in order."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from options_of(kind, (*path, name))
            continue
        extra: Any = info.json_schema_extra
        limits = {k: getattr(m, k) for m in info.metadata for k in ("ge", "le") if hasattr(m, k)}
        choices, names = _choices(extra["flag"], kind, extra["names"])
        plain: Any = str if choices else kind
        yield Option(
            flag=extra["flag"], path=(*path, name), kind=plain, default=info.default,
            label=info.title or name, help=info.description or "", unit=extra["unit"],
            low=limits.get("ge"), high=limits.get("le"), choices=choices, names=names,
            step=extra["step"],
        )  # fmt: skip


def _choices(flag: str, kind: object, names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the values that a setting can have and their labels; none where it is no choice."""
    if variants := VARIANTS.get(flag):
        return tuple(variants), tuple(variant.label for variant in variants.values())
    if get_origin(kind) is Literal:
        return get_args(kind), tuple(names.split("|"))
    return (), ()
