"""The painter of each mood."""

from pipeline.runtime import Loaded, Models
from pipeline.settings import Mood, Settings

# The catalog's name of a mood's own painter; None: the one that the weight policy chooses.
MOODS: dict[Mood, str | None] = {"monet": None, "mist": "monet_mist", "dusk": "monet_dusk"}


def painter_of(settings: Settings, models: Models) -> Loaded:
    """Return the network that paints under these settings.

    Raises: WeightError: it cannot be had; the message says what to do.
    """
    own = MOODS[settings.paint.mood]
    return models.named(own, settings.weights) if own else models.load("painter", settings.weights)
