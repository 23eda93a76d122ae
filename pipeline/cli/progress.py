"""Show progress bars while the command works, and errors in one line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline.cli.interrupt import interrupts
from pipeline.cli.jobs import Job
from pipeline.runtime.memory import is_memory
from pipeline.types import Cancelled
from pipeline.weights.catalog import WeightError

if TYPE_CHECKING:
    from tqdm import tqdm

    from pipeline.runtime.models import Arriving
    from pipeline.types import Progress

BAD_INPUT = 2


def for_each(
    jobs: list[Job], work: Callable, failed: Callable[[Job, str], None] = lambda job, error: None
) -> int:
    """Run every job, also after one has failed; return 0, or 2 where one failed."""
    from tqdm import tqdm

    code = 0
    # None: hidden where nobody watches, so that logs hold whole lines.
    with tqdm(total=len(jobs), unit="photo", disable=None) as bar, interrupts() as ctrl_c:

        def report(progress: "Progress") -> None:
            watch(bar, progress)
            ctrl_c.watch(progress)

        for job in jobs:
            bar.set_description_str(job.photo.name)

            def say(sentence: str, photo: Path = job.photo) -> None:
                tqdm.write(f"{photo}: {sentence}", file=sys.stderr)

            try:
                work(job, say, report)
            except Cancelled:
                raise
            except Exception as error:  # OpenCV's are of no other class; the next photo may do
                code = BAD_INPUT
                say(sentence_of(error))
                failed(job, sentence_of(error))
            else:
                tqdm.write(str(job.result))
            bar.update()
    return code


def watch(bar: "tqdm", progress: "Progress") -> None:
    """Write beside a bar which stage runs, and of a long one its progress and loss."""
    detail = "" if progress.loss is None else f" {progress.done:.0%}, loss {progress.loss:.4g}"
    bar.set_postfix_str(progress.stage + detail)


def sentence_of(error: Exception) -> str:
    """Describe an error in one line."""
    name, said = type(error).__name__, " ".join(str(error).split())
    if isinstance(error, ValueError | WeightError):  # first: these say what to do about memory
        return said or name
    if is_memory(error):
        return "There is not enough memory for this picture; make it smaller first."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if isinstance(error, OSError | RuntimeError):
        return said or name
    return f"Something went wrong that is not the photo's fault ({name}: {said}); please report it."


def bars() -> "Arriving":
    """Make a callback that draws a progress bar for each download, on a terminal."""
    from tqdm import tqdm

    drawn: dict[str, tqdm[NoReturn]] = {}

    def arriving(name: str, done: int, total: int | None) -> None:
        if name not in drawn:
            drawn[name] = tqdm(desc=name, unit="B", unit_scale=True, disable=None)
        drawn[name].total = total
        drawn[name].update(done - drawn[name].n)
        if done == total:
            drawn.pop(name).close()

    return arriving
