"""Restore the faces that need it and that the person chose; say why the others are left alone."""

from collections import Counter
from collections.abc import Iterable

from pipeline.runtime.models import Loaded, Models
from pipeline.settings import Restored, RestoreSettings, WeightPolicy
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import merged
from pipeline.stages.restore.restore import restore as restore_all
from pipeline.stages.restore.select_faces import SHARP_ALREADY, choose, face_at
from pipeline.stages.segment.region import segment
from pipeline.steps.run import Keyed, Run
from pipeline.types import FaceOverride, Image, Restoration, RestorationPlan
from pipeline.weights.resolve import WeightError

UNSURE = (
    "so little of it is seen, or so much of it changes, that it may look like someone else; "
    "less restoration or more fidelity helps"
)


def restore(run: Run, detections: Keyed[Detections]) -> Keyed[Restoration]:
    """Restore the faces that are chosen and not sharp already, or say why not.

    Raises: WeightError: there is no restorer, and the settings ask for published weights only.
    """
    how = run.settings.restore
    faces = detections.value.faces
    overrides = run.prompt.faces
    if not how.on or not faces or how.fidelity == 1:
        found = "Fidelity is 1, so every face stays as it is." if faces else "No face was found."
        run.skipped["restore"] = found if how.on else "Restoration is switched off."
        return run.made(Restoration)
    if lost := sum(face_at(faces, x, y) is None for x, y, _ in overrides):
        run.hints.append(
            f"At {lost} of the {len(overrides)} points where a face was pointed at there is none."
        )
    plans = run.made(_plans, run.original, detections, overrides, how.faces, how.weight)
    if not any(plan.weight for plan in plans.value):
        run.skipped["restore"] = left_alone(plans.value)
        return Keyed(Restoration(plans=plans.value), plans.key)
    try:
        restorer = run.role("restorer")
    except WeightError as missing:
        if run.settings.weights == "full":
            raise
        run.skipped["restore"] = str(missing)
        return run.made(Restoration)
    made = run.stage("restore", _restored, run.original, detections, plans, restorer, how)
    run.hints.extend(hints_of(made.value.plans))
    return made


def restorer_at_hand(models: Models, policy: WeightPolicy) -> Loaded | None:
    """Return the restorer under a weight policy; None where there is none and none is insisted on.

    Raises: WeightError: there is none, and the policy asks for published weights only.
    """
    try:
        return models.load("restorer", policy)
    except WeightError:
        if policy == "full":
            raise
        return None


def person_of(run: Run, restored: Keyed[Restoration]) -> Keyed[Image]:
    """Return the photo at working size, with its restored faces where there are any."""
    picture = restored.value.picture
    return run.original if picture is None else Keyed(picture, restored.key)


def _plans(
    original: Image,
    detections: Detections,
    overrides: tuple[FaceOverride, ...],
    which: Restored,
    weight: float,
) -> tuple[RestorationPlan, ...]:
    return choose(original, detections.faces, overrides, which=which, weight=weight)


def _restored(
    original: Image,
    detections: Detections,
    plans: tuple[RestorationPlan, ...],
    restorer: Loaded,
    how: RestoreSettings,
) -> Restoration:
    parts = merged(detections.whole, detections.views, original.shape[:2])
    mask = segment(original, parts, detections.faces, kept="face")
    return restore_all(original, detections.faces, plans, restorer.run, mask, fidelity=how.fidelity)


def left_alone(plans: tuple[RestorationPlan, ...]) -> str:
    """Say why faces are left alone."""
    reasons = Counter(plan.why for plan in plans if plan.why)
    counted = ", ".join(
        f"{why} ({count})" if len(plans) > 1 else why for why, count in reasons.items()
    )
    which = "The face is" if len(plans) == 1 else f"{reasons.total()} of {len(plans)} faces are"
    if SHARP_ALREADY in reasons:
        return f"{which} left alone: {counted}. To restore such a face all the same, point at it."
    return f"{which} left alone: {counted}."


def hints_of(plans: tuple[RestorationPlan, ...]) -> Iterable[str]:
    """Yield what the person should know: restorations of low confidence."""
    unsure = [str(number) for number, plan in enumerate(plans, 1) if plan.low_confidence]
    if not unsure:
        return
    which = "the face"
    if len(unsure) > 1:
        which = f"faces {', '.join(unsure)} of {len(plans)}, the largest first"
    elif len(plans) > 1:
        which = f"face {unsure[0]} of {len(plans)}, the largest first"
    yield f"Low confidence in {which}: {UNSURE}."
