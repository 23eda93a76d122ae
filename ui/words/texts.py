"""Texts with values in their {places}, said in the language of who reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from babel.dates import format_timedelta
from babel.numbers import format_decimal, format_percent

from ui.words.catalogs import known, locale_of, plural
from ui.words.visitors import language

GROUPED = 10_000  # from here on thousands are set apart


@dataclass(frozen=True)
class Text:
    """A text that is said when it becomes a string, in the language that is spoken then.

    `many`: its plural, which the value `n` decides on.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    many: str = ""

    def __str__(self) -> str:
        """Say it."""
        return self.spoken(language())

    def __hash__(self) -> int:
        """Hash it by its English text."""
        return hash((self.text, self.many))

    def spoken(self, spoken: str) -> str:
        """Say it in a language."""
        if self.many:
            count = self.values["n"]
            if not isinstance(count, int | float):
                raise ValueError(f"The places of {self.text!r} have a number n.")
            found = plural(spoken, self.text, self.many, count)
        else:
            found = known(spoken, self.text)
        if not self.values:
            return found
        return found.format_map({k: written(value, spoken) for k, value in self.values.items()})


def later(text: str, /, **values: object) -> Text:
    """Make a text that is said whenever it becomes a string; also what stands in a constant."""
    return Text(text, values)


def say(text: str, /, **values: object) -> str:
    """Say a text now, with values in its {places}; numbers are written as the language does."""
    return str(Text(text, values))


def counted(one: str, many: str, n: float, /, **values: object) -> str:
    """Say a text that has a plural, for `n`."""
    return str(Text(one, {"n": n, **values}, many))


def number(value: float, digits: int = 0, spoken: str | None = None) -> str:
    """Write a number with so many digits after the point as the language does."""
    spoken = spoken or language()
    rounded = round(value, digits)
    point = f".{'0' * digits}" if digits else ""
    pattern = f"#,##0{point}" if abs(rounded) >= GROUPED else f"0{point}"
    return format_decimal(rounded, format=pattern, locale=locale_of(spoken))


def percent(share: float) -> str:
    """Write a share, in [0, 1], in percent."""
    return format_percent(share, locale=locale_of(language()))


def lasting(seconds: float, unit: str) -> str:
    """Say a length of time in one unit: `2 days`, `1 hour`."""
    return format_timedelta(
        timedelta(seconds=seconds), granularity=unit, threshold=1e9, locale=locale_of(language())
    )


def written(value: object, spoken: str | None = None) -> str:
    """Write what stands in a place: numbers as the language does, all else as it is."""
    spoken = spoken or language()
    if isinstance(value, Text):
        return value.spoken(spoken)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    pattern = "#,##0.######" if abs(value) >= GROUPED else "0.######"
    return format_decimal(value, format=pattern, locale=locale_of(spoken))
