"""Prepare the photo: light where it is dark, whole where worn, its colors freed or found."""

from pipeline.steps.balance import without_cast
from pipeline.steps.brighten import lit
from pipeline.steps.colorize import colored
from pipeline.steps.mend import mended
from pipeline.steps.run import Run


def prepared(run: Run) -> Run:
    """Return the run of the photo as all that follows sees it; the very same where nothing is done.

    Raises: WeightError: the parser's weights are not at hand.
    """
    return colored(without_cast(mended(lit(run))))
