"""Make what a comparison shows: the painting by one segmenter, and the painting restored."""

from dataclasses import dataclass, replace

from pipeline.runtime.models import Loaded
from pipeline.settings import RestoreSettings, Segmenter
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.restore.restore import restore
from pipeline.stages.restore.select_faces import choose
from pipeline.steps.blend import blend, toucher_of
from pipeline.steps.detect import detect
from pipeline.steps.run import Keyed, Run
from pipeline.steps.segment import Outline, segment
from pipeline.steps.segmenters import entries_of
from pipeline.types import Image, Mask, Restoration, Scene
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import CATALOG
from pipeline.weights.parameters import count_parameters

# What takes less is timed a second time: the first one also readies the engine for the photo's
# shape.
QUICK_S = 2.0


@dataclass(frozen=True)
class Version:
    """Hold the painting by one segmenter.

    `seconds`: what it took to outline (not to load); `iou`: of its mask with the U-Net's, None
    without faces.
    """

    segmenter: Segmenter
    picture: Image
    mask: Mask | None
    parameters: int
    seconds: float
    iou: float | None


def make_version(
    run: Run,
    name: Segmenter,
    scene: Keyed[Scene],
    restored: Keyed[Restoration],
    detections: Keyed[Detections],
) -> Keyed[Version]:
    """Time one segmenter and blend what it outlines; its agreement stays open.

    Raises: WeightError: a network is not available.
    """
    run = run.with_settings(run.settings.changed(segmenter=name))
    networks = tuple(entry.name for entry in entries_of(name, run.settings.weights))
    touching = toucher_of(run)
    return run.made_anew(_version, scene, restored, detections, networks, touching)


def restore_painting(
    run: Run, scene: Keyed[Scene], detections: Keyed[Detections], version: Keyed[Version]
) -> Keyed[Image]:
    """Restore the faces of the painting, in a version's mask, as if they were a photo's.

    Raises: WeightError: there is no restorer.
    """
    restorer, how = run.role("restorer"), run.settings.restore
    return run.made(_restored, scene, detections, version, restorer, how)


def painting_of(scene: Scene) -> Image:
    """Return the whole photo painted.

    Raises: ValueError: nothing is painted.
    """
    if scene.styled is None:
        raise ValueError("A comparison needs a painting, or the photo in its place.")
    return scene.styled


def _version(
    run: Run,
    scene: Keyed[Scene],
    restored: Keyed[Restoration],
    detections: Keyed[Detections],
    networks: tuple[str, ...],
    touching: Loaded | None,
) -> Version:
    del touching  # part of the key: it touches the face
    outline, seconds = _timed(run, detections, restored)
    if seconds < QUICK_S:
        seconds = min(seconds, _timed(run, detections, restored)[1])
    picture, _ = blend(run, scene, restored, outline, detections)
    parameters = sum(count_parameters(CATALOG[name]) for name in networks)
    name = run.settings.segment.segmenter
    return Version(name, picture, outline.value.mask, parameters, seconds, None)


def _timed(
    run: Run, detections: Keyed[Detections], restored: Keyed[Restoration]
) -> tuple[Keyed[Outline], float]:
    run = run.anew()
    if SEGMENTERS[run.settings.segment.segmenter].network is None:
        detect(run)  # what the parser sees is its outline
    outline = segment(run, detections, restored)
    return outline, sum(run.seconds.values())


def _restored(
    scene: Scene, detections: Detections, version: Version, restorer: Loaded, how: RestoreSettings
) -> Image:
    painting, faces = painting_of(scene), detections.faces
    if version.mask is None:
        return painting
    # Its strokes may be as sharp as can be: what is left alone in a photo is not in a painting.
    found = choose(painting, faces, (), which="all", weight=how.weight)
    plans = tuple(replace(plan, weight=how.weight) for plan in found)
    made = restore(painting, faces, plans, restorer.run, version.mask, fidelity=how.fidelity)
    return painting if made.picture is None else made.picture
