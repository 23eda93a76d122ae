"""Paint what a camera sees, picture by picture, as it comes."""

from pipeline.ops.resample import pixels_resized, size_of_long
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.types import Pixels
from pipeline.video.job import FilmJob
from pipeline.video.painters import painter_of
from pipeline.video.steady import Watch

LONG_PX = 480  # long side of what is painted, at most
RATE = 12.0  # pictures a second that are expected


class Live:
    """Paint a camera's pictures like a known one, each kept still by the one before.

    Raises: WeightError: the network is not at hand.
    """

    def __init__(self, settings: Settings, models: Models) -> None:
        self.settings = settings
        self._watch = Watch()
        self._painter = painter_of(FilmJob(settings, models, RATE))

    def __call__(self, pixels: Pixels) -> Pixels:
        """Return a picture's painting, its long side at most `LONG_PX`."""
        size = size_of_long((pixels.shape[0], pixels.shape[1]), LONG_PX)
        small = pixels_resized(pixels, size)
        return self._painter(small, self._watch(small))
