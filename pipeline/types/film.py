"""A film, and one picture of it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.types.arrays import Pixels
from pipeline.types.photo import PhotoError


class FilmError(PhotoError):
    """A film that cannot be used; the message says what was wanted, found, and what to do."""


@dataclass(frozen=True)
class Film:
    """What a film's file says of it.

    `size`: (height, width), px, as it is shown: upright, of square pixels. `rate`: pictures a
    second, exactly; the mean where they are not evenly spaced. `time_base`: the unit of `pts`, in
    seconds. `count`: the number of its pictures, None where the file does not say. `seconds`: how
    long it is, None likewise. `sound`: the codec of its sound, None without any. `notes`: what
    reading changes, one sentence each.
    """

    path: Path
    size: tuple[int, int]
    rate: Fraction
    time_base: Fraction
    count: int | None
    seconds: float | None
    begins: int = 0
    sound: str | None = None
    notes: tuple[str, ...] = ()

    def pts_at(self, seconds: float) -> int:
        """Return the `pts` so many seconds after the first picture."""
        return self.begins + round(seconds / self.time_base)


@dataclass(frozen=True)
class FilmFrame:
    """One picture of a film, (H, W, 3), upright, sRGB.

    `pts`: when it is shown, in units of the film's `time_base`; `duration`: for how long, 0 where
    the file does not say.
    """

    pixels: Pixels
    pts: int
    duration: int = 0
