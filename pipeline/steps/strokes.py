"""Paint by explicit brush strokes in Monet's light."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.io.style_images import NO_STYLE
from pipeline.ops.color import to_lab
from pipeline.ops.resample import (
    pixels_resized,
    resized,
    scaled_to_long,
    shrunk,
    size_of_least_long,
    size_of_long,
)
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.settings import PaintSettings, Settings
from pipeline.stages.brighten import brightened, exposure_of
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.frame import frame
from pipeline.stages.parse import Probabilities
from pipeline.stages.segment.whose import who_stays
from pipeline.stages.strokes.color import crisp, in_monets_light
from pipeline.stages.strokes.light import light_of, monet
from pipeline.stages.strokes.motif import Brush, Motif
from pipeline.stages.strokes.own_colors import living_skin, own_hair, own_tone
from pipeline.stages.strokes.plan import UNDER_PX, plan
from pipeline.stages.strokes.portraits import bareness, measured
from pipeline.stages.strokes.portrayed import like_a_portrait
from pipeline.stages.strokes.render import Surface, render
from pipeline.stages.strokes.sharpness import fine_structure, out_of_focus
from pipeline.stages.strokes.softened import apart
from pipeline.stages.strokes.subject import around_faces, nobody, subject_of
from pipeline.stages.strokes.underdrawing import underdrawing, underdrawn
from pipeline.steps.detect import detect
from pipeline.steps.parts import parts_of
from pipeline.steps.run import Cache, Keyed, Run
from pipeline.steps.ways import hand_of
from pipeline.types import Image, Painted, Photo, Pixels, PromptError, Scene, Style
from pipeline.types.portraits import Portraits
from pipeline.types.strokes import Strokes
from pipeline.variants import MOODS, PAINTERS

# Long side at which a photo is looked at: larger ones get its strokes, and of smaller ones strokes
# would have the corners of their pixels.
GUIDE_PX = 960
SEED = 1874
NO_PALETTE = np.zeros((0, 4), np.float32)
SHOWN_PX = 1600  # long side, at least, at which a painting is looked at
LOOSER = 2.0  # how much looser than usual the loosest brush is, and the most careful one less
# Long sides at which a photo is looked at for a sketch, and of the sketch; how many layers it has.
SKETCHED_PX, SKETCH_PX, SKETCHED_LAYERS = 256, 512, 3
OWN_HAIR = 0.3  # how far hair keeps its own light and color under a portrait's
DRAWN = 0.75  # how far the drawing under the first strokes shows through them
PLANNED = 0.6  # of a painting's time, until its strokes are planned

Float = NDArray[np.float32]
Tell = Callable[[float], object]
Show = Callable[[float, Image], object]


def by_strokes(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo stroke by stroke, rendered at working size, or larger to be looked at.

    Raises: PromptError: the mood is a picture's, and there is none.
    """
    return laid(run, planned(run, seen))


def laid(run: Run, strokes: Keyed[Strokes]) -> Keyed[Painted]:
    """Render planned strokes at working size, or larger to be looked at."""
    surface, size = surface_of(run.settings), _looked_at(run)
    return run.stage(
        "paint", _painted, run.original, strokes, surface, size, told=True, after=PLANNED
    )


def planned(run: Run, seen: Keyed[Detections]) -> Keyed[Strokes]:
    """Plan the strokes that paint the photo.

    Raises: PromptError: the mood is a picture's, and there is none.
    """
    inputs = run.original, seen, *asked_of(run, seen)
    return run.stage("paint", _planned, *inputs, told=True)


def asked_of(run: Run, seen: Keyed[Detections], looks: Cache | None = None) -> tuple[Any, ...]:
    """Return what `motif_of` takes beside the photo and its faces, and the brush last.

    `looks`: what keeps that which is seen in the mood's picture; None: the run's cache.

    Raises: PromptError: the mood is a picture's, and there is none.
    """
    how = run.settings.paint
    style, portrait = None, None
    if MOODS[how.mood].needs_style:
        if not run.prompt.styles:
            raise PromptError(NO_STYLE)
        style = run.prompt.styles[0]
        portrait = portrait_in(run.models, style, looks or run.cache)
    parts, stays = parts_of(run, run.original, seen), stays_of(run, seen)
    return parts, how.mood, style, portrait, stays, brush_of(how)


