"""Brighten a dark photo; all that follows sees the lighter one."""

from pipeline.stages.brighten import brightened, exposure_of
from pipeline.steps.run import Run

BRIGHTENED = (
    "The photo is dark, so it was brightened before it was painted; the setting Brighten says how "
    "far."
)


def lit(run: Run) -> Run:
    """Return the run of the photo in enough light; the very same where it has that already.

    A photo that is not painted stays as it is.
    """
    amount = run.settings.brighten.amount
    if not run.settings.paint.on or not amount:
        return run
    exposure = run.made(exposure_of, run.photo)
    if exposure.value is None:
        return run
    run.hints.append(BRIGHTENED)
    return run.with_photo(run.made(brightened, run.photo, exposure, amount).value)
