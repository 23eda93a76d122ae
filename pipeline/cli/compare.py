"""Define the command `python -m pipeline compare`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.jobs import Job, plan
from pipeline.cli.progress import bars, for_each
from pipeline.cli.setting_flags import add_settings, settings_of
from pipeline.cli.style_flags import add_styles, style_files, styles_of
from pipeline.settings import COMPARED, options

if TYPE_CHECKING:
    from pipeline.types import Progress

TEXT = (
    "Draw one photo painted with several segmenters side by side, with parameters, seconds and "
    "agreement."
)


def add_compare(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command `compare`; its flags are derived from the settings' options."""
    option = next(option for option in options() if option.flag == "segmenter")
    command = commands.add_parser(
        "compare", help="Compare segmenters on one photo.", description=TEXT, allow_abbrev=False
    )
    command.add_argument("photo", type=Path, metavar="PHOTO")
    command.add_argument("-o", "--out", required=True, metavar="SHEET", help="the picture to write")
    command.add_argument(
        "--overwrite", action="store_true", help="replace a file that is there already"
    )
    command.add_argument(
        "--segmenters",
        type=lambda text: tuple(filter(None, text.split(","))),
        default=COMPARED,
        metavar="A,B,…",
        help=f"any of {', '.join(option.choices)} (default: {','.join(COMPARED)})",
    )
    add_styles(command)
    add_settings(command, (option for option in options() if option.flag != "segmenter"))
    command.set_defaults(run=draw)


def draw(chosen: argparse.Namespace) -> int:
    """Run the command: compare the segmenters and write the sheet; return the exit code."""
    from pipeline.cli.comparison_sheet import sheet
    from pipeline.compare import check, compare
    from pipeline.io.encode import WRITTEN, write_picture
    from pipeline.io.image_files import read_photo
    from pipeline.runtime.models import Models

    jobs = plan([chosen.photo], chosen.out, suffixes=tuple(WRITTEN))
    settings = settings_of(chosen)
    styles = styles_of(chosen)

    def work(job: Job, say: Callable[[str], None], report: "Callable[[Progress], None]") -> None:
        job.refuse_taken([chosen.photo, *style_files(chosen)], overwrite=chosen.overwrite)
        check(chosen.segmenters, settings)
        photo = read_photo(job.photo)
        comparison = compare(
            photo,
            settings,
            chosen.segmenters,
            models=Models(arriving=bars()),
            styles=styles,
            report=report,
        )
        for sentence in (*photo.notes, *comparison.notes):
            say(sentence)
        write_picture(job.result, sheet(comparison), overwrite=chosen.overwrite)

    return for_each(jobs, work)
