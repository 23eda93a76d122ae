"""Print what a network painted, in the colors of the prints that it has learned from."""

from dataclasses import dataclass

import numpy as np

from pipeline.ops.monochrome import without_tone
from pipeline.ops.parts import largest_height
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import BODY, Part, Probabilities, summed
from pipeline.stages.strokes.color import in_palette
from pipeline.stages.strokes.motif import Motif
from pipeline.stages.strokes.own_colors import chroma_of, own_cloth, own_hair, own_tone
from pipeline.stages.strokes.portraits import bareness, one_alike
from pipeline.stages.stylize.blocks import Colors, block_colors, cut, in_few_blocks
from pipeline.stages.stylize.drawn_face import drawn_faces
from pipeline.stages.stylize.ink import Chance, by_chance, combed, key_line, lines, seam_line
from pipeline.stages.stylize.print_ground import (
    BARE,
    LIVELY,
    Ground,
    fine_contrast,
    ground_color,
    like_the_wall,
    on_ground,
)
from pipeline.stages.stylize.printed_face import JAW_INK
from pipeline.stages.stylize.woodblock import (
    calmer,
    flat,
    in_blocks,
    inked,
    inky,
    on_paper,
    shadeless,
    toned,
)
from pipeline.steps.strokes import OWN_HAIR, plain_motif
from pipeline.types import Image, Mask, Painted, Points, Scene
from pipeline.types.portraits import GROUND, HAIR, SKIN, Portraits

# Chroma that prints have more than their portraits' palettes, of what has some; how much less ink
# there is on bare skin, where each line is a wrinkle, and on hair, which has strands; and how black
# the key line around people is.
RICHER, COLORED, SKIN_INK, HAIR_INK, KEY_INK = 0.35, (6.0, 18.0), 0.6, 0.6, 0.85
BLOCK_INK = 0.5  # how black the line is between two blocks of what lies behind people
FEW_PEOPLE = 0.1  # how likely somebody is, below which what is seen is behind them
OWN_CLOTH = 0.8  # how far what is worn, and vivid, keeps its hue and its light
OWN_SKIN = 0.45  # how far, of the most under other painters, skin goes: paper is pale and yellow


@dataclass(frozen=True)
class Press:
    """What is the same in all prints of one scene.

    `face_px`: height of its largest face, 0 without one. `paper`: how much of it shows, as canvas
    does through paint. `chance`: what strands of hair are drawn by. `colors`: what chooses those of
    blocks behind people.
    """

    face_px: float
    portraits: Portraits
    ground: Ground
    paper: float
    chance: Chance = by_chance
    colors: Colors = block_colors


def printed_over(
    original: Image, scene: Scene, seen: Detections, parts: Probabilities,
    stays: tuple[bool, ...], portraits: Portraits, points: tuple[Points, ...], paper: float,
) -> Painted:  # fmt: skip
    """Print what a network painted, in the colors of the style's portraits, along the photo.

    `points`: the 68 of each face that is drawn, (68, 2) px. `paper`: as a press has it.
    """
    motif = plain_motif(original, seen, parts, stays)
    ground = ground_for(motif, portraits)
    press = Press(largest_height(seen.faces), portraits, ground, paper)
    return Painted(Scene(pressed(press, original, painting_of(scene), motif, parts, points)))


def pressed(
    press: Press, original: Image, painting: Image, motif: Motif, parts: Probabilities,
    points: tuple[Points, ...] = (),
) -> Image:  # fmt: skip
    """Print a painting, (H, W, 3), along its photo; `motif`, `parts`: what is seen in that.

    `points`: the 68 of each face that is drawn, (68, 2) px.
    """
    face, size = press.face_px, (original.shape[0], original.shape[1])
    subject, k = motif.subject, motif.size[0] / size[0]
    person, skin, cloth = (
        resized(of, size) for of in (subject.person, subject.skin, subject.cloth)
    )
    hair = resized(single(subject.hair * (1 - subject.hat)), size)
    behind = single(1 - subject.person)
    edged = single(behind * cut(motif.target, behind))
    lab = shadeless(flat(painting, face), cloth, face or min(size))
    lab = toned(lab, 1 - skin)
    small = resized(lab, motif.size)
    lab = single(lab + resized(single(_colored(small, motif, press, edged) - small), size))
    lab = in_blocks(lab, cloth, face)
    edged = resized(edged, size)
    lab, between = in_few_blocks(lab, edged, press.colors(lab, edged), 1 - press.ground.share)
    lab = inky(lab, person * (1 - skin))
    lab, strands = combed(lab, original, hair, face, press.chance)
    ink = lines(original, face, single(1 - person)) * (1 - SKIN_INK * skin)
    key = resized(KEY_INK * key_line(subject.person, face * k), size)
    of_face, of_body = (resized(summed(parts, of), size) for of in ((Part.SKIN,), BODY))
    jaw = JAW_INK * seam_line(of_face, of_body, face)
    drawn = drawn_faces(original, of_face, points)
    ink *= 1 - HAIR_INK * hair
    ink = np.maximum.reduce([ink, BLOCK_INK * between, strands, key, jaw, drawn])
    return inked(on_paper(lab, press.paper), ink.clip(0, 1))


def painting_of(scene: Scene) -> Image:
    """Return what a network painted."""
    if scene.styled is None:
        raise ValueError("What a network painted was wanted, and there is none.")
    return scene.styled


def ground_for(motif: Motif, portraits: Portraits) -> Ground:
    """Return the ground of the print that what is seen in a photo is most like.

    Without people nothing is a ground: fog and snow are what the photo shows.
    """
    subject, own = motif.subject, one_alike(motif, portraits)
    hair, skin = (
        np.median(motif.target[of > 0.5], 0) if (of > 0.5).any() else own.means[0, part]
        for part, of in ((HAIR, subject.hair), (SKIN, subject.skin))
    )
    color = ground_color(own.colors[0, GROUND], own.weights[0, GROUND], hair[0], skin)
    behind = (subject.person < FEW_PEOPLE).astype(np.float32)
    lively = fine_contrast(np.ascontiguousarray(motif.target[..., 0]), behind)
    bare, unrest = (
        float(smoothstep(np.full(1, value, np.float32), *between)[0])
        for value, between in ((bareness(motif.target, subject), BARE), (lively, LIVELY))
    )
    share = subject.people * bare * (1 - unrest)
    return Ground(color, share if own.shares[0, GROUND] else 0.0, skin)


def _colored(lab: Image, motif: Motif, press: Press, edged: Mask) -> Image:
    """Bring colors, (H, W, 3) CIELAB, to those of prints; a bare ground takes one print's.

    `edged`: where what lies behind people has edges, (H, W) in [0, 1].
    """
    subject, behind = motif.subject, single(1 - motif.subject.person)
    gray = without_tone(motif.target) is not None  # its colors say neither skin nor cloth
    moved, _ = in_palette(lab, subject, press.portraits.palettes)
    if press.ground.share:
        wall = behind if gray else like_the_wall(motif.target, behind, press.ground.skin)
        moved = on_ground(moved, single(press.ground.share * wall), press.ground.color)
    moved = calmer(moved, behind, edged)
    rich = RICHER * (1 - subject.skin) * smoothstep(chroma_of(moved), *COLORED)
    moved[..., 1:] *= (1 + rich)[..., None]
    if not gray:
        moved = own_cloth(motif.target, moved, single(OWN_CLOTH * subject.cloth))
    moved = own_tone(motif.target, moved, subject, motif.detail, OWN_SKIN)
    return own_hair(motif.target, moved, OWN_HAIR * subject.hair)
