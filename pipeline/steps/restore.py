"""Restore the faces that need it and that the person chose, and say what became of the others."""

from collections import Counter
from collections.abc import Iterable

from pipeline.runtime.models import Loaded
from pipeline.settings import Restored, RestoreSettings
from pipeline.stages.detect.from_parsing import Seen
from pipeline.stages.parse import merged
from pipeline.stages.restore.restore import restore as restore_all
from pipeline.stages.restore.select_faces import SHARP_ALREADY, choose, face_at
from pipeline.stages.segment.region import segment
from pipeline.steps.run import Keyed, Run
from pipeline.types import Care, FaceWish, Image, Restoration
from pipeline.weights.resolve import WeightError

INSIST = "To restore such a face all the same, point at it."
UNSURE = "so little of it is seen, or so much of it changes, that it may look like someone else; less restoration or more fidelity helps"


def restore(run: Run, seen: Keyed[Seen]) -> Keyed[Restoration]:
    """Restore the faces that are chosen and not sharp already, or say why not.

    Raises: WeightError: there is no restorer, and the settings ask for published weights only.
    """
    how, faces, wishes = run.settings.restore, seen.value.faces, run.prompt.faces
    if not how.on or not faces or how.fidelity == 1:
        found = "Fidelity is 1, so every face stays as it is." if faces else "No face was found."
        run.skipped["restore"] = found if how.on else "Restoration is switched off."
        return Keyed(Restoration(), "nothing")
    if lost := sum(face_at(faces, x, y) is None for x, y, _ in wishes):
        run.hints.append(f"At {lost} of the {len(wishes)} points where a face was pointed at there is none.")
    cares = run.made(_cares, run.original, seen, wishes, how.faces, how.weight)
    if not any(care.weight for care in cares.value):
        run.skipped["restore"] = left_alone(cares.value)
        return Keyed(Restoration(cares=cares.value), cares.key)
    try:
        restorer = run.role("restorer")
    except WeightError as missing:
        if run.settings.weights == "full":
            raise
        run.skipped["restore"] = str(missing)
        return Keyed(Restoration(), "nothing")
    made = run.stage("restore", _restored, run.original, seen, cares, restorer, how)
    run.hints.extend(hints_of(made.value.cares))
    return made


def person_of(run: Run, restored: Keyed[Restoration]) -> Keyed[Image]:
    """Return the photo at working size, with its restored faces where there are any."""
    picture = restored.value.picture
    return run.original if picture is None else Keyed(picture, restored.key)


def _cares(original: Image, seen: Seen, wishes: tuple[FaceWish, ...], which: Restored, weight: float) -> tuple[Care, ...]:
    return choose(original, seen.faces, wishes, which=which, weight=weight)


def _restored(original: Image, seen: Seen, cares: tuple[Care, ...], restorer: Loaded, how: RestoreSettings) -> Restoration:
    parts = merged(seen.whole, seen.views, original.shape[:2])
    mask = segment(original, parts, seen.faces, kept="face")
    return restore_all(original, seen.faces, cares, restorer.run, mask, fidelity=how.fidelity)


def left_alone(cares: tuple[Care, ...]) -> str:
    """Say why faces are left alone."""
    reasons = Counter(care.why for care in cares if care.why)
    counted = ", ".join(f"{why} ({count})" if len(cares) > 1 else why for why, count in reasons.items())
    which = "The face is" if len(cares) == 1 else f"{reasons.total()} of {len(cares)} faces are"
    return f"{which} left alone: {counted}." + (f" {INSIST}" if SHARP_ALREADY in reasons else "")


def hints_of(cares: tuple[Care, ...]) -> Iterable[str]:
    """Yield what the person should know of faces that were restored, or were not for their sharpness."""
    if any(care.why == SHARP_ALREADY for care in cares):
        yield left_alone(cares)
    if unsure := [str(number) for number, care in enumerate(cares, 1) if care.low_confidence]:
        which = f"face{'s' * (len(unsure) > 1)} {', '.join(unsure)} of {len(cares)}, the largest first" if len(cares) > 1 else "the face"
        yield f"Low confidence in {which}: {UNSURE}."
