"""Paint by a network that has learned a style from a handful of portraits.

It finds colors; where the style is one of brush strokes, these are laid in them, where it is one of
prints, they are made flat and inked.
"""

from dataclasses import replace

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.parts import largest_height
from pipeline.ops.resample import resized
from pipeline.ops.tensor import single
from pipeline.runtime.models import Loaded
from pipeline.runtime.portrait_style_files import STRIDE
from pipeline.settings import PaintSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Probabilities
from pipeline.stages.strokes.color import crisp
from pipeline.stages.strokes.motif import Brush, Motif
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.portraits import one_alike, portraits_by
from pipeline.stages.stylize.generator import stylize_at
from pipeline.stages.stylize.portrait_size import portrait_size
from pipeline.steps.landmarks import landmarks_in
from pipeline.steps.network import on_canvas
from pipeline.steps.parts import parts_of
from pipeline.steps.prints import painting_of, printed_over
from pipeline.steps.run import Keyed, Run
from pipeline.steps.strokes import (
    PLANNED,
    SEED,
    Show,
    as_portrayed,
    laid,
    plain_motif,
    stays_of,
)
from pipeline.steps.ways import hand_of, is_printed, own_portrait_style
from pipeline.types import Image, Painted, Scene, WeightUse
from pipeline.types.portraits import Portraits
from pipeline.types.strokes import Strokes
from pipeline.variants import PORTRAIT_STYLES, Hand

MOST_PIXELS = 1_000_000  # that a photo is painted at
# Of what is painted by strokes: how far it is the network's picture, not the photo; likewise on
# skin.
NETWORK, NETWORK_SKIN = 0.9, 0.8


def by_portrait_style(run: Run, seen: Keyed[Detections]) -> Keyed[Painted]:
    """Paint the photo like a painter's portraits, at the size at which its faces are seen best.

    Raises: WeightError: the network is not at hand, or a style's file.
    """
    painter, how = portrait_network(run), run.settings.paint
    face = largest_height(seen.value.faces)
    scene = run.stage("paint", painted_by, run.original, painter, face, how.brush)
    hand, printed = hand_of(how), is_printed(how)
    if hand is None and not printed:
        return run.made(on_canvas, scene, keep=False)
    parts = parts_of(run, run.original, seen)
    inputs = run.original, scene, seen, parts, stays_of(run, seen), portraits_for(how)
    if hand is None:
        points = landmarks_in(run, run.original, seen)
        return run.stage("paint", printed_over, *inputs, points, run.settings.intensity.canvas)
    brush = brush_by(hand, how.brush)
    return laid(run, run.stage("paint", planned_over, *inputs, brush, told=True))


def portrait_network(run: Run) -> Loaded:
    """Return the chosen style's network, noted as used.

    Raises: WeightError: it is not at hand, or its file cannot be used.
    """
    how = run.settings.paint
    if style := own_portrait_style(how):
        run.note(WeightUse(f"styles/{style.name}", style.sha256, unpinned=True))
        return run.models.own(style)
    return run.network(str(PORTRAIT_STYLES[how.portrait_style].network))


def portraits_for(how: PaintSettings) -> Keyed[Portraits]:
    """Return what the portraits are like that a style was learned from, of strokes or printed.

    Raises: StyleFileError: its file is not there, or cannot be used.
    """
    style = own_portrait_style(how)
    if style is None:
        return Keyed(portraits_by(how.portrait_style), how.portrait_style)
    if style.portraits is None:
        raise ValueError(f"The file of {style.name!r} does not say what its portraits are like.")
    return Keyed(style.portraits, style.key)


def brush_by(hand: Hand, size: float) -> Brush:
    """Return the brush of a painter's hand, so many times as large."""
    return Brush(
        hand.size * size, hand.loose,
        long=hand.long, wild=hand.wild, lively=hand.lively, flow=hand.flow,
    )  # fmt: skip


def size_for(
    size: tuple[int, int], face_px: float, brush: float, pixels: int = MOST_PIXELS
) -> tuple[int, int]:
    """Compute the (height, width) at which a photo of a size is painted."""
    return portrait_size(size, face_px, brush=brush, pixels=pixels, stride=STRIDE)


def motif_over(plain: Motif, scene: Scene, portrait: Portraits, portraits: Portraits) -> Motif:
    """Say what is painted of a photo in the light and colors of one of a painter's portraits.

    The network, whose picture is `scene`, knows one way to paint a gray wall; the painter knew
    many. Skin is the person's.
    """
    photo, subject = plain.target, plain.subject
    found = to_lab(resized(painting_of(scene), plain.size).clip(0, 1))
    share = NETWORK + (NETWORK_SKIN - NETWORK) * subject.skin[..., None]
    found = single(photo + share * (found - photo))
    lab = as_portrayed(plain, found, portrait, portraits)
    return replace(plain, target=crisp(lab, subject), palette=portrait.palette)


def painted_by(
    original: Image, painter: Loaded, face_px: float, brush: float, pixels: int = MOST_PIXELS
) -> Scene:
    """Return what a style's network paints of a photo; `pixels`: at most so many."""
    size = size_for((original.shape[0], original.shape[1]), face_px, brush, pixels)
    return Scene(stylize_at(original, painter.seeded(), size))


def planned_over(
    original: Image, scene: Scene, seen: Detections, parts: Probabilities,
    stays: tuple[bool, ...], portraits: Portraits, brush: Brush, *, tell: Show,
    long_px: int | None = None,
) -> Strokes:  # fmt: skip
    """Plan strokes in the light and colors of the portrait that a photo is most like.

    `long_px`: as in `plain_motif`.
    """
    plain = plain_motif(original, seen, parts, stays, long_px)
    motif = motif_over(plain, scene, one_alike(plain, portraits), portraits)
    rng = np.random.default_rng(SEED)
    return plan(motif, rng, brush, lambda done, so_far: tell(PLANNED * done, so_far))
