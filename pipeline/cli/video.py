"""Define the command `python -m pipeline video`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.setting_flags import add_settings, settings_of
from pipeline.cli.style_flags import add_styles, style_files, styles_of
from pipeline.settings import options

if TYPE_CHECKING:
    from pipeline.video.paint import FilmProgress

TEXT = (
    "Paint a film: every picture of it, with the people in it, and its own sound. Ctrl+C leaves "
    "what is painted so far; --resume goes on."
)
# Settings that mean nothing for a film.
NOT_OF_FILMS = (
    "size", "paper", "turn", "straighten", "zoom", "across", "down", "border",
    "proportions", "proportions_of",
)  # fmt: skip


def add_video(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `video`."""
    command = commands.add_parser(
        "video", help="Paint a film.", description=TEXT, allow_abbrev=False
    )
    command.add_argument("film", type=Path, metavar="IN")
    command.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help="the film to write, .mp4 or .webm",
    )
    command.add_argument(
        "--start", type=_seconds, default=0.0, metavar="S", help="from here on, seconds"
    )
    command.add_argument("--end", type=_seconds, metavar="S", help="up to here, seconds")
    command.add_argument("--resume", action="store_true", help="go on with what a stopped run left")
    command.add_argument(
        "--overwrite", action="store_true", help="replace a file that is there already"
    )
    add_styles(command)
    add_settings(command, (option for option in options() if option.flag not in NOT_OF_FILMS))
    command.set_defaults(run=paint_video)


def paint_video(chosen: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from tqdm import tqdm

    from pipeline.cli.progress import bars
    from pipeline.io.atomic import check_places
    from pipeline.runtime.models import Models
    from pipeline.video.paint import paint_film
    from pipeline.video.read import open_film

    settings, styles = settings_of(chosen), styles_of(chosen)
    if chosen.end is not None and chosen.end <= chosen.start:
        raise ValueError(
            f"--end {chosen.end:g} lies before --start {chosen.start:g}; name a later end."
        )
    check_places([chosen.out], [chosen.film, *style_files(chosen)], overwrite=chosen.overwrite)
    film = open_film(chosen.film)
    # None: hidden where nobody watches.
    with tqdm(unit="picture", disable=None) as bar:

        def tell(progress: "FilmProgress") -> None:
            bar.total = progress.count
            bar.update(progress.done - bar.n)

        said = paint_film(
            film, chosen.out, settings, Models(arriving=bars()), styles=styles, start=chosen.start,
            end=chosen.end, tell=tell, overwrite=chosen.overwrite, resume=chosen.resume,
        )  # fmt: skip
    for sentence in said:
        sys.stderr.write(f"{chosen.film}: {sentence}\n")
    sys.stdout.write(f"{chosen.out}\n")
    return 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"seconds from 0 on, not {text!r}")
    return seconds
