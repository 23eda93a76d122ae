"""Mend an old photo; all that follows sees the mended one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized, size_of_long
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.mend.corrected import corrected
from pipeline.stages.mend.find import SEEN_PX, find_damage
from pipeline.stages.mend.repair import filled, repaired
from pipeline.stages.mend.spare import without_features
from pipeline.steps.brighten import lit
from pipeline.steps.detect import detect
from pipeline.steps.run import Cache, Keyed, Run, RunCache, at_working_size, ignore
from pipeline.types import Drawing, Image, Photo, Pixels, Prompt, Report

# Of a photo that is damaged, from which on mending is offered. Of 56 photos 2 have more (4: 0.02),
# and 52 of them once they are worn (53).
WORN = 0.025
NONE = "No scratches, creases or spots were found, so nothing was mended."
MENDED = (
    "Scratches, creases and spots were mended, {percent:.1f} % of the photo; on the left is your "
    "photo as it was."
)
OFFER = "This photo seems to have scratches or spots."


@dataclass(frozen=True, eq=False)
class Damage:
    """Where a photo of the working size is damaged, (H, W)."""

    where: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """The damaged share of the photo, in [0, 1]."""
        return float(self.where.mean())


@dataclass(frozen=True, eq=False)
class Mended:
    """A photo of the working size and what mending makes of it.

    `original`: (H, W, 3) in [0, 1]. `where`: what is mended, (H, W). `result`: (H, W, 3), bytes.
    """

    original: Image
    where: NDArray[np.bool_]
    result: Pixels


def mended(run: Run) -> Run:
    """Return the run of the mended photo; the very same where nothing is to be mended.

    What is mended is what was found, corrected by the prompt.

    Raises: WeightError: the parser's weights are not at hand.
    """
    if not run.settings.mend.on:
        return run
    damage = _damage_in(run)
    if not damage.value.share:
        run.hints.append(NONE)
        return run
    run.hints.append(MENDED.format(percent=100 * damage.value.share))
    return run.with_photo(run.made(_mended, run.photo, run.original, damage).value)


def look(
    photo: Photo, settings: Settings, *, models: Models, drawn: Drawing | None = None,
    report: Report = ignore, cache: Cache | None = None,
) -> Mended:  # fmt: skip
    """Show what mending makes of a photo, framed as the settings say, whether they mend it or not.

    `drawn`: as in `Prompt.mended`.

    Raises: PromptError: the drawing has not the photo's shape. PhotoError: the frame leaves too
    little. WeightError: the parser's weights are not at hand.
    """
    prompt = Prompt(mended=drawn)
    run = lit(Run(photo, settings, models, prompt, report, cache or RunCache()).framed())
    prompt.check(run.photo.size)
    original, where = run.original.value, _damage_in(run).value.where
    return Mended(original, where, filled(original, where))


def seems_worn(photo: Photo) -> bool:
    """Tell whether a photo is damaged so much that mending is worth an offer."""
    original = at_working_size(photo)
    size = original.shape[0], original.shape[1]
    small = resized(original, size_of_long(size, SEEN_PX))
    return Damage(find_damage(small)).share > WORN


def _damage_in(run: Run) -> Keyed[Damage]:
    """Find where the run's photo is damaged; a person's corrections count."""
    found, drawn = run.stage("parse", _damage, run.original, detect(run)), run.prompt.mended
    return run.made(_corrected, found, drawn) if drawn else found


def _corrected(found: Damage, drawn: Drawing) -> Damage:
    return Damage(corrected(found.where, drawn))


def _damage(original: Image, seen: Detections) -> Damage:
    return Damage(without_features(find_damage(original), seen.faces))


def _mended(photo: Photo, original: Image, damage: Damage) -> Photo:
    return repaired(photo, filled(original, damage.where), damage.where)
