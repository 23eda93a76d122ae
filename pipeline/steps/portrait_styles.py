"""Paint by a network that has learned a style from a handful of portraits.

It finds colors; where the style is one of brush strokes, these are laid in them, where it is one of
prints, they are made flat and inked.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.parts import largest_height
from pipeline.ops.resample import resized
from pipeline.ops.tensor import single
from pipeline.runtime.models import Loaded
from pipeline.runtime.portrait_style_files import STRIDE
from pipeline.settings import PaintSettings
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Probabilities
from pipeline.stages.strokes.color import crisp, in_palette
from pipeline.stages.strokes.light import portraits_of
from pipeline.stages.strokes.motif import Brush, Motif
from pipeline.stages.strokes.own_colors import own_tone
from pipeline.stages.strokes.plan import plan
from pipeline.stages.strokes.portraits import measured, most_alike, portraits_by
from pipeline.stages.stylize.generator import stylize_at
from pipeline.stages.stylize.portrait_size import portrait_size
from pipeline.stages.stylize.woodblock import calmer, flat, inked, key_line, lines, on_paper
from pipeline.steps.network import on_canvas
from pipeline.steps.parts import parts_of
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

Palettes = tuple[NDArray[np.float32], NDArray[np.float32]]

MOST_PIXELS = 1_000_000  # that a photo is painted at
# Of prints: chroma that they have more than their portraits' palettes; how much less ink there is
# on bare skin, where each line is a wrinkle; and how black the key line around people is.
RICHER, SKIN_INK, KEY_INK = 0.2, 0.6, 0.85
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
    inputs = run.original, scene, seen, parts, stays_of(run, seen)
    if hand is None:
        canvas = run.settings.intensity.canvas
        return run.stage("paint", printed_over, *inputs, palettes_for(how), canvas)
    asked = portraits_for(how), brush_by(hand, how.brush)
    return laid(run, run.stage("paint", planned_over, *inputs, *asked, told=True))


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
    """Return what the portraits are like that a style of strokes was learned from.

    Raises: StyleFileError: its file is not there, or cannot be used.
    """
    style = own_portrait_style(how)
    if style is None:
        return Keyed(portraits_by(how.portrait_style), how.portrait_style)
    if style.portraits is None:
        raise ValueError(f"The file of {style.name!r} does not say what its portraits are like.")
    return Keyed(style.portraits, style.key)


def palettes_for(how: PaintSettings) -> Keyed[Palettes]:
    """Return the palettes of the prints that a style was learned from.

    Raises: StyleFileError: its file is not there, or cannot be used.
    """
    if how.portrait_style in PORTRAIT_STYLES:
        light = portraits_of(how.portrait_style)
        return Keyed((light.palettes, light.weights), how.portrait_style)
    own = portraits_for(how)
    return Keyed(own.value.palettes, own.key)


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


def one_alike(plain: Motif, portraits: Portraits) -> Portraits:
    """Return the portrait that what is seen in a photo is most like."""
    return portraits.one(most_alike(measured(plain.target, plain.subject), portraits))


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


def printed_over(
    original: Image, scene: Scene, seen: Detections, parts: Probabilities,
    stays: tuple[bool, ...], palettes: Palettes, paper: float,
) -> Painted:  # fmt: skip
    """Print what a network painted, in the colors of the style's portraits, along the photo.

    `palettes`: as in `in_palette`. `paper`: how much of it shows, as canvas does through paint.
    """
    face, motif = largest_height(seen.faces), plain_motif(original, seen, parts, stays)
    size = (original.shape[0], original.shape[1])
    subject, k = motif.subject, motif.size[0] / size[0]
    skin = resized(subject.skin, size)
    lab = flat(painting_of(scene), face, toned=1 - skin)
    small = resized(lab, motif.size)
    moved, _ = in_palette(small, subject, palettes)
    moved = calmer(moved, np.asarray(1 - subject.person, np.float32))
    moved[..., 1:] *= (1 + RICHER * (1 - subject.skin))[..., None]
    moved = own_tone(motif.target, moved, subject, motif.detail)
    lab = np.asarray(lab + resized(np.asarray(moved - small, np.float32), size), np.float32)
    key = resized(KEY_INK * key_line(subject.person, face * k), size)
    ink = np.maximum(lines(original, face) * (1 - SKIN_INK * skin), key)
    return Painted(Scene(inked(on_paper(lab, paper), ink.clip(0, 1))))


def painting_of(scene: Scene) -> Image:
    """Return what a network painted."""
    if scene.styled is None:
        raise ValueError("What a network painted was wanted, and there is none.")
    return scene.styled
