"""Define the command `python -m pipeline paint | video | parse | render | compare | weights`."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline.cli.compare import add_compare
from pipeline.cli.jobs import (
    STAGES,
    Job,
    Ledger,
    alike,
    expanded,
    photos_in,
    plan,
    refuse_read_folders,
)
from pipeline.cli.progress import BAD_INPUT, bars, for_each, sentence_of
from pipeline.cli.prompt_flags import add_prompt, prompt_of
from pipeline.cli.render import add_render
from pipeline.cli.setting_flags import add_settings, settings_of
from pipeline.cli.stroke_flags import add_strokes, check_strokes, write_strokes_of
from pipeline.cli.style_flags import add_styles, style_files, styles_of
from pipeline.cli.video import add_video
from pipeline.cli.weights import add_weights
from pipeline.settings import options

if TYPE_CHECKING:
    from pipeline.types import Painting, Photo, Progress

INTERRUPTED = 130
PARSE_FLAGS = ("segmenter", "detector", "weights")

Say = Callable[[str], None]


class Parser(argparse.ArgumentParser):
    """An argument parser whose error messages are one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with the message."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 2 where some input was bad, or 130 where it was interrupted."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    _let_stdout_say_any_name()
    try:
        return chosen.run(chosen)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; what is finished is kept.\n")
        return INTERRUPTED
    except Exception as error:  # OUT cannot be used at all, weights are missing, and the like
        sys.stderr.write(f"{parser.prog} {chosen.command}: {sentence_of(error)}\n")
        return BAD_INPUT


def _let_stdout_say_any_name() -> None:
    """Let stdout escape what it cannot encode, as stderr does: a file's name stops no batch."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def build_parser() -> Parser:
    """Build the parser of all commands; flags are derived from the settings' options."""
    parser = Parser(
        prog="python -m pipeline",
        description="Paint portraits like Monet and keep the person's own face.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )

    paint = _add_photo_command(commands, "paint", "Paint photos.", paint_photos)
    paint.add_argument(
        "--stages",
        type=Path,
        metavar="DIR",
        help=f"also write each stage's picture: {', '.join(STAGES)} (.png)",
    )
    paint.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write a JSON list: what became of each photo",
    )
    add_prompt(paint)
    add_styles(paint)
    add_strokes(paint)
    add_settings(paint, options())

    parse = _add_photo_command(
        commands,
        "parse",
        "Write the parts of the person as an index picture, classes 0-8.",
        parse_photos,
    )
    add_settings(parse, (option for option in options() if option.flag in PARSE_FLAGS))

    add_video(commands)
    add_render(commands)
    add_compare(commands)
    add_weights(commands)
    return parser


def _add_photo_command(
    commands: "argparse._SubParsersAction[Parser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
) -> Parser:
    command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    command.add_argument(
        "photos", nargs="+", type=Path, metavar="PHOTO", help="a photo, or a folder of photos"
    )
    command.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="OUT",
        help="a file for one photo, a folder for several",
    )
    command.add_argument(
        "--overwrite", action="store_true", help="replace files that are there already"
    )
    command.set_defaults(run=run)
    return command


