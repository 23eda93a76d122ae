"""What a painter of films has to know of its task."""

from dataclasses import dataclass

from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.types import Style
from pipeline.video.ahead import AHEAD


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
