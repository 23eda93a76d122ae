"""One photo by several segmenters, side by side, as the paper's figure 4 shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.paint import at_working_size, blend_people, key_of, paint_scene, see_people
from pipeline.parameters import count_parameters
from pipeline.runtime import Models
from pipeline.settings import COMPARED, Segmenter, Settings
from pipeline.stages.choose import choose
from pipeline.stages.detect import Seen
from pipeline.stages.restore import restore
from pipeline.steps.restore import restore_faces
from pipeline.steps.run import Cache, KeepNothing, Run, ignore
from pipeline.steps.segment import Outline, outline_people
from pipeline.steps.segmenters import SEGMENTERS, entries_of
from pipeline.types import Image, Mask, Network, Photo, Progress, Prompt, Report, Scene, Style
from pipeline.weights import WeightError, named

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
    photo: Photo, settings: Settings | None = None, segmenters: Sequence[Segmenter] = COMPARED, *, models: Models,
    styles: tuple[Style, ...] = (), report: Report = ignore, cache: Cache | None = None,
) -> Comparison:  # fmt: skip
    """Return the photo painted with each segmenter; the settings, and the `styles` that it may be painted like, are the same for all.

    Raises: ValueError: no segmenter, or an unknown one. WeightError: a segmenter's weights are not at hand. Cancelled: `report` raised it.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer", figure 4.
    """
    settings = settings or Settings()
    check(segmenters, settings)
    run = Run(key_of(photo), report, cache or KeepNothing())
    original = run.kept("original", lambda: at_working_size(photo))
    seen = see_people(run, original, settings, models)
    scene = paint_scene(run, photo, original, seen, styles, settings, models)
    restored = restore_faces(run, original, seen, settings, models).picture
    same = _Same(run, original, Scene(original) if scene.styled is None else scene, restored, seen, settings, models)
    wanted = tuple(dict.fromkeys((REFERENCE, *segmenters)))
    versions = {name: same.version(name, done=i / len(wanted)) for i, name in enumerate(wanted)}
    mask = versions[REFERENCE].mask
    notes = () if seen.faces else ("No face was found, so nothing is kept.",)
    try:
        direct, done = same.direct(mask), mask is not None and settings.restore.on
    except WeightError as missing:
        if settings.weights == "full":
            raise
        direct, done, notes = same.painting, False, (*notes, f"Nothing was restored: {missing}")
    shown = tuple(replace(versions[name], iou=iou(versions[name].mask, mask)) for name in dict.fromkeys(segmenters))
    return Comparison(original, direct, done, shown, notes)


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
    original: Image
    scene: Scene  # the photo itself where painting is off
    restored: Image | None
    seen: Seen
    settings: Settings
    models: Models

    @property
    def painting(self) -> Image:
        """The whole photo painted."""
        return self.original if self.scene.styled is None else self.scene.styled

    def version(self, name: Segmenter, *, done: float) -> Version:
        """Return one segmenter's version, kept or new, its agreement still open; `done`: the share of them that lies behind."""
        chosen = self.settings.model_copy(update={"segment": self.settings.segment.model_copy(update={"segmenter": name})})
        self.run.report(Progress("segment", 0.6 + 0.4 * done))
        return self.run.kept(("version", chosen, tuple(self.run.used)), lambda: self._measured(name, chosen))

    def _measured(self, name: Segmenter, chosen: Settings) -> Version:
        outline, seconds = self._timed(name, chosen)
        if seconds < QUICK_S:
            seconds = min(seconds, self._timed(name, chosen)[1])
        run = Run(self.run.key, ignore, KeepNothing())
        picture, _ = blend_people(run, self.original, self.scene, self.restored, self.seen, outline, chosen, self.models)
        parameters = sum(count_parameters(entry) for entry in entries_of(name, chosen.weights))
        return Version(name, picture, outline.mask, parameters, seconds, None)

    def _timed(self, name: Segmenter, chosen: Settings) -> tuple[Outline, float]:
        run = Run(self.run.key, ignore, KeepNothing())
        if SEGMENTERS[name].network is None:
            see_people(run, self.original, chosen, self.models)  # what the parser sees is its outline
        outline = outline_people(run, self.original, self.restored, self.seen, chosen, self.models, Prompt())
        return outline, sum(run.seconds.values())

    def direct(self, mask: Mask | None) -> Image:
        """Return the painting, restored where `mask` is.

        Raises: WeightError: nothing restores here.
        """
        how = self.settings.restore
        if mask is None or not how.on:
            return self.painting
        restorer = self.models.load("restorer", self.settings.weights)
        key = "restored directly", self.settings, tuple(self.run.used), restorer.use
        return self.run.kept(key, lambda: self._restored(restorer.run, mask))

    def _restored(self, network: Network, mask: Mask) -> Image:
        how, faces, painting = self.settings.restore, self.seen.faces, self.painting
        # Its strokes may be as sharp as can be: what is left alone in a photo is not in a painting.
        cares = tuple(replace(care, weight=how.weight) for care in choose(painting, faces, (), which="all", weight=how.weight))
        made = restore(painting, faces, cares, network, mask, fidelity=how.fidelity)
        return painting if made.picture is None else made.picture