def paint_photos(chosen: argparse.Namespace) -> int:
    """Paint each photo, write its result, its stages and the report."""
    from pipeline.io.atomic import refuse_shared
    from pipeline.io.encode import WRITTEN, check_sides, write_picture
    from pipeline.io.image_files import read_photo
    from pipeline.paint import paint
    from pipeline.runtime.models import Models
    from pipeline.steps.full_size import alpha_of, full_size, size_to_come

    jobs = _jobs_of(chosen, tuple(WRITTEN), chosen.stages)
    settings = settings_of(chosen)
    prompt = replace(prompt_of(chosen), styles=styles_of(chosen))
    masks = [chosen.mend_mask] if chosen.mend_mask else []
    sources = [*chosen.photos, *style_files(chosen), *masks]
    beside = check_strokes(chosen, settings, sources)
    beside += [chosen.report] if chosen.report else []
    refuse_shared([*(path for job in jobs for path in job.wanted), *beside])
    ledger = Ledger(chosen.report, settings)
    ledger.open(sources, overwrite=chosen.overwrite)
    models = Models(arriving=bars())

    def work(job: Job, say: Say, report: "Callable[[Progress], None]") -> None:
        job.refuse_taken(sources, overwrite=chosen.overwrite)
        began = time.perf_counter()
        photo = read_photo(job.photo)
        check_sides(job.result, size_to_come(photo.size, settings))
        read = time.perf_counter()
        painting = paint(photo, settings, models=models, prompt=prompt, report=report)
        painted = time.perf_counter()
        if job.stages:
            write_stages(job, painting, overwrite=chosen.overwrite)
        result = full_size(painting)
        notes = write_picture(
            job.result,
            result,
            alpha=alpha_of(painting, result.shape),
            settings=settings,
            weights=painting.weights,
            overwrite=chosen.overwrite,
        )
        write_strokes_of(painting, chosen)
        spent = {"read": read - began, **painting.seconds, "write": time.perf_counter() - painted}
        told = (*photo.notes, *painting.hints, *_offers(photo, painting))
        said = (*told, *alike(painting.likeness), *_skips(painting), *notes)
        for sentence in said:
            say(sentence)
        ledger.add(job, painting, spent)

    return for_each(jobs, work, failed=lambda job, error: ledger.add(job, error=error))


def parse_photos(chosen: argparse.Namespace) -> int:
    """Parse each photo and write its classes as an index picture."""
    from pipeline.io.encode import write_labels
    from pipeline.io.image_files import read_photo
    from pipeline.runtime.models import Models
    from pipeline.steps.detect import parse

    jobs = _jobs_of(chosen, (".png",))
    settings = settings_of(chosen)
    models = Models(arriving=bars())

    def work(job: Job, say: Say, report: object) -> None:
        del report  # parsing is one stage
        job.refuse_taken(chosen.photos, overwrite=chosen.overwrite)
        photo = read_photo(job.photo)
        write_labels(
            job.result, parse(photo, models=models, settings=settings), overwrite=chosen.overwrite
        )
        for sentence in photo.notes:
            say(sentence)

    return for_each(jobs, work)


def _jobs_of(
    chosen: argparse.Namespace, suffixes: tuple[str, ...], stages: Path | None = None
) -> list[Job]:
    """Plan a job for each photo that is named, and put the photos in the place of the names."""
    given = expanded(chosen.photos)
    chosen.photos = photos_in(given)
    jobs = plan(chosen.photos, chosen.out, suffixes=suffixes, stages=stages)
    refuse_read_folders(jobs, given)
    return jobs


def write_stages(job: Job, painting: "Painting", *, overwrite: bool) -> None:
    """Write each stage's picture at working size, and delete an old one of a skipped stage."""
    from pipeline.io.encode import write_labels, write_picture
    from pipeline.ops.tensor import to_uint8

    for name in STAGES:
        picture = getattr(painting, name)
        if picture is None:
            job.stage(name).unlink(missing_ok=True)
        elif name == "parse":
            write_labels(job.stage(name), picture, overwrite=overwrite)
        else:
            write_picture(job.stage(name), to_uint8(picture), overwrite=overwrite)


def _offers(photo: "Photo", painting: "Painting") -> list[str]:
    """Offer to turn a photo that lies, and to mend one that seems to need it."""
    from pipeline.steps.mend import OFFER, seems_worn

    lies, worn = painting.upright, not painting.settings.mend.on and seems_worn(photo)
    turns = [] if lies is None else [f"--turn {lies} turns it."]
    return [*turns, *([f"{OFFER} --mend repairs them."] if worn else [])]


def _skips(painting: "Painting") -> list[str]:
    """Tell which stages did not run, one sentence a reason."""
    reasons = dict.fromkeys(painting.skipped.values())
    return [
        f"skipped {', '.join(s for s, why in painting.skipped.items() if why == reason)}: {reason}"
        for reason in reasons
    ]
