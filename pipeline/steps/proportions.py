"""Bend a photo's faces toward a style's proportions; all that follows sees the bent photo."""

from dataclasses import replace

from pipeline.ops.bend import Bending, bent
from pipeline.settings import ProportionsSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.proportions import bending_of, bent_detections
from pipeline.steps.landmarks import landmarks_in
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image, Photo, Points

NONE = "Proportions stay: no face is large enough and turned to us enough."


def proportioned(run: Run, seen: Keyed[Detections]) -> tuple[Run, Keyed[Detections]]:
    """Return the run of the photo with other proportions, and what is seen in it.

    The very same where the settings leave proportions alone, or there is no face.

    Raises: WeightError: the network that points at faces is not at hand.
    """
    how = run.settings.proportions
    if not how.amount or not seen.value.faces:
        return run, seen
    points = landmarks_in(run, run.original, seen)
    bending = run.made(_bending, run.original, points, how)
    if bending.value is None:
        run.hints.append(NONE)
        return run, seen
    photo = run.made(_photo, run.photo, bending).value
    return run.with_photo(photo), run.made(bent_detections, seen, bending)


def _bending(
    original: Image, points: tuple[Points, ...], how: ProportionsSettings
) -> Bending | None:
    return bending_of(points, (original.shape[0], original.shape[1]), how.style, how.amount)


def _photo(photo: Photo, bending: Bending) -> Photo:
    alpha = None if photo.alpha is None else bent(photo.alpha, bending)
    return replace(photo, pixels=bent(photo.pixels, bending), alpha=alpha)
