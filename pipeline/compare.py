"""One photo by several segmenters, side by side, as the paper's figure 4 shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.metrics.iou import Overlap
from pipeline.runtime.models import Models
from pipeline.settings import COMPARED, Segmenter, Settings
from pipeline.steps.detect import detect
from pipeline.steps.prepare import prepared
from pipeline.steps.proportions import proportioned
from pipeline.steps.restore import restore
from pipeline.steps.run import Cache, Keyed, Run, RunCache, ignore
from pipeline.steps.stylize import stylize
from pipeline.steps.versions import Version, make_version, painting_of, restore_painting
from pipeline.types import Drawing, Image, Mask, Photo, Progress, Prompt, Report, Scene, Style
from pipeline.variants import SEGMENTERS
from pipeline.weights.resolve import WeightError, named

REFERENCE: Segmenter = "unet"  # whose mask the others' are compared with


@dataclass(frozen=True)
class Comparison:
    """One photo painted in several ways.

    `direct`: the painting with its faces restored as if they were a photo's, nothing kept;
    `restored`: whether they could be. `notes`: sentences for the person.
    """

    original: Image
    direct: Image
    restored: bool
    versions: tuple[Version, ...]
    notes: tuple[str, ...] = ()


def compare(
    photo: Photo, settings: Settings | None = None, segmenters: Sequence[Segmenter] = COMPARED, *,
    models: Models, styles: tuple[Style, ...] = (), drawn: Drawing | None = None,
    report: Report = ignore, cache: Cache | None = None,
) -> Comparison:  # fmt: skip
    """Paint the photo with each segmenter; the settings and `styles` are the same for all.

    `drawn`: as in `Prompt.mended`.

    Raises: ValueError: no segmenter, or an unknown one. PhotoError: the frame leaves too little of
    the photo. WeightError: a segmenter's weights are not at hand. Cancelled: `report` raised it.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style
    Transfer", figure 4.
    """
    settings = settings or Settings()
    check(segmenters, settings)
    prompt = Prompt(styles=styles, mended=drawn)
    run = Run(photo, settings, models, prompt, report, cache or RunCache()).framed()
    run = prepared(run)
    run, seen = proportioned(run, detect(run))
    scene, _ = stylize(run, seen)
    if scene.value.styled is None:  # where nothing is painted, the photo itself is
        scene = run.made(Scene, run.original)
    restored = restore(run, seen)
    wanted = tuple(dict.fromkeys((REFERENCE, *segmenters)))
    versions: dict[Segmenter, Keyed[Version]] = {}
    for name in wanted:
        report(Progress("segment", 0.6 + 0.4 * len(versions) / len(wanted)))
        versions[name] = make_version(run, name, scene, restored, seen)
    mask = versions[REFERENCE].value.mask
    direct, done = painting_of(scene.value), mask is not None and settings.restore.on
    notes = () if seen.value.faces else ("No face was found, so nothing is kept.",)
    try:
        if done:
            direct = restore_painting(run, scene, seen, versions[REFERENCE]).value
    except WeightError as missing:
        if settings.weights == "full":
            raise
        done, notes = False, (*notes, f"Nothing was restored: {missing}")
    shown = (versions[name].value for name in dict.fromkeys(segmenters))
    compared = tuple(replace(each, iou=agreement(each.mask, mask)) for each in shown)
    return Comparison(run.original.value, direct, done, compared, notes)


def check(segmenters: Sequence[Segmenter], settings: Settings) -> None:
    """Refuse segmenters that cannot be compared, before any work is done.

    Raises: ValueError: none, or one that is not known. WeightError: one whose weights are not at
    hand.
    """
    known = ", ".join(SEGMENTERS)
    if not segmenters:
        raise ValueError(f"Name one segmenter or more of {known}.")
    for name in segmenters:
        if name not in SEGMENTERS:
            raise ValueError(f"A segmenter is one of {known}, not {name!r}.")
        if network := SEGMENTERS[name].network:
            named(network, settings.weights)


def agreement(one: Mask | None, other: Mask | None) -> float | None:
    """Return two masks' intersection over union; None where neither has any area."""
    if one is None or other is None:
        return None
    overlap = Overlap()
    overlap.add(one > 0.5, other > 0.5)
    return overlap.iou if overlap.either else None
