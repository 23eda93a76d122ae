"""Define the command `python -m pipeline render`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.jobs import Job, plan
from pipeline.cli.progress import for_each
from pipeline.cli.setting_flags import add_settings
from pipeline.cli.stroke_flags import add_film
from pipeline.settings import Settings, options

if TYPE_CHECKING:
    from pipeline.cli.main import Say

TEXT = "Render strokes that `paint --strokes FILE.npz` wrote, as crisp at any size."
SURFACE_FLAGS = ("impasto", "canvas")
LEAST, USUAL, MOST = 16, 1600, 8192  # px, the long side


def add_render(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `render`."""
    command = commands.add_parser(
        "render", help="Render strokes at any size.", description=TEXT, allow_abbrev=False
    )
    command.add_argument("strokes", type=Path, metavar="FILE.npz")
    command.add_argument("-o", "--out", required=True, metavar="OUT", help="the picture to write")
    command.add_argument(
        "--size", type=_size, default=USUAL, metavar="PX",
        help=f"the long side, {LEAST} to {MOST} px (default: {USUAL})",
    )  # fmt: skip
    add_film(command)
    add_settings(command, (option for option in options() if option.flag in SURFACE_FLAGS))
    command.add_argument(
        "--overwrite", action="store_true", help="replace files that are there already"
    )
    command.set_defaults(run=render_strokes)


def render_strokes(chosen: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from pipeline.io.atomic import check_places
    from pipeline.io.encode import WRITTEN, write_picture
    from pipeline.io.strokes_files import read_strokes
    from pipeline.io.video import check_film, write_film
    from pipeline.steps.strokes import render, surface_of
    from pipeline.steps.timelapse import FPS, growth

    given = {flag: value for flag, value in vars(chosen).items() if flag in SURFACE_FLAGS}
    surface = surface_of(Settings.from_flat(**given))
    jobs = plan([chosen.strokes], chosen.out, suffixes=tuple(WRITTEN))

    def work(job: Job, say: "Say", report: object) -> None:
        del say, report
        job.refuse_taken([chosen.strokes], overwrite=chosen.overwrite)
        if chosen.timelapse:
            check_film(chosen.timelapse)
            check_places([chosen.timelapse], [chosen.strokes], overwrite=chosen.overwrite)
        strokes = read_strokes(job.photo)
        picture = render(strokes, strokes.px(chosen.size), surface)
        write_picture(job.result, picture, overwrite=chosen.overwrite)
        if chosen.timelapse:
            film = growth(strokes, chosen.timelapse_seconds, surface)
            write_film(chosen.timelapse, film, FPS, overwrite=chosen.overwrite)

    return for_each(jobs, work)


def _size(text: str) -> int:
    if not text.isdecimal() or not LEAST <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{LEAST} to {MOST} px, not {text!r}")
    return int(text)
