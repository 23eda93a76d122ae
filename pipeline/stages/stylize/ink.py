"""Draw a print's ink: along what is seen, around people, and the strands of their hair.

Source: Kang et al. 2007, "Coherent Line Drawing", sections 3 and 4: differences of Gaussians across
what edges run along, averaged along it; Winnemoeller et al. 2012, "XDoG", equation 7 (how black).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated, to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.streamlines import across, along, edge_directions
from pipeline.stages.stylize.woodblock import FLAT_FACE, LEAST_FACE, size_at, smoothed
from pipeline.types import Image, Mask

Float = NDArray[np.float32]

# Heights of a face, px, at which lines are drawn, and hair's strands: lines of a few pixels' width
# are no lines.
INK_FACE, HAIR_FACE = 330, 220
CALMED, CALM_COLOR, CALM_REACH = 2, 14.0, 1.6  # bilateral passes before ink is drawn, as of `flat`
LINE, WIDER = 0.9, 1.6  # px of the flat face: a line's deviation, and how many times its ground's
GROUND, LEAST, HARD = 0.08, 0.025, 25.0  # of light: what ink is compared with, from when, how black
# Px of the flat face: the deviation by which light is smoothed to see which way edges run, that of
# their surroundings, and how far lines are averaged to each side.
SOFT, SURROUNDINGS, LONG = 0.6, 1.5, 6.0
# How far edges agree, so many px of the flat face around, where a line behind people is drawn at
# all, and wholly: leaves have edges of every direction.
AGREE, AGREE_REACH = (0.35, 0.75), 2.0
# Of a key line, px of the flat face: its deviation and how simple it is; a power makes it thin.
KEY, SIMPLER, THIN = 1.1, 3.0, 3.0
# Of hair, px of the flat face: as `SOFT` and `SURROUNDINGS`, and how far strands run to each side.
HAIR_SOFT, HAIR_SURROUNDINGS, STRAND = 0.5, 3.0, 16.0
# Lightness between two tones of hair, and how sharply one ends.
HAIR_TONE, HAIR_EDGE = 11.0, 10.0
# How wide strands of ink are, px of the flat face, how black, and from which deviation of chance on
# one is drawn; and the light of hair, L, from which on they are seen, and are all there.
FINE, STRAND_INK, RARE, LIGHT_HAIR = 0.45, 0.75, (0.75, 1.25), (22.0, 45.0)


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
    darker = along(darker[..., None], field, [max(1, round(LONG * unit))])[..., 0]
    ink = np.where(darker > -LEAST, 0, -np.tanh(HARD * (darker + LEAST))).astype(np.float32)
    if behind is not None:
        firm = smoothstep(blurred(agree, AGREE_REACH * unit), *AGREE)
        ink *= 1 - resized(behind, size) * (1 - firm)
    return resized(ink, form.shape[:2]).clip(0, 1)


def key_line(region: Mask, face_px: float) -> Mask:
    """Return the line around a region, (H, W) in [0, 1]: ink from 0 to 1.

    It is simple, and as thin where nobody knows where the region ends.
    """
    unit = max(face_px, LEAST_FACE) / FLAT_FACE
    inside = (blurred(region, SIMPLER * unit) > 0.5).astype(np.float32)
    soft = blurred(inside, KEY * unit)
    return np.asarray((4 * soft * (1 - soft)) ** THIN, np.float32)


def combed(lab: Float, photo: Image, hair: Mask, face_px: float) -> tuple[Float, Mask]:
    """Return colors, (H, W, 3) CIELAB, in which hair has few tones along its strands, and its ink.

    Ink is (H, W) in [0, 1]. `hair`: where it is, likewise, in the photo.
    """
    shape = (lab.shape[0], lab.shape[1])
    size, unit = size_at(lab, face_px, HAIR_FACE)
    own = resized(hair, size).clip(0, 1)
    if not (own > 0.5).any():
        return lab, np.zeros(shape, np.float32)
    light = to_lab(resized(photo, size).clip(0, 1))[..., 0] / 100
    soft = blurred(np.asarray(light, np.float32), HAIR_SOFT * unit)
    field, _ = edge_directions(soft, HAIR_SURROUNDINGS * unit, own)
    steps, small = max(1, round(STRAND * unit)), resized(lab, size)
    total = along(np.dstack([small * repeated(own), own]), field, [steps] * 4)
    run = total[..., :3] / np.maximum(total[..., 3:], 1e-3)
    tone = np.round(run[..., 0] / HAIR_TONE) * HAIR_TONE
    run[..., 0] = tone + HAIR_TONE / 2 * np.tanh((run[..., 0] - tone) / HAIR_TONE * HAIR_EDGE)
    chance = np.random.default_rng(0).standard_normal(size, np.float32)
    chance = cv2.GaussianBlur(chance, (0, 0), FINE * unit)
    strands = along(chance[..., None], field, [2 * steps])[..., 0]
    drawn = smoothstep(strands, *(each * float(strands.std()) for each in RARE))
    ink = STRAND_INK * own * drawn * smoothstep(run[..., 0], *LIGHT_HAIR)
    change = np.asarray(repeated(own) * (run - small), np.float32)
    combed_lab = np.asarray(lab + resized(change, shape), np.float32)
    return combed_lab, resized(np.asarray(ink, np.float32), shape).clip(0, 1)
