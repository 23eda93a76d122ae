"""Paint like a mix of pictures that one small network knows, or that files teach it."""

from collections.abc import Sequence

from pipeline.runtime.models import Loaded
from pipeline.runtime.style_files import own_style
from pipeline.runtime.styles import Mix
from pipeline.settings import PaintSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.stylize.generator import stylize
from pipeline.steps.network import STROKE_PX, on_canvas
from pipeline.steps.run import Keyed, Run
from pipeline.types import Image, Painted, Scene, WeightUse

# Its short side is 448 px at the usual brush; its sides are multiples of the network's cells.
FAST_WIDTH, FAST_STRIDE = 100 * STROKE_PX / 448, 8


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


def _fast_scene(original: Image, painter: Loaded, mix: Mix, brush: float) -> Scene:
    return Scene(
        stylize(
            original, painter.styled(mix), brush=FAST_WIDTH * brush,
            stroke_px=STROKE_PX, stride=FAST_STRIDE,
        )
    )  # fmt: skip
