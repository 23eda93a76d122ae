"""Paint the whole photo with the chosen painter, then lay colors, strength and canvas over it."""

from dataclasses import replace

from pipeline.settings import TemperSettings
from pipeline.stages.detect.from_parsing import Seen
from pipeline.stages.stylize.broad_strokes import broaden
from pipeline.stages.stylize.canvas_texture import canvas, weave
from pipeline.stages.stylize.intensity import temper
from pipeline.steps.painters import PAINTERS
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image, Painted, Painting, Photo, Pixels, Scene


def stylize(run: Run, seen: Keyed[Seen]) -> tuple[Keyed[Scene], Painted | None]:
    """Paint the photo, unless that is switched off.

    Return the scene at working size, and what the painter made where it has more pixels than that.

    Raises: PromptError, WeightError: something that the painter needs is missing.
    """
    if not run.settings.paint.on:
        run.skipped["paint"] = "Painting is switched off."
        return Keyed(Scene(), "nothing"), None
    painted = PAINTERS[run.settings.paint.painter](run, seen)
    how, brush = run.settings.temper, run.settings.paint.brush
    # At working size only, so that a slider answers at once; a file is finished when it is written.
    scene = run.made(_at_working_size, painted, run.photo, run.original, how, brush)
    return scene, painted.value if painted.value.scene.fine is not None else None


def _at_working_size(painted: Painted, photo: Photo, original: Image, how: TemperSettings, brush: float) -> Scene:
    coarse = replace(painted, scene=replace(painted.scene, fine=None))
    return finished(coarse, photo, original, how, brush)


def finished(painted: Painted, photo: Photo, original: Image, how: TemperSettings, brush: float) -> Scene:
    """Return a scene with broad strokes, palette, strength and canvas as the settings have them."""
    scene, amount = painted.scene, how.canvas * how.strength
    if painted.broad is not None:
        scene = broaden(scene, painted.broad, how.broad)
    scene = temper(scene, photo.pixels, original, strength=how.strength, palette=how.palette)
    if not (painted.canvas and amount):
        return scene
    return weave(scene, canvas(original, photo.size, brush=brush, amount=amount))


def fine_of(painting: Painting) -> Pixels | None:
    """Return the painting at the photo's own size, (H, W, 3), where its painter painted that."""
    if painting.painted is None:
        return None
    how = painting.settings
    brush = how.paint.brush
    scene = finished(painting.painted, painting.photo, painting.original, how.temper, brush)
    return scene.fine
