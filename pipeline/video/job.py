"""What a painter of films has to know of its task."""

from dataclasses import dataclass

import numpy as np

from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.types import Photo, Style
from pipeline.video.ahead import AHEAD

BLANK = Photo(np.zeros((16, 16, 3), np.uint8))  # of a run in which a network is chosen alone


@dataclass(frozen=True)
class FilmJob:
    """A film of `rate` pictures a second that is to be painted, and the pictures it is like.

    `ahead`: how many of its pictures may wait between two steps; where none may, memory is spared.
    """

    settings: Settings
    models: Models
    rate: float
    styles: tuple[Style, ...] = ()
    ahead: int = AHEAD

    def __post_init__(self) -> None:
        """Look at a film's pictures as large as they are, whatever a photo is enlarged to."""
        object.__setattr__(self, "settings", self.settings.changed(size="photo"))
