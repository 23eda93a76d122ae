"""Paint by a network after Monet, in several moods."""

from collections.abc import Callable, Sequence
from typing import Any

from pipeline.runtime.models import Loaded
from pipeline.runtime.portrait_style_files import OwnPortraitStyle
from pipeline.runtime.style_files import own_style
from pipeline.runtime.styles import Mix, OwnStyle
from pipeline.settings import PaintSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.generator import MAX_PIXELS, asked_size, stylize, stylize_tiles
from pipeline.steps.portrait_styles import on_canvas, own_portrait_style
from pipeline.steps.run import Keyed, Run, at_working_size
from pipeline.types import Image, Painted, Photo, Scene, WeightUse
from pipeline.variants import FAST_STYLES, NETWORK_MOODS, PAINTERS

STROKE_PX = 8.0  # of a painter that does not say how wide its strokes are
# Of the fast painter: its short side is 448 px at the usual brush; its sides are multiples of the
# network's cells.
FAST_WIDTH, FAST_STRIDE = 100 * STROKE_PX / 448, 8
USUAL_WIDTH = 1.8  # of the widest stroke, % of the short side


def by_network(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo by a network, in tiles where the brush asks for more than working size.

    Raises: WeightError: the network is not at hand.
    """
    del seen
    painter, brush = network_of(run), width_of(run.settings.paint)
    scene = run.stage("paint", _scene, run.photo, run.original, painter, brush, told=True)
    return run.made(on_canvas, scene, keep=False)


def by_fast_style(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo like a mix of two pictures that a small network knows, or files teach it.

    Raises: WeightError: the network is not at hand, or a style's file.
    """
    del seen
    painter, how = run.role("fast_style"), run.settings.paint
    mix = mix_of(how, painter.entry.styles)
    for style, _ in mix.own:
        run.note(WeightUse(f"styles/{style.name}", style.sha256, unpinned=True))
    scene = run.stage("paint", _fast_scene, run.original, painter, mix, how.brush)
    return run.made(on_canvas, scene, keep=False)


def mix_of(how: PaintSettings, names: Sequence[str]) -> Mix:
    """Return how much each style counts, of those that a network knows and of those of files.

    Raises: StyleFileError: a style is not there, or its file cannot be used.
    """
    shares = dict.fromkeys((how.fast_style, how.fast_second), 0.0)
    shares[how.fast_style] += 1 - how.fast_mix
    shares[how.fast_second] += how.fast_mix
    counting = {name: share for name, share in shares.items() if share > 0}
    own = tuple((own_style(name), n) for name, n in counting.items() if name not in names)
    return Mix(tuple(counting.get(name, 0.0) for name in names), own)


def own_of(how: PaintSettings) -> tuple[OwnStyle | OwnPortraitStyle, ...]:
    """Return the styles of files that count in a painting.

    Raises: StyleFileError: one is not there, or its file cannot be used.
    """
    if "fast_style" not in PAINTERS[how.painter].own:
        return own_portrait_style(how)
    return tuple(style for style, _ in mix_of(how, tuple(FAST_STYLES)).own)


def _fast_scene(original: Image, painter: Loaded, mix: Mix, brush: float) -> Scene:
    return Scene(
        stylize(
            original, painter.styled(mix), brush=FAST_WIDTH * brush,
            stroke_px=STROKE_PX, stride=FAST_STRIDE,
        )
    )  # fmt: skip


def width_of(how: PaintSettings) -> float:
    """Return the width of a network's widest stroke, in percent of the short side."""
    return USUAL_WIDTH * how.brush


def network_of(run: Run) -> Loaded:
    """Return the network that paints like Monet in the chosen mood.

    Raises: WeightError: it cannot be had; the message says what to do.
    """
    own = NETWORK_MOODS[run.settings.paint.network_mood].network
    return run.network(own) if own else run.role("painter")


def strokes_of(painter: Loaded) -> dict[str, Any]:
    """Return what `stylize` has to know of a network: its strokes' width and its noise."""
    return {"stroke_px": painter.entry.stroke_px or STROKE_PX, "seeded": painter.entry.seeded}


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
