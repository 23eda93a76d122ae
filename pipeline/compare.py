"""One photo by several segmenters, side by side, as the paper's figure 4 shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.runtime.models import Loaded, Models
from pipeline.settings import COMPARED, RestoreSettings, Segmenter, Settings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.restore.restore import restore as restore_all
from pipeline.stages.restore.select_faces import choose
from pipeline.steps.blend import blend
from pipeline.steps.detect import detect
from pipeline.steps.painters import network_of
from pipeline.steps.restore import restore
from pipeline.steps.run import Cache, Keyed, Run, RunCache, ignore
from pipeline.steps.segment import Outline, segment
from pipeline.steps.segmenters import entries_of
from pipeline.steps.stylize import stylize
from pipeline.types import Image, Mask, Photo, Progress, Prompt, Report, Restoration, Scene, Style
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import CATALOG
from pipeline.weights.parameters import count_parameters
from pipeline.weights.resolve import WeightError, named

REFERENCE: Segmenter = "unet"  # whose mask the others' are compared with
QUICK_S = 2.0  # what takes less is timed a second time: the first one also readies the engine for the photo's shape


@dataclass(frozen=True)
class Version:
    """The painting by one segmenter; `seconds` it took to outline (not to load), `iou` of its mask with the U-Net's, None without faces."""

    segmenter: Segmenter
    picture: Image
    mask: Mask | None
    parameters: int
    seconds: float
    iou: float | None


@dataclass(frozen=True)
class Comparison:
    """One photo painted in several ways.

    `direct`: the painting with its faces restored as if they were a photo's, nothing kept; `restored`: whether they could be.
    `notes`: sentences for the person.
    """

    original: Image
    direct: Image
    restored: bool
    versions: tuple[Version, ...]
    notes: tuple[str, ...] = ()


def compare(
    photo: Photo, settings: Settings | None = None, segmenters: Sequence[Segmenter] = COMPARED, *,
    models: Models, styles: tuple[Style, ...] = (), report: Report = ignore,
    cache: Cache | None = None,
) -> Comparison:  # fmt: skip
    """Paint the photo with each segmenter; the settings and `styles` are the same for all.

    Raises: ValueError: no segmenter, or an unknown one. WeightError: a segmenter's weights are not
    at hand. Cancelled: `report` raised it.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style
    Transfer", figure 4.
    """
    settings = settings or Settings()
    check(segmenters, settings)
    run = Run(photo, settings, models, Prompt(styles=styles), report, cache or RunCache())
    seen = detect(run)
    scene, _ = stylize(run, seen)
    if scene.value.styled is None:  # where nothing is painted, the photo itself is
        scene = run.made(_unpainted, run.original)
    same = _Same(run, scene, restore(run, seen), seen)
    wanted = tuple(dict.fromkeys((REFERENCE, *segmenters)))
    versions = {name: same.version(name, done=i / len(wanted)) for i, name in enumerate(wanted)}
    mask = versions[REFERENCE].mask
    notes = () if seen.value.faces else ("No face was found, so nothing is kept.",)
    try:
        direct, done = same.direct(mask), mask is not None and settings.restore.on
    except WeightError as missing:
        if settings.weights == "full":
            raise
        direct, done, notes = same.painting, False, (*notes, f"Nothing was restored: {missing}")
    shown = tuple(
        replace(versions[name], iou=iou(versions[name].mask, mask))
        for name in dict.fromkeys(segmenters)
    )
    return Comparison(run.original.value, direct, done, shown, notes)


def check(segmenters: Sequence[Segmenter], settings: Settings) -> None:
    """Refuse segmenters that cannot be compared, before any work is done.

    Raises: ValueError: none, or one that is not known. WeightError: one whose weights are not at hand.
    """
    known = ", ".join(SEGMENTERS)
    if not segmenters:
        raise ValueError(f"Name one segmenter or more of {known}.")
    for name in segmenters:
        if name not in SEGMENTERS:
            raise ValueError(f"A segmenter is one of {known}, not {name!r}.")
        if network := SEGMENTERS[name].network:
            named(network, settings.weights)


