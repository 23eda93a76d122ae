"""Take a cast of color off the photo; all that follows sees it without."""

from pipeline.stages.balance import Cast, balanced, cast_of
from pipeline.stages.colorize import colorless
from pipeline.stages.parse import Parser
from pipeline.steps.run import Run
from pipeline.types import Photo

BALANCED = (
    "The photo has a cast of color, as its skin and its light show; it was taken off before it was "
    "painted. The setting Color cast says how much of it."
)


def without_cast(run: Run) -> Run:
    """Return the run of the photo without its cast; the very same where none is sure.

    A photo that is not painted stays as it is, and so does one without color.

    Raises: WeightError: the parser's weights are not at hand.
    """
    amount = run.settings.balance.amount
    if not run.settings.paint.on or not amount or run.made(colorless, run.original).value:
        return run
    cast = run.stage("parse", _cast, run.photo, run.parser())
    if cast.value is None:
        return run
    run.hints.append(BALANCED)
    return run.with_photo(run.made(balanced, run.photo, cast, amount).value)


def _cast(photo: Photo, parser: Parser) -> Cast | None:
    return cast_of(photo, parser.whole)
