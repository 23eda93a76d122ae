"""Prepare the photo: light where it is dark, whole where it is worn, in color where it has none."""

from pipeline.steps.brighten import lit
from pipeline.steps.colorize import colored
from pipeline.steps.mend import mended
from pipeline.steps.run import Run


def prepared(run: Run) -> Run:
    """Return the run of the photo as all that follows sees it; the very same where nothing is done.

    Raises: WeightError: the parser's weights are not at hand.
    """
    return colored(mended(lit(run)))