def iou(one: Mask | None, other: Mask | None) -> float | None:
    """Return the area that two masks share, in parts of the area that either has; None where neither has any."""
    if one is None or other is None:
        return None
    a, b = one > 0.5, other > 0.5
    either = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / either if either else None


@dataclass(frozen=True)
class _Same:
    """What all versions share."""

    run: Run
    scene: Keyed[Scene]  # the photo itself where painting is off
    restored: Keyed[Restoration]
    seen: Keyed[Detections]

    @property
    def painting(self) -> Image:
        """The whole photo painted."""
        return _picture(self.scene.value)

    def version(self, name: Segmenter, *, done: float) -> Version:
        """Return one segmenter's version, kept or new, its agreement still open.

        `done`: the part of the versions that lies behind.
        """
        run = self.run.with_settings(_segmented_by(name, self.run.settings), report=ignore)
        self.run.report(Progress("segment", 0.6 + 0.4 * done))
        networks = tuple(entry.name for entry in entries_of(name, run.settings.weights))
        painter = network_of(run)
        # The run carries no more than what the other inputs are the key of.
        carried = Keyed(run, "run")
        shared = self.scene, self.restored, self.seen
        return run.made(_version, carried, run.settings, networks, painter, *shared).value

    def direct(self, mask: Mask | None) -> Image:
        """Return the painting, restored where `mask` is.

        Raises: WeightError: nothing restores here.
        """
        run, how = self.run, self.run.settings.restore
        if mask is None or not how.on:
            return self.painting
        restorer = run.models.load("restorer", run.settings.weights)
        reference = Keyed(mask, f"mask of {self.seen.key}, {self.restored.key}")
        return run.made(_direct, self.scene, self.seen, reference, restorer, how).value


def _segmented_by(name: Segmenter, settings: Settings) -> Settings:
    chosen = settings.segment.model_copy(update={"segmenter": name})
    return settings.model_copy(update={"segment": chosen})


def _version(
    run: Run, settings: Settings, networks: tuple[str, ...], painter: Loaded, scene: Scene,
    restored: Restoration, seen: Detections,
) -> Version:  # fmt: skip
    """Time one segmenter, and blend what it outlines."""
    del painter  # part of the key: it touches the face
    made = Keyed(scene, "scene"), Keyed(restored, "restored"), Keyed(seen, "seen")
    outline, seconds = _timed(run, made[2], made[1])
    if seconds < QUICK_S:
        seconds = min(seconds, _timed(run, made[2], made[1])[1])
    picture, _ = blend(_alone(run), made[0], made[1], outline, made[2])
    parameters = sum(count_parameters(CATALOG[name]) for name in networks)
    name = settings.segment.segmenter
    return Version(name, picture, outline.value.mask, parameters, seconds, None)


def _timed(
    run: Run, seen: Keyed[Detections], restored: Keyed[Restoration]
) -> tuple[Keyed[Outline], float]:
    run = _alone(run)
    if SEGMENTERS[run.settings.segment.segmenter].network is None:
        detect(run)  # what the parser sees is its outline
    outline = segment(run, seen, restored)
    return outline, sum(run.seconds.values())


def _alone(run: Run) -> Run:
    """Return the run with nothing kept and nothing noted."""
    return Run(run.photo, run.settings, run.models)


def _direct(
    scene: Scene, seen: Detections, mask: Mask, restorer: Loaded, how: RestoreSettings
) -> Image:
    painting, faces = _picture(scene), seen.faces
    # Its strokes may be as sharp as can be: what is left alone in a photo is not in a painting.
    found = choose(painting, faces, (), which="all", weight=how.weight)
    plans = tuple(replace(plan, weight=how.weight) for plan in found)
    made = restore_all(painting, faces, plans, restorer.run, mask, fidelity=how.fidelity)
    return painting if made.picture is None else made.picture


def _unpainted(original: Image) -> Scene:
    return Scene(original)


def _picture(scene: Scene) -> Image:
    if scene.styled is None:
        raise ValueError("A comparison needs a painting, or the photo in its place.")
    return scene.styled
