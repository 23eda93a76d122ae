"""Look up a person's own styles by the setting that chooses among them."""

from pipeline.runtime import portrait_style_files, style_files
from pipeline.runtime.own_files import Shelf
from pipeline.runtime.portrait_style_files import OwnPortraitStyle
from pipeline.runtime.styles import OwnStyle

Own = OwnStyle | OwnPortraitStyle


def own_styles(flag: str) -> tuple[Own, ...]:
    """Read the styles of files that a setting offers, by name."""
    return _shelf_of(flag).styles()


def own_style(flag: str, name: str) -> Own:
    """Read one of them by its name.

    Raises: StyleFileError: it is not there, or its file cannot be used.
    """
    return _shelf_of(flag).style(name)


def found_styles() -> tuple[tuple[Own, ...], tuple[str, ...]]:
    """Read all styles of files, and say of each other file why it is left out."""
    fast, portrait = style_files.found_styles(), portrait_style_files.found_styles()
    return (*fast[0], *portrait[0]), (*fast[1], *portrait[1])


def _shelf_of(flag: str) -> Shelf[OwnStyle] | Shelf[OwnPortraitStyle]:
    return portrait_style_files.SHELF if flag == portrait_style_files.FLAG else style_files.SHELF
