"""Draw a print's ink: along what is seen, around people, and the strands of their hair.

Source: Kang et al. 2007, "Coherent Line Drawing", sections 3 and 4: differences of Gaussians across
what edges run along, averaged along it; Winnemoeller et al. 2012, "XDoG", equation 7 (how black).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated, to_lab
from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.streamlines import across, along, edge_directions
from pipeline.ops.tensor import single
from pipeline.stages.stylize.woodblock import (
    BLACK,
    FLAT_FACE,
    LEAST_FACE,
    few_tones,
    size_at,
    smoothed,
)
from pipeline.types import Image, Mask

Float = NDArray[np.float32]
Chance = Callable[[tuple[int, int]], Float]  # of a (height, width): numbers, as many

# Heights of a face, px, at which lines are drawn, and hair's strands: lines of a few pixels' width
# are no lines.
INK_FACE, HAIR_FACE = 330, 270
CALMED, CALM_COLOR, CALM_REACH = 2, 14.0, 1.6  # bilateral passes before ink is drawn, as of `flat`
LINE, WIDER = 0.9, 1.6  # px of the flat face: a line's deviation, and how many times its ground's
GROUND, LEAST, HARD = 0.08, 0.025, 25.0  # of light: what ink is compared with, from when, how black
# Px of the flat face: the deviation by which light is smoothed to see which way edges run, that of
# their surroundings, and how far lines are averaged to each side.
SOFT, SURROUNDINGS, LONG = 0.6, 1.5, 6.0
BESIDE = np.ones((7, 7), np.uint8)  # px: so far beyond what is dark a line may go on
# How far edges agree, so many px of the flat face around, where a line behind people is drawn at
# all, and wholly: leaves have edges of every direction.
AGREE, AGREE_REACH = (0.35, 0.75), 2.0
# Of a key line, px of the flat face: its deviation where it is thin, and where it swells, away from
# the light; how simple it is; a power makes it thin.
KEY, SIMPLER, THIN = (0.9, 1.6), 3.0, 3.0
LIGHT_FROM = (-0.6, -0.8)  # right and down
SEAM = 1.0  # px of the flat face: the deviation of a line along which a face and a neck meet
# Of hair, px of the flat face: as `SOFT` and `SURROUNDINGS`, and how far strands run to each side.
HAIR_SOFT, HAIR_SURROUNDINGS, STRAND = 0.5, 3.0, 16.0
SURE_HAIR = (0.4, 0.7)  # from how likely it is hair on it is combed, and wholly
# How far edges agree, of curls, which stay as they are, and of strands; in how large a place,
# of `HAIR_SURROUNDINGS`, that is asked.
CURLY, LOCK = (0.42, 0.6), 4.0
HAIR_TONE, HAIR_EDGE = 11.0, 10.0  # lightness between two tones of hair; how sharply one ends
# How wide strands of ink are, px of the flat face, how black, and from which deviation of chance on
# one is drawn; the same once strands are joined to those that they run on to, and the light of
# hair, L, from which on they are seen, and are all there. In black hair they are lighter, by L.
FINE, STRAND_INK, RARE, JOINED, LIGHT_HAIR = 0.6, 0.75, (0.8, 1.5), (0.25, 0.6), (26.0, 45.0)
LIGHT_STRAND = 14.0


def lines(form: Image, face_px: float, behind: Mask | None = None) -> Mask:
    """Return where a picture, (H, W, 3), shows lines, (H, W): ink from 0 to 1.

    `behind`: where only those are drawn that run on, (H, W) in [0, 1]; None: nowhere.
    """
    size, unit = size_at(form, face_px, INK_FACE)
    lab = to_lab(resized(form, size).clip(0, 1))
    calm = smoothed(lab, CALMED, CALM_COLOR, CALM_REACH * unit)
    light = np.asarray(calm[..., 0] / 100, np.float32)
    field, agree = edge_directions(blurred(light, SOFT * unit), SURROUNDINGS * unit)
    near, ground = across(light, field, (LINE * unit, WIDER * LINE * unit))
    darker = np.asarray((near - ground) / (ground + GROUND), np.float32)
    beside = cv2.erode(darker, BESIDE) < -LEAST  # elsewhere there is no ink
    darker = along(darker[..., None], field, [max(1, round(LONG * unit))], beside)[..., 0]
    ink = np.where(darker > -LEAST, 0, -np.tanh(HARD * (darker + LEAST))).astype(np.float32)
    if behind is not None:
        firm = smoothstep(blurred(agree, AGREE_REACH * unit), *AGREE)
        ink *= 1 - resized(behind, size) * (1 - firm)
    return resized(ink, form.shape[:2]).clip(0, 1)


def key_line(region: Mask, face_px: float) -> Mask:
    """Return the line around a region, (H, W) in [0, 1]: ink from 0 to 1.

    It is simple, as thin where nobody knows where the region ends, and swells away from the light.
    """
    unit = max(face_px, LEAST_FACE) / FLAT_FACE
    wide = blurred(region, SIMPLER * unit)
    inside = (wide > 0.5).astype(np.float32)
    slope = np.dstack([cv2.Sobel(wide, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1))])
    slope /= np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-6)
    swells = smoothstep(slope @ np.array(LIGHT_FROM, np.float32), -0.5, 1.0)
    thin, thick = (
        (4 * soft * (1 - soft)) ** THIN for soft in (blurred(inside, by * unit) for by in KEY)
    )
    return np.asarray(thin + swells * (thick - thin), np.float32)


def seam_line(one: Mask, other: Mask, face_px: float) -> Mask:
    """Return the line along which two regions meet, (H, W) in [0, 1] each: ink from 0 to 1.

    It is simple, as `key_line` is.
    """
    unit = max(face_px, LEAST_FACE) / FLAT_FACE

    def soft(of: Mask) -> Mask:
        simple = (blurred(of, SIMPLER * unit) > 0.5).astype(np.float32)
        return blurred(simple, SEAM * unit)

    meet = 4 * soft(one) * soft(other)
    return np.asarray(meet.clip(0, 1) ** THIN, np.float32)


def by_chance(size: tuple[int, int]) -> Float:
    """Draw numbers of a (height, width) by chance, always the same."""
    return np.random.default_rng(0).standard_normal(size, np.float32)


def combed(
    lab: Float, photo: Image, hair: Mask, face_px: float, chance: Chance = by_chance
) -> tuple[Float, Mask]:
    """Return colors, (H, W, 3) CIELAB, in which hair has few tones along its strands, and its ink.

    Ink is (H, W) in [0, 1]. `hair`: where it is, likewise, in the photo. Black hair is a mass with
    lighter strands; curls stay as they are. `chance`: by which strands are drawn.
    """
    shape = (lab.shape[0], lab.shape[1])
    size, unit = size_at(lab, face_px, HAIR_FACE)
    own = smoothstep(resized(hair, size), *SURE_HAIR)
    if not (own > 0.5).any():
        return lab, np.zeros(shape, np.float32)
    light = to_lab(resized(photo, size).clip(0, 1))[..., 0] / 100
    soft = blurred(np.asarray(light, np.float32), HAIR_SOFT * unit)
    field, agree = edge_directions(soft, HAIR_SURROUNDINGS * unit, own)
    straight = smoothstep(local_mean(agree, own, LOCK * HAIR_SURROUNDINGS * unit), *CURLY)
    steps, small, there = max(1, round(STRAND * unit)), resized(lab, size), own > 0
    total = along(np.dstack([small * repeated(own), own]), field, [steps] * 4, there)
    run = total[..., :3] / np.maximum(total[..., 3:], 1e-3)
    run = single(small + repeated(straight) * (run - small))
    run[..., 0] = few_tones(run[..., 0], HAIR_TONE, HAIR_EDGE)
    drawn = straight * _strands(chance(size), field, there, steps, unit)
    run[..., 0] += LIGHT_STRAND * drawn * (1 - smoothstep(run[..., 0], *BLACK))
    ink = STRAND_INK * own * drawn * smoothstep(run[..., 0], *LIGHT_HAIR)
    change = np.asarray(repeated(own) * (run - small), np.float32)
    combed_lab = np.asarray(lab + resized(change, shape), np.float32)
    return combed_lab, resized(np.asarray(ink, np.float32), shape).clip(0, 1)


def _strands(
    chance: Float, field: Float, there: NDArray[np.bool_], steps: int, unit: float
) -> Mask:
    """Draw strands that run along a field by chance, (H, W) in [0, 1].

    `there`: where there is hair, (H, W).
    """
    run = along(blurred(chance, FINE * unit)[..., None], field, [2 * steps], there)[..., 0]
    rare = (each * float(run[there].std()) for each in RARE)
    broken = smoothstep(run, *rare) * there
    joined = along(broken[..., None], field, [max(1, steps // 2)], there)[..., 0]
    return smoothstep(joined, *JOINED)
