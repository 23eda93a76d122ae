"""How far a run is, and how it ends early."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.types.arrays import Image

StageName = Literal["paint", "parse", "restore", "segment", "blend"]


class StopEarly(Exception):  # noqa: N818 - not an error: the person likes what is there
    """Raised by a progress callback to end a search early, with the picture it has reached."""


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised by a progress callback to stop a run between stages."""


# Fraction of a usual run's time that has passed when a stage begins.
BEGINS: dict[StageName, float] = {
    "parse": 0.0,
    "paint": 0.25,
    "restore": 0.6,
    "segment": 0.85,
    "blend": 0.95,
}


# Likewise, where the painter takes long.
BEGINS_LONG: dict[StageName, float] = {
    "parse": 0.0,
    "paint": 0.04,
    "restore": 0.94,
    "segment": 0.97,
    "blend": 0.99,
}


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    `stage`: the stage that begins or runs. `done`: the fraction of the work that is finished, in
    [0, 1]. `ends`: that fraction at the stage's end. `picture`: what is painted so far; `loss`: of
    a picture that is optimized.
    """

    stage: StageName
    done: float
    picture: "Image | None" = None
    loss: float | None = None
    ends: float = 1.0

    @property
    def enough(self) -> bool:
        """Whether the run can go on with the picture as it is: one that is optimized is whole."""
        return self.picture is not None and self.loss is not None


Report = Callable[[Progress], None]  # may raise Cancelled
