"""Read style pictures from flags of the command."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.settings import Settings
from pipeline.variants import needs_style

if TYPE_CHECKING:
    from pipeline.types import Photo, Style

WANTING = ("painter", "mood")  # what may ask for one
STYLE = "PICTURE or PICTURE=SHARE"


def add_styles(command: argparse.ArgumentParser) -> None:
    """Add the flags that name style pictures."""
    group = command.add_argument_group(
        "what it is painted like (--painter portrait-aware), or takes its colors from "
        "(--mood picture)"
    )
    about = "a picture of any size; given several times, their styles are mixed by their shares"
    group.add_argument(
        "--style", action="append", default=[], metavar="PICTURE[=SHARE]", help=about
    )
    group.add_argument(
        "--style-mask",
        type=Path,
        metavar="PICTURE",
        help="white where the first picture's style counts",
    )


def style_files(chosen: argparse.Namespace) -> list[Path]:
    """Name the pictures that these flags read.

    Raises: PromptError: a weight is not above 0.
    """
    named = [_named(text)[0] for text in chosen.style]
    return [*named, *([chosen.style_mask] if chosen.style_mask else [])]


def styles_of(chosen: argparse.Namespace) -> "tuple[Style, ...]":
    """Read the style pictures that the parsed flags name.

    Raises: PhotoError: one cannot be read. PromptError: a weight is not above 0, or styles are
    missing for the painter, or given for a painter without styles.
    """
    from pipeline.io.style_images import NO_STYLE, style_of
    from pipeline.types import PromptError

    usual = Settings().paint
    wanted = needs_style(*(getattr(chosen, name, getattr(usual, name)) for name in WANTING))
    if wanted and not chosen.style:
        raise PromptError(f"{NO_STYLE} (--style {STYLE})")
    if (chosen.style or chosen.style_mask) and not wanted:
        raise PromptError(
            "--style and --style-mask are for --painter portrait-aware and --mood picture; add one "
            "of these, or leave them out."
        )
    mask = chosen.style_mask and _read(chosen.style_mask)
    named = [_named(text) for text in chosen.style]
    return tuple(
        style_of(_read(file), weight, None if i else mask) for i, (file, weight) in enumerate(named)
    )


def _read(file: Path) -> "Photo":
    from pipeline.io.image_files import read_photo
    from pipeline.types import PhotoError

    try:
        return read_photo(file)
    except PhotoError as error:
        raise PhotoError(f"{file}: {error}") from error


def _named(text: str) -> tuple[Path, float]:
    """Split a flag's text into the picture's file and its weight, by default 1."""
    from pipeline.types import PromptError

    name, equals, weight = text.rpartition("=")
    if not equals or Path(text).exists():
        return Path(text), 1.0
    try:
        number = float(weight)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise PromptError(f"A style is {STYLE} with a share above 0, not {text!r}.")
    return Path(name), number
