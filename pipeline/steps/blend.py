"""Set what is kept into the painting."""

import numpy as np

from pipeline.ops.color import lerp
from pipeline.runtime.models import Loaded
from pipeline.settings import BlendSettings
from pipeline.stages.blend import blend as set_in
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.canvas_texture import with_canvas
from pipeline.stages.stylize.face_strokes import paint_face_strokes
from pipeline.steps.painters import network_of, strokes_of
from pipeline.steps.restore import person_of
from pipeline.steps.run import Keyed, Run
from pipeline.steps.segment import Outline
from pipeline.types import Image, Mask, Restoration, Scene


def blend(
    run: Run, scene: Keyed[Scene], restored: Keyed[Restoration], outline: Keyed[Outline],
    seen: Keyed[Detections],
) -> tuple[Image, Mask]:  # fmt: skip
    """Set the kept region into the painting, or say why not.

    Return the result, and how much of the person each of its pixels has, (H, W) in [0, 1].
    """
    person, styled, how = person_of(run, restored), scene.value.styled, run.settings.blend
    nothing = np.zeros(run.original.value.shape[:2], np.float32)
    if styled is None:
        run.skipped["blend"] = "Nothing is painted, so there is nothing to blend into."
        return person.value, nothing
    if outline.value.mask is None:
        run.skipped["blend"] = "No face was found."
        return styled, nothing
    if not how.on:
        run.skipped["blend"] = "Keeping the face is switched off."
        return styled, nothing
    brushed = None
    if how.painterly:  # a face is touched by Monet's brush whatever painted the scene
        brushed = run.made(_touched, person, outline, seen, network_of(run))
    # Made anew each time: it takes less than a slider's next step, and each would take 32 MB.
    return run.stage(
        "blend", _blended, scene, person, brushed, outline, seen, how, keep=False
    ).value


def _touched(person: Image, outline: Outline, seen: Detections, painter: Loaded) -> Image:
    mask = _mask(outline)
    return paint_face_strokes(person, mask, seen.faces, painter.run, **strokes_of(painter))


def _blended(
    scene: Scene, person: Image, brushed: Image | None, outline: Outline, seen: Detections,
    how: BlendSettings,
) -> tuple[Image, Mask]:  # fmt: skip
    if scene.styled is None:
        raise ValueError("What is kept is set into a painting, and there is none.")
    if brushed is not None:
        on_canvas = brushed if scene.grain is None else with_canvas(brushed, scene.grain)
        person = lerp(person, on_canvas, how.painterly)
    return set_in(
        scene.styled, person, _mask(outline), seen.faces, strength=how.strength,
        feather=how.feather, harmony=how.harmony,
    )  # fmt: skip


def _mask(outline: Outline) -> Mask:
    if outline.mask is None:
        raise ValueError("A kept region is needed, and there is none.")
    return outline.mask
