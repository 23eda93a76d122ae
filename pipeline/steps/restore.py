"""Restore the faces that need it and that the person chose, and say what became of the others."""

from collections import Counter
from collections.abc import Iterable

from pipeline.runtime import Models
from pipeline.settings import Settings
from pipeline.stages.choose import SHARP_ALREADY, choose, face_at
from pipeline.stages.detect import Seen
from pipeline.stages.parse import merged
from pipeline.stages.restore import restore
from pipeline.stages.segment import segment
from pipeline.steps.run import Run
from pipeline.types import Care, FaceWish, Image, Restoration
from pipeline.weights import WeightError

INSIST = "To restore such a face all the same, point at it."
UNSURE = "so little of it is seen, or so much of it changes, that it may look like someone else; less restoration or more fidelity helps"


def restore_faces(
    run: Run, original: Image, seen: Seen, settings: Settings, models: Models, wishes: tuple[FaceWish, ...] = ()
) -> Restoration:
    """Restore the faces that are chosen and not sharp already, or say why not; `wishes` are in the px of `original`.

    Raises: WeightError: there is no restorer, and the settings ask for published weights only.
    """
    how, faces = settings.restore, seen.faces
    if not how.on or not faces or how.fidelity == 1:
        found = "Fidelity is 1, so every face stays as it is." if faces else "No face was found."
        run.skipped["restore"] = found if how.on else "Restoration is switched off."
        return Restoration()
    if lost := sum(face_at(faces, x, y) is None for x, y, _ in wishes):
        run.hints.append(f"At {lost} of the {len(wishes)} points where a face was pointed at there is none.")
    known = tuple(face.box for face in faces), how.faces, how.weight, wishes
    cares = run.kept(("care", known), lambda: choose(original, faces, wishes, which=how.faces, weight=how.weight))
    if not any(care.weight for care in cares):
        run.skipped["restore"] = left_alone(cares)
        return Restoration(cares=cares)
    try:
        restorer = run.using(models.load("restorer", settings.weights))
    except WeightError as missing:
        if settings.weights == "full":
            raise
        run.skipped["restore"] = str(missing)
        return Restoration()

    def restored() -> Restoration:
        mask = segment(original, merged(seen.whole, seen.views, original.shape[:2]), faces, kept="face")
        return restore(original, faces, cares, restorer.run, mask, fidelity=how.fidelity)

    made = run.stage("restore", (how, settings.detect, wishes, restorer.use), restored)
    run.hints.extend(hints_of(made.cares))
    return made


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
