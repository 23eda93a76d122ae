"""Read settings that earlier versions wrote: links, pictures and files outlive what they name."""

from collections.abc import Mapping
from math import isfinite

from pipeline.settings.short import short
from pipeline.settings.stages import BRUSH

FORMAT = 2  # of what is written now; the first one wrote no number
NUMBER = "format"  # what the number is called beside the settings
RENAMED = {"mood": "network_mood"}
DROPPED = {"broad": "Broad strokes"}  # by name, what a person read
BRUSH_PERCENT = 1.8  # of the short side: the first format's usual brush, which is 1 time now


def opened(values: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return settings that were written, as they are called now, and the names of dropped ones.

    Raises: ValueError: their format is none that is known.
    """
    rest = dict(values)
    number = rest.pop(NUMBER, 1)
    known = {str(each): each for each in range(1, FORMAT + 1)}  # links carry text
    if str(number) not in known:
        raise ValueError(
            f"Wanted settings of format 1 to {FORMAT}, found {short(number)}, a later version's."
        )
    return migrated(rest, known[str(number)])


def migrated(
    values: Mapping[str, object], number: int
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return settings of a format as they are called now, and the names of dropped ones.

    What no format knows stays, to be refused where it is checked.
    """
    if number == FORMAT:
        return dict(values), ()
    new = {RENAMED.get(name, name): value for name, value in values.items() if name not in DROPPED}
    if new.get("painter", "monet") == "monet":
        new["painter"] = "network"
    if "brush" in new:
        new["brush"] = _times(new["brush"])
    return new, tuple(name for name in values if name in DROPPED)


def say_dropped(names: tuple[str, ...]) -> tuple[str, ...]:
    """Tell in one sentence which settings were dropped; tell nothing where none was."""
    if not names:
        return ()
    labels = ", ".join(DROPPED[name] for name in names)
    return (f"These settings are from an earlier version; what is gone is left out: {labels}.",)


def _times(percent: object) -> object:
    """Return how many times as wide as usual a brush is; what is no number stays, to be refused."""
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not isfinite(percent):
        return percent
    low, high = BRUSH
    return min(max(round(percent / BRUSH_PERCENT, 3), low), high)