def portrait_in(models: Models, style: Style, looks: Cache) -> Keyed[Portraits | None]:
    """Measure the portrait that a picture is; None where no face is seen in it."""
    looked = Run(Photo(style.pixels), Settings(), models, cache=looks)
    seen = detect(looked)
    return looked.made(_portrait_in, looked.original, seen, parts_of(looked, looked.original, seen))


def _portrait_in(picture: Image, seen: Detections, parts: Probabilities) -> Portraits | None:
    if not seen.faces:
        return None
    size = (picture.shape[0], picture.shape[1])
    return measured(to_lab(picture), subject_of(parts, seen.faces, size))


def stays_of(run: Run, seen: Keyed[Detections]) -> tuple[bool, ...]:
    """Tell of each face whether it stays itself."""
    return who_stays(seen.value.faces, run.settings.segment.faces, run.prompt.kept)


def brush_of(how: PaintSettings) -> Brush:
    """Return the brush that the settings ask for."""
    return Brush(how.brush, LOOSER ** (2 * how.looseness - 1), how.face_detail)


def surface_of(settings: Settings) -> Surface:
    """Return what paint and canvas are like, as the settings ask for."""
    how = settings.paint
    hand = hand_of(how)
    return Surface(how.impasto if hand is None else hand.thick, settings.intensity.canvas)


def _planned(
    original: Image, seen: Detections, parts: Probabilities, mood: str, style: Style | None,
    portrait: Portraits | None, stays: tuple[bool, ...], brush: Brush, *, tell: Show,
) -> Strokes:  # fmt: skip
    rng = np.random.default_rng(SEED)
    motif = motif_of(original, seen, parts, mood, style, portrait, stays, rng)
    drawing = underdrawing(original, size_of_long(motif.size, UNDER_PX))

    def told(done: float, so_far: Image) -> None:
        tell(PLANNED * done, underdrawn(so_far, drawing, DRAWN * (1 - done)))

    return plan(motif, rng, brush, told)


def motif_of(
    original: Image, seen: Detections, parts: Probabilities, mood: str, style: Style | None,
    portrait: Portraits | None, stays: tuple[bool, ...], rng: np.random.Generator,
    long_px: int | None = None,
) -> Motif:  # fmt: skip
    """Say what is painted of a photo in a mood, or in a picture's colors.

    `portrait`: what the picture is like part by part, where it shows somebody. `parts`: which part
    of a person each pixel is, (H, W, 12 or 13). `stays`: of each face whether it stays itself; the
    others are painted as broadly as the rest. `long_px`: long side at which the photo is looked at,
    by default `GUIDE_PX`.
    """
    light = monet(mood) if style is None else light_of(to_float(style.pixels))
    plain = plain_motif(original, seen, parts, stays, long_px)
    lit = in_monets_light(plain.target, plain.subject, plain.detail, light, rng)
    target, palette = lit.target, lit.palette
    if portrait:
        target, palette = as_portrayed(plain, target, portrait), portrait.palette
    return replace(plain, target=crisp(target, plain.subject), palette=palette, gray=lit.gray)


def as_portrayed(
    photo: Motif, lab: Float, portrait: Portraits, all_of: Portraits | None = None
) -> Float:
    """Bring what is found of a photo, (H, W, 3) CIELAB, to a portrait's light and colors.

    `all_of`: all portraits of the painter, if they are known. No skin pales or drowns by it.
    """
    subject, bare = photo.subject, bareness(photo.target, photo.subject)
    lab = like_a_portrait(apart(lab, subject), subject, bare, portrait, all_of)
    lab = own_tone(photo.target, lab, subject, photo.detail)
    return own_hair(photo.target, lab, OWN_HAIR * subject.hair)


