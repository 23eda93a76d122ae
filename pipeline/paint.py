"""The composition: paint the scene, restore and keep the face, blend the two."""

import hashlib
from functools import partial

import numpy as np

from pipeline.detectors import DETECTORS
from pipeline.imitating import imitate_styles
from pipeline.moods import painter_of
from pipeline.ops.color import luminance, mixed
from pipeline.ops.resample import by_planes, rows_enlarged, shrunk, size_within
from pipeline.ops.tensor import lit, to_pixels
from pipeline.ops.tiles import strips_of
from pipeline.outline import Outline, outline_people
from pipeline.restoring import restore_faces
from pipeline.run import Cache, KeepNothing, Run, ignore
from pipeline.runtime import Models
from pipeline.settings import Settings
from pipeline.stages.blend import blend
from pipeline.stages.broaden import broad_strokes, broaden
from pipeline.stages.detect import Seen
from pipeline.stages.parse import Probabilities, in_photo, labels_of, merged_nine
from pipeline.stages.separate import scene_of, separate
from pipeline.stages.stylize import MAX_PIXELS, STRUCTURE, asked_size, stylize, stylize_tiles
from pipeline.stages.temper import temper
from pipeline.stages.touch import touch
from pipeline.stages.weave import canvas, weave, woven
from pipeline.types import Image, Labels, Mask, Painting, Photo, Pixels, Prompt, Report, Scene, Style

WORKING_PIXELS = 2_000_000
STROKE_PX = 8.0  # of a painter that does not say how wide its strokes are
NO_PROMPT = Prompt()
NO_FACE = "No face was found, so the whole picture is painted."
NO_FACE_POINTED = "No face was found, so only what you point at or draw is kept."


def paint(
    photo: Photo, settings: Settings | None = None, *, models: Models, prompt: Prompt = NO_PROMPT,
    report: Report = ignore, cache: Cache | None = None,
) -> Painting:  # fmt: skip
    """Return the photo painted, with the person's own face in it.

    `prompt`: what else is kept, or not, of this one photo, and how far which of its faces is restored.

    Stages whose choices did not change come from `cache`. A stage that does not run says why in `Painting.skipped`.

    Raises: WeightError: the weights that the settings ask for are not at hand. PromptError: the prompt points outside the photo, or has no
    style where one is wanted. Cancelled: `report` raised it.
    Source: Lai 2024, "Exploiting Human Face Segmentation for Improving Portrait Image Style Transfer", figure 1.
    """
    settings = settings or Settings()
    prompt.check(photo.pixels.shape[:2])
    run = Run(key_of(photo), report, cache or KeepNothing())
    original = run.kept("original", lambda: at_working_size(photo))
    seen = see_people(run, original, settings, models)
    scene = paint_scene(run, photo, original, seen, prompt.styles, settings, models)
    pointed = prompt.resized(photo.pixels.shape[:2], original.shape[:2])
    made = restore_faces(run, original, seen, settings, models, pointed.faces)
    outline = outline_people(run, original, made.picture, seen, settings, models, pointed)
    result, alpha = blend_people(run, original, scene, made.picture, seen, outline, settings, models)
    scale = photo.pixels.shape[0] / original.shape[0]
    return Painting(
        photo=photo, settings=settings, original=original, result=result, alpha=alpha, styled=scene.styled, fine=scene.fine,
        restored=made.picture, share=made.share, cares=made.cares, parse=outline.labels, mask=outline.mask,
        faces=tuple(in_photo(f, scale) for f in seen.faces),
        seconds=run.seconds, weights=tuple(run.used), skipped=run.skipped,
        hints=(*run.hints, *(() if seen.faces else (NO_FACE_POINTED if prompt.correcting else NO_FACE,))), prompt=prompt,
    )  # fmt: skip


