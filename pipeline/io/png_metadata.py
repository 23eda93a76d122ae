"""Write the settings and weights of a painting into its PNG's metadata, and read the settings."""

import json
from typing import Any

from PIL.PngImagePlugin import PngInfo

from pipeline.settings import Settings
from pipeline.types import WeightUse

KEY = "portrait-settings"
VERSION = 1
MAX_CHARACTERS = 64_000


def describe(settings: Settings | None, weights: tuple[WeightUse, ...]) -> PngInfo | None:
    """Encode `settings` and `weights` as PNG text; None where there are no settings."""
    if settings is None:
        return None
    content = {
        "version": VERSION,
        "settings": settings.written(),
        "weights": {use.name: use.sha256 for use in weights},
    }
    info = PngInfo()
    info.add_text(KEY, json.dumps(content, sort_keys=True))
    return info


def parse_settings(text: str) -> tuple[Settings, tuple[str, ...]]:
    """Decode the settings from a PNG's text, which is not trusted: every value is checked.

    The second value names what an earlier version wrote that is dropped, for `say_dropped`.

    Raises: ValueError: the text is too long, of another kind, or holds a value that is unknown or
    out of range.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(
            f"Wanted settings of at most {MAX_CHARACTERS} characters, found {len(text)}; "
            "this picture's settings are not used."
        )
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("The picture's settings are damaged; set them by hand.") from error
    flat = content.get("settings") if isinstance(content, dict) else None
    if not isinstance(flat, dict):
        raise ValueError("The picture carries a settings text of another kind; set them by hand.")
    return Settings.from_written(flat)