def plain_motif(
    original: Image, seen: Detections, parts: Probabilities, stays: tuple[bool, ...],
    long_px: int | None = None,
) -> Motif:  # fmt: skip
    """Say what is seen in a photo, in its own colors; as `motif_of`, which gives it others.

    Skin that is nearly gray has a little of skin's color.
    """
    size = scaled_to_long(original.shape[:2], long_px or GUIDE_PX)
    subject = subject_of(parts, seen.faces, size)
    lab = to_lab(resized(original, size).clip(0, 1))
    calm, detail = out_of_focus(lab, subject.person), fine_structure(lab, subject)
    loosely = None
    if not all(stays):
        others = tuple(not each for each in stays)
        loosely = around_faces(seen.faces, others, original.shape[:2], size)
    return Motif(living_skin(lab, subject), NO_PALETTE, subject, calm, detail, loosely=loosely)


def sketch(photo: Photo, settings: Settings) -> Pixels | None:
    """Lay the broadest strokes of a photo, drawn on, before anything is known of who is in it.

    A dark one is brightened, as it will be; one without color has the colors of its light alone,
    and one with a cast still has it.
    None for other painters, and where the light is a picture's. The painting begins anew.
    """
    how = settings.paint
    if not (how.on and PAINTERS[how.painter].vector) or MOODS[how.mood].needs_style:
        return None
    pixels = frame(photo, settings.frame).pixels
    small = Photo(pixels_resized(pixels, scaled_to_long(pixels.shape[:2], SKETCHED_PX)))
    if exposure := exposure_of(small):
        small = brightened(small, exposure, settings.brighten.amount)
    lab, rng = to_lab(to_float(small.pixels)), np.random.default_rng(SEED)
    subject, none = nobody(lab.shape[:2]), np.zeros(lab.shape[:2], np.float32)
    lit = in_monets_light(lab, subject, none, monet(how.mood), rng)
    motif = Motif(lit.target, lit.palette, subject, none, none, lit.gray)
    strokes = plan(motif, rng, brush_of(how), layers=SKETCHED_LAYERS)
    size = strokes.px(SKETCH_PX)
    drawing = underdrawing(to_float(pixels), size)
    return to_uint8(underdrawn(to_float(render(strokes, size, Surface(0, 0))), drawing, DRAWN))


def warm() -> None:
    """Paint a blank picture, so that what is compiled is ready for the first photo."""
    size = (32, 32)
    none = np.zeros(size, np.float32)
    motif = Motif(
        np.full((*size, 3), 50, np.float32), np.ones((1, 4), np.float32), nobody(size), none, none
    )
    render(plan(motif, np.random.default_rng(SEED)), size)


def rendered(
    scene: Scene, strokes: Strokes, size: tuple[int, int], surface: Surface,
    tell: Tell = lambda _: None,
) -> Scene:  # fmt: skip
    """Return the scene with its finer picture at a (height, width), px."""
    if scene.fine is not None and scene.fine.shape[:2] == size:
        return scene
    return replace(scene, fine=render(strokes, size, surface, tell))


def _looked_at(run: Run) -> tuple[int, int]:
    """Return the (height, width), px, at which a run's strokes are rendered to be looked at."""
    h, w = run.original.value.shape[:2]
    return (h, w) if run.settings.result.size == "photo" else large_enough((h, w))


def large_enough(size: tuple[int, int]) -> tuple[int, int]:
    """Return a (height, width), px, enlarged to what strokes are looked at, if it is smaller."""
    return size_of_least_long(size, SHOWN_PX)


def _painted(
    original: Image, strokes: Strokes, surface: Surface, larger: tuple[int, int], *, tell: Tell
) -> Painted:  # fmt: skip
    size = (original.shape[0], original.shape[1])
    fine = render(strokes, larger, surface, lambda done: tell(PLANNED + (1 - PLANNED) * done))
    scene = Scene(to_float(fine)) if larger == size else Scene(shrunk(fine, size), fine)
    return Painted(scene, strokes=strokes)
