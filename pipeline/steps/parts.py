"""Say which part of a person each pixel is."""

from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import FaceParse, Probabilities
from pipeline.stages.segment.color_models import refined_parts
from pipeline.steps.run import Keyed, Later, Run
from pipeline.types import Image

Views = tuple[FaceParse, ...]


def parts_of(
    run: Run, person: Keyed[Image], detections: Keyed[Detections],
    views: Keyed[Views] | None = None, *, closer: bool = True,
) -> Later[Probabilities]:  # fmt: skip
    """Return the parts of a picture of the photo's people, (H, W, 12 or 13), once they are wanted.

    `views`: its faces' parses, where they are not the photo's; `closer`: whether these count.
    """
    return run.later(_parts, person, detections, views, closer, run.photo.guessed)


def parts_in(photo: Image, seen: Detections, *, guessed: bool = False) -> Probabilities:
    """Return the parts of a photo's people, (H, W, 12 or 13), by all that is seen in it.

    `guessed`: whether its colors are.
    """
    return refined_parts(photo, seen.whole, seen.views, figures=seen.figures, guessed=guessed)


def _parts(
    person: Image, detections: Detections, views: Views | None, closer: bool, guessed: bool
) -> Probabilities:
    close = detections.views if views is None else views
    shown = close if closer else ()
    return refined_parts(
        person, detections.whole, shown, len(detections.faces),
        figures=detections.figures if closer else (), guessed=guessed,
    )  # fmt: skip
