"""Look up a person's own styles by the setting that chooses among them."""

from collections.abc import Callable

from pipeline.runtime import portrait_style_files, style_files
from pipeline.runtime.portrait_style_files import OwnPortraitStyle
from pipeline.runtime.styles import OwnStyle

Own = OwnStyle | OwnPortraitStyle


def own_styles(flag: str) -> tuple[Own, ...]:
    """Read the styles of files that a setting offers, by name."""
    return _files_of(flag).own_styles()


def own_style(flag: str, name: str) -> Own:
    """Read one of them by its name.

    Raises: StyleFileError: it is not there, or its file cannot be used.
    """
    look: Callable[[str], Own] = _files_of(flag).own_style
    return look(name)


def found_styles() -> tuple[tuple[Own, ...], tuple[str, ...]]:
    """Read all styles of files, and say of each other file why it is left out."""
    found = [style_files.found_styles(), portrait_style_files.found_styles()]
    return tuple(own for good, _ in found for own in good), tuple(
        s for _, bad in found for s in bad
    )


def _files_of(flag: str):  # noqa: ANN202 - one of two modules, which read alike
    return portrait_style_files if flag == portrait_style_files.FLAG else style_files