def parse(photo: Photo, *, models: Models, settings: Settings | None = None) -> Labels:
    """Return EasyPortrait's nine classes for every pixel of the photo, (H, W) uint8.

    Raises: WeightError: the parser's weights are not at hand.
    """
    original, seen = see_photo(photo, models=models, settings=settings)
    nine = merged_nine(seen.whole, seen.views, original.shape[:2])
    nine[..., 0] = separate(original, scene_of(seen.whole, nine))  # labels ask only whether the background is likelier than all else
    return labels_at(nine, photo.pixels.shape[:2])


def see_photo(photo: Photo, *, models: Models, settings: Settings | None = None) -> tuple[Image, Seen]:
    """Return the photo at working size, and what the parser sees in it.

    Raises: WeightError: the parser's weights are not at hand.
    """
    original = at_working_size(photo)
    return original, see_people(Run("", ignore, KeepNothing()), original, settings or Settings(), models)


def labels_at(nine: Probabilities, size: tuple[int, int]) -> Labels:
    """Return the classes of nine probabilities, (H, W, 9), at a (height, width), made strip by strip."""
    if nine.shape[:2] == size:
        return labels_of(nine)
    return np.vstack([labels_of(by_planes(lambda p, at=rows: rows_enlarged(p, size, at), nine)) for rows in strips_of(size[0])])


def full_size(painting: Painting) -> Pixels:
    """Return the result at the photo's own size, (H, W, 3) uint8, made strip by strip.

    What the working size lost comes back: of the photo's light all where the person is kept and part in the painting, and of the painting
    all, where it was made larger.
    """
    photo, size = painting.photo.pixels, painting.photo.pixels.shape[:2]
    if painting.original.shape[:2] == size:
        return to_pixels(painting.result)
    out, detail = np.empty_like(photo), detail_of(painting)
    for rows in strips_of(size[0]):
        lost = luminance(lit(photo[rows]) - rows_enlarged(painting.original, size, rows))
        large = rows_enlarged(painting.result, size, rows) + (rows_enlarged(detail, size, rows) * lost)[..., None]
        if painting.fine is not None and painting.styled is not None:
            finer = lit(painting.fine[rows]) - rows_enlarged(painting.styled, size, rows)
            large += (1 - rows_enlarged(painting.alpha, size, rows))[..., None] * finer
        out[rows] = to_pixels(np.asarray(large, np.float32))
    return out


def key_of(photo: Photo) -> str:
    """Return what the photo's pixels hash to."""
    return hashlib.blake2b(np.ascontiguousarray(photo.pixels).data, digest_size=16).hexdigest() + str(photo.pixels.shape)


def at_working_size(photo: Photo) -> Image:
    """Return the photo with at most `WORKING_PIXELS`, float."""
    size = size_within(photo.pixels.shape[:2], WORKING_PIXELS)
    if size == photo.pixels.shape[:2]:
        return lit(photo.pixels)
    return shrunk(photo.pixels, size)


def paint_scene(
    run: Run, photo: Photo, original: Image, seen: Seen, styles: tuple[Style, ...], settings: Settings, models: Models
) -> Scene:
    """Paint the whole photo, unless that is switched off."""
    if not settings.paint.on:
        run.skipped["paint"] = "Painting is switched off."
        return Scene()
    if settings.paint.painter == "portrait-aware":
        made, key = imitate_styles(run, photo, original, seen, styles, settings, models)
        return run.kept((settings.paint, settings.temper, key), lambda: _tempered(made, photo, original, settings))
    return paint_monet(run, photo, original, settings, models)


