"""Write a painting's strokes and its film, as flags of the command ask for."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.settings import Settings
from pipeline.variants import FILM_SECONDS

if TYPE_CHECKING:
    from pipeline.types import Painting

FILM = "a film of the painting being painted (.mp4)"


def add_strokes(command: argparse.ArgumentParser) -> None:
    """Add the flags that keep the strokes of one painting."""
    group = command.add_argument_group("what else is written of one photo, with --painter strokes")
    group.add_argument(
        "--strokes", type=Path, metavar="FILE",
        help="the strokes: .svg to draw on with, or .npz for the command render",
    )  # fmt: skip
    add_film(group)


def add_film(group: Any) -> None:  # noqa: ANN401 - a parser or a group of one
    """Add the flags of a film."""
    least, usual, most = FILM_SECONDS
    group.add_argument("--timelapse", type=Path, metavar="FILE.mp4", help=FILM)
    group.add_argument(
        "--timelapse-seconds", type=_seconds, default=usual, metavar="S",
        help=f"how long that takes, {least:g} to {most:g} (default: {usual:g})",
    )  # fmt: skip


def check_strokes(
    chosen: argparse.Namespace, settings: Settings, sources: Sequence[Path]
) -> list[Path]:
    """Return the files that the flags ask for; refuse those that cannot be written.

    Raises: PhotoError: for several photos, another painter, by their names, or where one of
    `sources` would be replaced. FileExistsError. OSError.
    """
    from pipeline.io.atomic import check_places
    from pipeline.io.strokes_files import check_name
    from pipeline.io.video import check_film
    from pipeline.steps.ways import in_strokes
    from pipeline.types import PhotoError

    files = [file for file in (chosen.strokes, chosen.timelapse) if file]
    if not files:
        return []
    if len(chosen.photos) > 1:
        raise PhotoError(
            f"--strokes and --timelapse name files for one photo; {len(chosen.photos)} were given. "
            "Paint them one by one."
        )
    if not (settings.paint.on and in_strokes(settings.paint)):
        raise PhotoError(
            "--strokes and --timelapse are for --painter strokes, and for portrait styles that "
            "have strokes; add that."
        )
    if chosen.strokes:
        check_name(chosen.strokes)
    if chosen.timelapse:
        check_film(chosen.timelapse)
    check_places(files, sources, overwrite=chosen.overwrite)
    return files


def write_strokes_of(painting: "Painting", chosen: argparse.Namespace) -> None:
    """Write what the flags ask for.

    Raises: FileExistsError: a file is there already.
    """
    from pipeline.io.strokes_files import write_strokes
    from pipeline.io.video import write_film
    from pipeline.steps.timelapse import FPS, timelapse

    if chosen.strokes and painting.strokes is not None:
        write_strokes(chosen.strokes, painting.strokes, overwrite=chosen.overwrite)
    if chosen.timelapse:
        film = timelapse(painting, chosen.timelapse_seconds)
        write_film(chosen.timelapse, film, FPS, overwrite=chosen.overwrite)


def _seconds(text: str) -> float:
    least, _, most = FILM_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= most:
        raise argparse.ArgumentTypeError(f"{least:g} to {most:g} seconds, not {text!r}")
    return seconds
