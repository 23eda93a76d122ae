"""Blend the kept region into the painting."""

import numpy as np

from pipeline.ops.color import lerp, repeated
from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Loaded
from pipeline.settings import BlendSettings
from pipeline.stages.blend import SoftRegion, set_in, soften
from pipeline.stages.decontaminate import OwnColors, decontaminated
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import BODY, Part
from pipeline.stages.strokes.planes import in_planes
from pipeline.stages.strokes.widths import COARSE_FACE
from pipeline.stages.stylize.canvas_texture import textured
from pipeline.stages.stylize.face_strokes import paint_face_strokes
from pipeline.stages.stylize.printed_face import printed
from pipeline.steps.landmarks import landmarks_in
from pipeline.steps.network import network_of, strokes_of
from pipeline.steps.restore import person_of
from pipeline.steps.run import Keyed, Run
from pipeline.steps.segment import Outline
from pipeline.steps.ways import in_strokes, is_printed
from pipeline.types import Image, Labels, Mask, Points, Restoration, Scene

# `painterly`, from which on beards and wrinkles under strokes are simplified, too, and printed
# faces are drawn in bolder lines.
USUALLY = BlendSettings().painterly
EYES = (Part.LEFT_EYE, Part.RIGHT_EYE)


def blend(
    run: Run,
    scene: Keyed[Scene],
    restored: Keyed[Restoration],
    outline: Keyed[Outline],
    detections: Keyed[Detections],
) -> tuple[Image, Mask]:
    """Blend the kept region into the painting, or say why not.

    Return the result and its alpha: each pixel's fraction of the person, (H, W) in [0, 1].
    """
    person = person_of(run, restored)
    styled = scene.value.styled
    how = run.settings.blend
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
    own = run.made(_own, person, outline, detections)
    person = run.made(_picture_of, own, keep=False)  # the colors kept above hold it
    brushed = None
    by_strokes = in_strokes(run.settings.paint)
    if how.painterly and is_printed(run.settings.paint):
        points = landmarks_in(run, person, detections)
        brushed = run.made(_printed, person, outline, detections, points, beyond_usual(how))
    elif how.painterly and by_strokes:
        brushed = run.made(_simplified, person, outline, detections, beyond_usual(how))
    elif touching := toucher_of(run):
        brushed = run.made(_touched, person, outline, detections, touching)
    region = run.made(_softened, outline, own, detections, how.feather)
    # Not cached: it is done before a slider's next step, and each result would take 32 MB.
    coarser = COARSE_FACE ** (1 - run.settings.paint.meant.face_detail)
    inputs = scene, person, brushed, region, how, outline, by_strokes, coarser
    return run.stage("blend", _blended, *inputs, keep=False).value


def toucher_of(run: Run) -> Loaded | None:
    """Return the network whose strokes touch a kept face; None where none does.

    They are Monet's, whatever else painted the scene, but for strokes and prints.

    Raises: WeightError: it is not at hand.
    """
    paint, own = run.settings.paint, run.settings.blend
    if not own.painterly or in_strokes(paint) or is_printed(paint):
        return None
    return network_of(run)


def _own(person: Image, outline: Outline, detections: Detections) -> OwnColors:
    scene, hair = (to_float(each) for each in (outline.scene, outline.hair))
    return decontaminated(person, _mask(outline), scene, hair, detections.faces)


def _picture_of(own: OwnColors) -> Image:
    return own.picture


def _touched(person: Image, outline: Outline, detections: Detections, painter: Loaded) -> Image:
    mask = _mask(outline)
    return paint_face_strokes(person, mask, detections.faces, painter.run, **strokes_of(painter))


def _simplified(
    person: Image, outline: Outline, detections: Detections, throughout: float
) -> Image:
    return in_planes(person, _mask(outline), detections.faces, _eyes(outline.labels), throughout)


def _printed(
    person: Image, outline: Outline, detections: Detections, points: tuple[Points, ...],
    beyond: float,
) -> Image:  # fmt: skip
    skin, beside = skin_of(outline.labels), beside_of(outline.parts)
    return printed(person, _mask(outline), detections.faces, skin, beside, points, beyond)


def _softened(
    outline: Outline, own: OwnColors, detections: Detections, feather: float
) -> SoftRegion | None:
    edges = {"strands": own.strands, "outer": own.outer}
    return soften(_mask(outline), detections.faces, feather=feather, **edges)


def _blended(
    scene: Scene,
    person: Image,
    brushed: Image | None,
    region: SoftRegion | None,
    how: BlendSettings,
    outline: Outline,
    by_strokes: bool,
    coarser: float,
) -> tuple[Image, Mask]:
    if scene.styled is None:
        raise ValueError("A painting is needed to blend the person into, and there is none.")
    size = scene.styled.shape[:2]
    if region is None:
        return scene.styled, np.zeros(size, np.float32)
    own = person[region.window]
    near = own
    if brushed is not None:
        touched = brushed[region.window]
        if scene.grain is not None:
            touched = textured(touched, resized(scene.grain, size)[region.window])
        near = lerp(near, touched, strokes_kept(how) if by_strokes else how.painterly)
    strength, harmony = how.strength, how.harmony
    added = None if outline.added is None else to_float(outline.added[region.window])
    if by_strokes and added is not None:  # what somebody marked by hand is the photo's own
        near = np.asarray(near + repeated(added) * (own - near), np.float32)
    if not by_strokes:
        return set_in(scene.styled, near, region, strength=strength, harmony=harmony, plain=added)
    eyes = _eyes(outline.labels[region.window])
    return set_in(
        scene.styled, near, region, strength=strength, harmony=harmony, brushwork=strokes_kept(how),
        coarser=coarser, eyes=eyes, plain=added,
    )  # fmt: skip


def beyond_usual(how: BlendSettings) -> float:
    """Return how far a painterly face is asked for beyond the usual, in [0, 1]."""
    return max(0.0, (how.painterly - USUALLY) / (1 - USUALLY))


def strokes_kept(how: BlendSettings) -> float:
    """Return how much of a stroke painter's strokes stays on a kept face, in [0, 1].

    They come sooner than the setting: half hidden ones look like a fault of the photo.
    """
    return 1 - (1 - how.painterly) ** 2


def _mask(outline: Outline) -> Mask:
    if outline.mask is None:
        raise ValueError("A kept region is needed, and there is none.")
    return outline.mask


def skin_of(labels: Labels) -> Mask:
    """Mark faces' skin."""
    return (labels == Part.SKIN).astype(np.float32)


def beside_of(parts: Labels) -> Mask:
    """Mark bodies, bare or clothed: below a jaw; where hair begins, nobody draws a line."""
    return np.isin(parts, BODY).astype(np.float32)


def _eyes(labels: Labels) -> Mask:
    return np.isin(labels, EYES).astype(np.float32)