def paint_monet(run: Run, photo: Photo, original: Image, settings: Settings, models: Models) -> Scene:
    """Return the photo painted by a network, in tiles at up to its own size where the brush asks for more than `original`.

    Calm places are painted with a broad brush, too, and all lies on a canvas.
    """
    painter = run.using(painter_of(settings, models))
    brush, stroke_px, seeded = settings.paint.brush, painter.entry.stroke_px or STROKE_PX, painter.entry.seeded
    size, how, key = photo.pixels.shape[:2], settings.temper, (settings.paint, painter.use)
    asked = asked_size(size, brush=brush, stroke_px=stroke_px)

    def painted() -> Scene:
        if asked[0] * asked[1] <= MAX_PIXELS:
            return Scene(stylize(original, painter.run, brush=brush, stroke_px=stroke_px, seeded=seeded))
        tell = partial(run.within, "paint")
        fine = stylize_tiles(photo.pixels, painter.freeze, asked, halo_px=painter.halo_px, seeded=seeded, tell=tell)
        return Scene(at_working_size(Photo(fine)), fine)

    made = run.stage("paint", key, painted)

    def broad() -> Image:
        assert made.styled is not None
        return broad_strokes(original, made.styled, painter.run, brush=brush, stroke_px=stroke_px, seeded=seeded)

    def finished() -> Scene:
        scene = broaden(made, run.kept(("broad", key), broad), how.broad) if how.broad else made
        scene, amount = _tempered(scene, photo, original, settings), how.canvas * how.strength
        return weave(scene, canvas(original, size, brush=brush, amount=amount)) if amount else scene

    return run.kept((key, how), finished)


def _tempered(scene: Scene, photo: Photo, original: Image, settings: Settings) -> Scene:
    return temper(scene, photo.pixels, original, strength=settings.temper.strength, palette=settings.temper.palette)


def see_people(run: Run, original: Image, settings: Settings, models: Models) -> Seen:
    """Parse the photo and find its faces."""
    detector = DETECTORS[settings.detect.detector]
    parser, parsed_by = run.parser(models, settings.weights)
    finder = run.using(models.named(detector.network, settings.weights)) if detector.network else None
    choices = (settings.detect, parsed_by, finder and finder.use)
    return run.stage("parse", choices, lambda: detector.see(original, parser, finder))


def blend_people(
    run: Run, original: Image, scene: Scene, restored: Image | None, seen: Seen, outline: Outline, settings: Settings, models: Models
) -> tuple[Image, Mask]:
    """Set the kept region into the painting, or say why not; return the result and how much of the person each pixel has."""
    person, styled = original if restored is None else restored, scene.styled
    nothing = np.zeros(original.shape[:2], np.float32)
    if styled is None:
        run.skipped["blend"] = "Nothing is painted, so there is nothing to blend into."
        return person, nothing
    if outline.mask is None or not settings.blend.on:
        run.skipped["blend"] = "No face was found." if outline.mask is None else "Keeping the face is switched off."
        return styled, nothing
    mask, how = outline.mask, settings.blend
    painter = painter_of(settings, models)
    if how.painterly:
        run.using(painter)  # a face is touched by Monet's brush whatever painted the scene
    choices = settings.restore, tuple(run.used), outline.key

    def touched() -> Image:
        return touch(person, mask, seen.faces, painter.run, stroke_px=painter.entry.stroke_px or STROKE_PX, seeded=painter.entry.seeded)

    def blended() -> tuple[Image, Mask]:
        brushed = person
        if how.painterly:
            fully = run.kept(("touched", choices), touched)
            brushed = mixed(person, fully if scene.grain is None else woven(fully, scene.grain), how.painterly)
        return blend(styled, brushed, mask, seen.faces, strength=how.strength, feather=how.feather, harmony=how.harmony)

    return run.stage("blend", (settings.paint, settings.temper, how, choices), blended)


def detail_of(painting: Painting) -> Mask:
    """Return how much of the photo's light that the working size lost comes back, (H, W) in [0, 1].

    Restored skin does not get its damage back, and a painting at the photo's own size has what it needs.
    """
    strength = painting.settings.temper.strength
    painted = 1 + strength * (STRUCTURE - 1) if painting.fine is None else 0.0
    detail = np.ones_like(painting.alpha) if painting.styled is None else painted + (1 - painted) * painting.alpha
    return detail if painting.share is None else detail * (1 - painting.share)
