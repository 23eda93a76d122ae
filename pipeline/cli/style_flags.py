"""The pictures that a photo is painted like, as flags of the command."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.settings import Settings
from pipeline.variants import PAINTERS

if TYPE_CHECKING:
    from pipeline.types import Photo, Style

STYLE = "PICTURE or PICTURE=SHARE"


def add_styles(command: argparse.ArgumentParser) -> None:
    """Add the flags that name style pictures."""
    group = command.add_argument_group("what it is painted like, with --painter portrait-aware")
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


def styles_of(chosen: argparse.Namespace) -> "tuple[Style, ...]":
    """Return the styles that the given flags name.

    Raises: PhotoError: one cannot be read. PromptError: a share is no number above 0, a mask has no style, or no style is painted like.
    """
    from pipeline.io.style_images import NO_STYLE, style_of
    from pipeline.types import PromptError

    wanted = PAINTERS[getattr(chosen, "painter", Settings().paint.painter)].needs_style
    if wanted and not chosen.style:
        raise PromptError(f"{NO_STYLE} (--style {STYLE})")
    if (chosen.style or chosen.style_mask) and not wanted:
        raise PromptError(
            "--style and --style-mask are for --painter portrait-aware; add that, or leave them out."
        )
    mask = chosen.style_mask and _read(chosen.style_mask)
    named = [_named(text) for text in chosen.style]
    return tuple(
        style_of(_read(file), share, None if i else mask) for i, (file, share) in enumerate(named)
    )


def _read(file: Path) -> "Photo":
    from pipeline.io.image_files import read_photo
    from pipeline.types import PhotoError

    try:
        return read_photo(file)
    except PhotoError as error:
        raise PhotoError(f"{file}: {error}") from error


def _named(text: str) -> tuple[Path, float]:
    """Return the file and the share that a flag names."""
    from pipeline.types import PromptError

    name, equals, share = text.rpartition("=")
    if not equals or Path(text).exists():
        return Path(text), 1.0
    try:
        number = float(share)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise PromptError(f"A style is {STYLE} with a share above 0, not {text!r}.")
    return Path(name), number
