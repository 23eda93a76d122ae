"""Paint by a network after Monet, in several moods."""

from collections.abc import Callable
from typing import Any

from pipeline.runtime.models import Loaded
from pipeline.settings import PaintSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.generator import MAX_PIXELS, asked_size, stylize, stylize_tiles
from pipeline.steps.run import Keyed, Run, at_working_size
from pipeline.types import Image, Painted, Photo, Scene
from pipeline.variants import NETWORK_MOODS

STROKE_PX = 8.0  # of a painter that does not say how wide its strokes are
USUAL_WIDTH = 1.8  # of the widest stroke, % of the short side


def by_network(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo by a network, in tiles where the brush asks for more than working size.

    Raises: WeightError: the network is not at hand.
    """
    del seen
    painter, brush = network_of(run), width_of(run.settings.paint)
    scene = run.stage("paint", _scene, run.photo, run.original, painter, brush, told=True)
    return run.made(on_canvas, scene, keep=False)


def width_of(how: PaintSettings) -> float:
    """Return the width of a network's widest stroke, in percent of the short side."""
    return USUAL_WIDTH * how.brush


def network_of(run: Run) -> Loaded:
    """Return the network that paints like Monet, in the chosen mood where the painter has moods.

    Raises: WeightError: it cannot be had; the message says what to do.
    """
    own = NETWORK_MOODS[run.settings.paint.meant.network_mood].network
    return run.network(own) if own else run.role("painter")


def strokes_of(painter: Loaded) -> dict[str, Any]:
    """Return what `stylize` has to know of a network: its strokes' width and its noise."""
    return {"stroke_px": painter.entry.stroke_px or STROKE_PX, "seeded": painter.entry.seeded}


def on_canvas(scene: Scene) -> Painted:
    """Return a scene that gets a canvas texture."""
    return Painted(scene, canvas=True)


def _scene(
    photo: Photo, original: Image, painter: Loaded, brush: float, *, tell: Callable[[float], object]
) -> Scene:
    how = strokes_of(painter)
    asked = asked_size(photo.size, brush=brush, stroke_px=how["stroke_px"])
    if asked[0] * asked[1] <= MAX_PIXELS:
        return Scene(stylize(original, painter.run, brush=brush, **how))
    fine = stylize_tiles(
        photo.pixels, painter.freeze, asked, halo_px=painter.halo_px, seeded=how["seeded"],
        tell=tell,
    )  # fmt: skip
    return Scene(at_working_size(Photo(fine)), fine)
