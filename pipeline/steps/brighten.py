"""Brighten a dark photo; all that follows sees the lighter one."""

from pipeline.stages.brighten import brightened, exposure_of
from pipeline.steps.run import Run
from pipeline.types import Photo

BRIGHTENED = "The photo is dark, so it was brightened before it was painted."


def lit(run: Run) -> Run:
    """Return the run of the photo in enough light; the very same where it has that already.

    A photo that is not painted stays as it is.
    """
    if not run.settings.paint.on:
        return run
    photo = run.made(_lit, run.photo)
    if photo.value is None:
        return run
    run.hints.append(BRIGHTENED)
    return run.with_photo(photo.value)


def _lit(photo: Photo) -> Photo | None:
    exposure = exposure_of(photo)
    return None if exposure is None else brightened(photo, exposure)
