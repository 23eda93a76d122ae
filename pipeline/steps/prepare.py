"""Prepare the photo: lit where dark, mended where worn, without a cast, or in guessed colors."""

from pipeline.steps.balance import without_cast
from pipeline.steps.brighten import lit
from pipeline.steps.colorize import colored
from pipeline.steps.mend import mended
from pipeline.steps.run import Run


def prepared(run: Run) -> Run:
    """Return the run of the photo as all that follows sees it; the very same where nothing is done.

    Raises: WeightError: the parser's weights are not at hand.
    """
    run = mended(lit(run))
    freed = without_cast(run)
    return colored(run) if freed is run else freed
