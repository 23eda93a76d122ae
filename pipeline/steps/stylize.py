"""Paint the whole photo with the chosen painter, then lay colors, strength and canvas over it."""

from dataclasses import replace

from pipeline.settings import IntensitySettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.broad_strokes import lay_broad_strokes
from pipeline.stages.stylize.canvas_texture import canvas, lay_canvas
from pipeline.stages.stylize.intensity import adjust_intensity
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image, Painted, Painting, Photo, Pixels, Scene
from pipeline.variants import PAINTERS


def stylize(run: Run, seen: Keyed[Detections]) -> tuple[Keyed[Scene], Painted | None]:
    """Paint the photo, unless that is switched off.

    Return the scene at working size, and what the painter made where it has more pixels than that.

    Raises: PromptError, WeightError: something that the painter needs is missing.
    """
    if not run.settings.paint.on:
        run.skipped["paint"] = "Painting is switched off."
        return Keyed(Scene(), "nothing"), None
    painted = PAINTERS[run.settings.paint.painter].load()(run, seen)
    how, brush = run.settings.intensity, run.settings.paint.brush
    # At working size only, so that a slider answers at once; a file is finished when it is written.
    scene = run.made(_at_working_size, painted, run.photo, run.original, how, brush)
    return scene, painted.value if painted.value.scene.fine is not None else None


def _at_working_size(
    painted: Painted, photo: Photo, original: Image, how: IntensitySettings, brush: float
) -> Scene:
    coarse = replace(painted, scene=replace(painted.scene, fine=None))
    return finished(coarse, photo, original, how, brush)


def finished(
    painted: Painted, photo: Photo, original: Image, how: IntensitySettings, brush: float
) -> Scene:
    """Return a scene with broad strokes, palette, strength and canvas as the settings have them."""
    scene, amount = painted.scene, how.canvas * how.strength
    if painted.broad is not None:
        scene = lay_broad_strokes(scene, painted.broad, how.broad)
    scene = adjust_intensity(
        scene, photo.pixels, original, strength=how.strength, palette=how.palette
    )
    if not (painted.canvas and amount):
        return scene
    return lay_canvas(scene, canvas(original, photo.size, brush=brush, amount=amount))


def fine_of(painting: Painting) -> Pixels | None:
    """Return the painting at the photo's own size, (H, W, 3), where its painter painted that."""
    if painting.painted is None:
        return None
    how = painting.settings
    brush = how.paint.brush
    scene = finished(painting.painted, painting.photo, painting.original, how.intensity, brush)
    return scene.fine
