"""Color a photo without color; all that follows sees the colored one."""

import numpy as np
from numpy.typing import NDArray

from pipeline.runtime.models import Loaded
from pipeline.stages.colorize import colored as in_colors
from pipeline.stages.colorize import colorless, guessed
from pipeline.stages.parse import Parser
from pipeline.steps.run import Run
from pipeline.types import Image
from pipeline.weights.catalog import WeightError

COLORED = (
    "The photo has no color, so its colors were guessed before it was painted; the setting Guessed "
    "colors says how much."
)
UNCOLORED = "The photo has no color, and none was guessed: {why}"


def colored(run: Run) -> Run:
    """Return the run of the photo in color; the very same where it has some already.

    A photo that is not painted stays as it is; so does one where nothing is at hand to color it.

    Raises: WeightError: the parser's weights are not at hand.
    """
    amount = run.settings.colorize.amount
    if not run.settings.paint.on or not amount or not run.made(colorless, run.original).value:
        return run
    parser = run.parser()
    try:
        colorizer = run.role("colorizer")
    except WeightError as missing:
        run.hints.append(UNCOLORED.format(why=missing))
        return run
    run.hints.append(COLORED)
    ab = run.made(_guessed, run.original, parser, colorizer)
    return run.with_photo(run.made(in_colors, run.photo, ab, amount).value)


def _guessed(photo: Image, parser: Parser, colorizer: Loaded) -> NDArray[np.float32]:
    return guessed(photo, parser, colorizer.run)
