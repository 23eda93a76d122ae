"""Paint by explicit brush strokes in Monet's light."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.resample import resized, scaled_to_long, shrunk, size_of_long
from pipeline.ops.tensor import to_float
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Probabilities
from pipeline.stages.strokes.color import in_monets_light
from pipeline.stages.strokes.light import monet
from pipeline.stages.strokes.plan import Motif, plan
from pipeline.stages.strokes.render import render
from pipeline.stages.strokes.sharpness import fine_structure, out_of_focus
from pipeline.stages.strokes.subject import FAR, Subject, subject_of
from pipeline.steps.parts import parts_of
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image, Painted, Scene
from pipeline.types.strokes import Strokes

GUIDE_PX = 1024  # long side, at most, at which a photo is looked at: larger ones get its strokes
SEED = 1874
SHOWN_PX = 1600  # long side, at least, at which a painting is looked at
PLANNED = 0.6  # of a painting's time, until its strokes are planned

Tell = Callable[[float], object]


def by_strokes(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo stroke by stroke, rendered at working size, or larger to be looked at."""
    parts = parts_of(run, run.original, seen)
    return run.stage("paint", _painted, run.original, seen, parts, told=True)


def planned(original: Image, seen: Detections, parts: Probabilities, tell: Tell) -> Strokes:
    """Plan the strokes that paint a photo, by what the parser sees in it.

    `parts`: of it, (H, W, 12 or 13).
    """
    size = size_of_long(original.shape[:2], GUIDE_PX)
    subject = subject_of(parts, seen.faces, size)
    lab = to_lab(resized(original, size).clip(0, 1))
    rng = np.random.default_rng(SEED)
    calm, detail = out_of_focus(lab, subject.person), fine_structure(lab, subject)
    target, palette = in_monets_light(lab, subject, detail, monet(), rng)
    return plan(Motif(target, palette, subject, calm, detail), rng, tell=tell)


def warm() -> None:
    """Paint a blank picture, so that what is compiled is ready for the first photo."""
    size = (32, 32)
    none = np.zeros(size, np.float32)
    far, around = np.full(size, FAR, np.float32), np.zeros((*size, 2), np.float32)
    subject = Subject(none, none, none, none, far, none, far, around)
    motif = Motif(
        np.full((*size, 3), 50, np.float32), np.ones((1, 4), np.float32), subject, none, none
    )
    render(plan(motif, np.random.default_rng(SEED)), size)


def rendered(
    scene: Scene, strokes: Strokes, size: tuple[int, int], tell: Tell = lambda _: None
) -> Scene:
    """Return the scene with its finer picture at a (height, width), px."""
    if scene.fine is not None and scene.fine.shape[:2] == size:
        return scene
    return replace(scene, fine=render(strokes, size, tell=tell))


def _painted(original: Image, seen: Detections, parts: Probabilities, *, tell: Tell) -> Painted:
    strokes = planned(original, seen, parts, lambda done: tell(PLANNED * done))
    size = (original.shape[0], original.shape[1])
    larger = scaled_to_long(size, max(*size, SHOWN_PX))
    fine = render(strokes, larger, tell=lambda done: tell(PLANNED + (1 - PLANNED) * done))
    scene = Scene(to_float(fine)) if larger == size else Scene(shrunk(fine, size), fine)
    return Painted(scene, strokes=strokes)
