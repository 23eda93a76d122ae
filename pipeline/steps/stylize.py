"""Paint the whole photo with the chosen painter, then apply colors, strength and canvas."""

from dataclasses import replace

from pipeline.settings import IntensitySettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.canvas_texture import canvas, lay_canvas
from pipeline.stages.stylize.intensity import adjust_intensity, palette_shift
from pipeline.steps.network import width_of
from pipeline.steps.run import Keyed, Run
from pipeline.steps.strokes import Tell, rendered, surface_of
from pipeline.types import Image, Painted, Painting, Photo, Pixels, Scene
from pipeline.variants import PAINTERS


def stylize(run: Run, detections: Keyed[Detections]) -> tuple[Keyed[Scene], Painted | None]:
    """Paint the photo, unless that is switched off; return the scene at working size.

    The second value is what the painter made, where it can be had larger than the scene; else None.

    Raises: PromptError: a style is missing. WeightError: a network is not available.
    """
    if not run.settings.paint.on:
        run.skipped["paint"] = "Painting is switched off."
        return run.made(Scene), None
    painted = PAINTERS[run.settings.paint.painter].load()(run, detections)
    how = run.settings.intensity
    brush = width_of(run.settings.paint)
    # At working size only, so that a slider answers at once; a file is finished when it is written.
    shift = run.made(_shift, painted, run.original) if how.palette < 1 else None
    scene = run.made(_at_working_size, painted, run.photo, run.original, how, brush, shift)
    made = painted.value
    return scene, None if made.scene.fine is None and made.strokes is None else made


def _shift(painted: Painted, original: Image) -> Image | None:
    styled = painted.scene.styled
    return None if styled is None else palette_shift(styled, original)


def _at_working_size(
    painted: Painted,
    photo: Photo,
    original: Image,
    how: IntensitySettings,
    brush: float,
    shift: Image | None,
) -> Scene:
    return finished(_coarse(painted), photo, original, how, brush, shift)


def _coarse(painted: Painted) -> Painted:
    return replace(painted, scene=replace(painted.scene, fine=None))


def finished(
    painted: Painted,
    photo: Photo,
    original: Image,
    how: IntensitySettings,
    brush: float,
    shift: Image | None = None,
) -> Scene:
    """Apply palette, strength and canvas to a scene, as the settings have them.

    `brush`: as in `canvas`. `shift`: as in `adjust_intensity`.
    """
    amount = how.canvas * how.strength
    scene = adjust_intensity(
        painted.scene,
        photo.pixels,
        original,
        strength=how.strength,
        palette=how.palette,
        shift=shift,
    )
    if not (painted.canvas and amount):
        return scene
    return lay_canvas(scene, canvas(original, photo.size, brush=brush, amount=amount))


def fine_of(
    painting: Painting, photo: Photo | None = None, tell: Tell = lambda _: None
) -> Pixels | None:
    """Return the painting at the photo's size, (H, W, 3), where its painter can paint that.

    `photo`: the same at another size, which only strokes have. `tell` is told the share of these
    that is rendered.
    """
    photo, painted = photo or painting.photo, painting.painted
    if painted is None:
        return None
    if painted.strokes is not None:
        painted = replace(
            painted,
            scene=rendered(
                painted.scene, painted.strokes, photo.size, surface_of(painting.settings), tell
            ),
        )
    how = painting.settings
    return finished(painted, photo, painting.original, how.intensity, width_of(how.paint)).fine
