"""Paint portraits after Monet, and keep the person's own face; `pipeline.paint.paint` does it."""

from importlib import import_module
from typing import Any

# Imported when they are wanted: a page is up before it loads what paints.
_PLACES = {
    "Models": "pipeline.runtime.models",
    "Settings": "pipeline.settings",
    "full_size": "pipeline.steps.full_size",
    "read_photo": "pipeline.io.image_files",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is exported
    """Import what the package exports."""
    if name not in _PLACES:
        raise AttributeError(f"pipeline exports {', '.join(_PLACES)}, not {name!r}.")
    return getattr(import_module(_PLACES[name]), name)
