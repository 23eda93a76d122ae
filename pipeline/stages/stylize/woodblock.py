"""Print a picture from woodblocks: flat colors, few tones, and ink along what is seen.

Source: Winnemoeller et al. 2006, "Real-Time Video Abstraction", sections 3.2 and 3.4 (flat colors,
soft tones); Winnemoeller et al. 2012, "XDoG", equation 7 (ink).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated, to_lab, to_rgb
from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.types import Image, Mask

Float = NDArray[np.float32]

# Heights of a face, px, at which colors are made flat and ink is drawn, and the least, as if a face
# were there: lines of a few pixels' width are no lines.
FLAT_FACE, INK_FACE, LEAST_FACE = 150, 330, 60
PASSES, COLOR, REACH = 4, 9.0, 2.2  # of the bilateral filter; CIELAB, and px of the flat face
# Likewise behind people, a share of the long side; and how far from them, of the short side, what
# lies behind says what is there in their place.
BEHIND_COLOR, BEHIND_REACH, BEYOND = 12.0, 0.012, 0.04
TONE, EDGE = 14.0, 8.0  # lightness between two tones, and how sharply one ends
CALMED, CALM_COLOR, CALM_REACH = 2, 14.0, 1.6  # likewise, before ink is drawn
LINE, WIDER = 0.9, 1.6  # px of the flat face: a line's deviation, and how many times its ground's
GROUND, LEAST, HARD = 0.08, 0.025, 25.0  # of light: what ink is compared with, from when, how black
# Of a key line, px of the flat face: its deviation and how simple it is; a power makes it thin.
KEY, SIMPLER, THIN = 1.1, 3.0, 3.0
INK = (18.0, 2.0, -6.0)  # CIELAB
PAPER = 0.8  # lightness by which paper's fibers differ
FIBERS = (0.7, 4.0)  # their sizes, thousandths of the long side


def flat(picture: Image, face_px: float, *, toned: Mask | None = None) -> Float:
    """Return a picture, (H, W, 3), in flat colors: CIELAB of its size.

    `toned`: how far it has few tones, (H, W) in [0, 1]; None: nowhere.
    """
    size, unit = _size(picture, face_px, FLAT_FACE)
    lab = to_lab(resized(picture, size).clip(0, 1))
    lab = _smoothed(lab, PASSES, COLOR, REACH * unit)
    if toned is not None:
        lab[..., 0] += resized(toned, size) * (few_tones(lab[..., 0]) - lab[..., 0])
    return np.asarray(resized(lab, picture.shape[:2]), np.float32)


def few_tones(light: Mask) -> Mask:
    """Bring lightness to a few tones, softly."""
    tone = np.round(light / TONE) * TONE
    return np.asarray(tone + TONE / 2 * np.tanh((light - tone) / TONE * EDGE), np.float32)


def calmer(lab: Float, where: Mask) -> Float:
    """Make colors, (H, W, 3) CIELAB, flatter yet in a region, (H, W) in [0, 1]: what lies behind.

    Nothing of the rest runs into them: a halo around a head is none of its ground.
    """
    size = (lab.shape[0], lab.shape[1])
    half = (max(1, size[0] // 2), max(1, size[1] // 2))
    small, share = resized(lab, half), resized(where, half)
    beyond = local_mean(small, share, BEYOND * min(half))
    small = np.asarray(beyond + repeated(share) * (small - beyond), np.float32)
    small = _smoothed(small, PASSES, BEHIND_COLOR, BEHIND_REACH * max(half))
    small = blurred(small, 0.8)  # no stairs once it is enlarged
    return np.asarray(lab + repeated(where) * (resized(small, size) - lab), np.float32)


def lines(form: Image, face_px: float) -> Mask:
    """Return where a picture, (H, W, 3), shows lines, (H, W): ink from 0 to 1."""
    size, unit = _size(form, face_px, INK_FACE)
    lab = to_lab(resized(form, size).clip(0, 1))
    calm = _smoothed(lab, CALMED, CALM_COLOR, CALM_REACH * unit)
    light = calm[..., 0] / 100
    near, ground = (cv2.GaussianBlur(light, (0, 0), by * LINE * unit) for by in (1.0, WIDER))
    darker = (near - ground) / (ground + GROUND)
    ink = np.where(darker > -LEAST, 0, -np.tanh(HARD * (darker + LEAST))).astype(np.float32)
    return resized(ink, form.shape[:2]).clip(0, 1)


def key_line(region: Mask, face_px: float) -> Mask:
    """Return the line around a region, (H, W) in [0, 1]: ink from 0 to 1.

    It is simple, and as thin where nobody knows where the region ends.
    """
    unit = max(face_px, LEAST_FACE) / FLAT_FACE
    inside = (blurred(region, SIMPLER * unit) > 0.5).astype(np.float32)
    soft = blurred(inside, KEY * unit)
    return np.asarray((4 * soft * (1 - soft)) ** THIN, np.float32)


def inked(lab: Float, ink: Mask) -> Image:
    """Print ink, (H, W) in [0, 1], over colors, (H, W, 3) CIELAB."""
    black = np.array(INK, np.float32)
    return to_rgb(np.asarray(lab + ink[..., None] * (black - lab), np.float32))


def on_paper(lab: Float, amount: float = 1.0) -> Float:
    """Let a paper's fibers be seen through colors, (H, W, 3) CIELAB; `amount`: times as usual."""
    h, w = lab.shape[:2]
    k = max(h, w) / 1000
    noise = np.random.default_rng(0).standard_normal((h, w)).astype(np.float32)
    out = lab.copy()
    for size in FIBERS:
        fibers = blurred(noise, max(0.5, size * k))
        out[..., 0] += amount * PAPER * fibers / fibers.std()
    return out


def _size(picture: Image, face_px: float, wanted: float) -> tuple[tuple[int, int], float]:
    """Return the (height, width) at which a face is so high, and the flat face's px there."""
    face_px = max(face_px, LEAST_FACE)
    k = min(1.0, wanted / face_px)
    h, w = picture.shape[:2]
    return (max(1, round(h * k)), max(1, round(w * k))), k * face_px / FLAT_FACE


def _smoothed(lab: Float, passes: int, color: float, reach: float) -> Float:
    """Smooth colors, (H, W, 3) CIELAB, but not across edges of more than `color`."""
    for _ in range(passes):
        lab = np.asarray(cv2.bilateralFilter(lab, 0, color, reach), np.float32)
    return lab
