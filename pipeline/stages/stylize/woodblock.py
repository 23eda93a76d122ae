"""Print a picture from woodblocks: flat colors, few tones, blocks of one color, paper.

Source: Winnemoeller et al. 2006, "Real-Time Video Abstraction", sections 3.2 and 3.4 (flat colors,
soft tones); Comaniciu and Meer 2002, "Mean Shift" (blocks of one color).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated, to_lab, to_rgb
from pipeline.ops.filters import blurred, local_mean, window_of
from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.types import Image, Mask

Float = NDArray[np.float32]

# Height of a face, px, at which colors are made flat, and the least, as if a face were there.
FLAT_FACE, LEAST_FACE = 150, 60
PASSES, COLOR, REACH = 4, 9.0, 2.2  # of the bilateral filter; CIELAB, and px of the flat face
# Likewise, what is finer than a face's lines.
FINE_FACE, FINELY = 330, (2, 10.0, 1.3)
# Likewise behind people, a share of the long side, where blocks are cut along edges, and where none
# are; and how far from people, of the short side, what lies behind says what is in their place.
CUT_CALM, PLAIN_CALM, BEYOND = (7.0, 0.007), (12.0, 0.012), 0.04
TONE, EDGE = 14.0, 8.0  # lightness between two tones, and how sharply one ends
# Of blocks of one color: how far apart, CIELAB times 2.55, what becomes one of them may be, and how
# far away, px, at least so many; and how soft a block ends, px. How much of what is made blocks is
# to be there, where they are looked for.
BLOCK_COLOR, BLOCK_REACH, LEAST_REACH, BLOCK_EDGE, FAINT = 14.0, 9.0, 4, 0.7, 0.05
# How far slow shading is taken back, of a face and of cloth; and what is slower, and what is form
# all the same, of a face's height.
SHADELESS_FACE, SHADELESS, SLOW, FORM = 1.0, 0.6, 0.12, 0.5
THINGS = 12.0  # from about this difference on, L, it is no shading: a shirt and a suit
BLACK, INKY = (16.0, 36.0), 0.6  # from which light on, L, nothing is nearly black; how far it goes
INK = (18.0, 2.0, -6.0)  # CIELAB
# Paper's fibers: their sizes, thousandths of the long side, and the lightness by which they differ.
FIBERS = ((0.7, 0.8), (4.0, 0.35))


def flat(picture: Image, face_px: float) -> Float:
    """Return a picture, (H, W, 3), in flat colors: CIELAB of its size."""
    return _calm(picture, face_px, FLAT_FACE, (PASSES, COLOR, REACH))


def without_grain(picture: Image, face_px: float) -> Float:
    """Return a picture, (H, W, 3), with its lines, and no pores or hairs: CIELAB of its size."""
    return _calm(picture, face_px, FINE_FACE, FINELY)


def _calm(picture: Image, face_px: float, wanted: float, how: tuple[int, float, float]) -> Float:
    size, unit = size_at(picture, face_px, wanted)
    passes, color, reach = how
    lab = smoothed(to_lab(resized(picture, size).clip(0, 1)), passes, color, reach * unit)
    return np.asarray(resized(lab, picture.shape[:2]), np.float32)


def toned(lab: Float, where: Mask) -> Float:
    """Bring colors, (H, W, 3) CIELAB, to few tones in a region, (H, W) in [0, 1]."""
    out = lab.copy()
    out[..., 0] += where * (few_tones(lab[..., 0]) - lab[..., 0])
    return out


def few_tones(light: Mask, apart: float = TONE, edge: float = EDGE) -> Mask:
    """Bring lightness to a few tones, so far `apart`; `edge`: how sharply one ends."""
    tone = np.round(light / apart) * apart
    return np.asarray(tone + apart / 2 * np.tanh((light - tone) / apart * edge), np.float32)


def calmer(lab: Float, where: Mask, edged: Mask) -> Float:
    """Make colors, (H, W, 3) CIELAB, flatter yet in a region, (H, W) in [0, 1]: what lies behind.

    Less so where it is `edged`, likewise. Nothing of the rest runs into it: a halo around a head is
    none of its ground.
    """
    size = (lab.shape[0], lab.shape[1])
    half = (max(1, size[0] // 2), max(1, size[1] // 2))
    small, share, cut = (resized(each, half) for each in (lab, where, edged))
    beyond = local_mean(small, share, BEYOND * min(half))
    small = np.asarray(beyond + repeated(share) * (small - beyond), np.float32)
    plain, fine = (
        blurred(smoothed(small, PASSES, color, reach * max(half)), 0.8)  # no stairs once enlarged
        for color, reach in (PLAIN_CALM, CUT_CALM)
    )
    calm = single(plain + repeated(cut) * (fine - plain))
    return np.asarray(lab + repeated(where) * (resized(calm, size) - lab), np.float32)


def in_blocks(lab: Float, where: Mask, face_px: float) -> Float:
    """Make colors, (H, W, 3) CIELAB, blocks of one color each in a region, (H, W) in [0, 1]."""
    size, unit = size_at(lab, face_px, FLAT_FACE)
    small, share = resized(lab, size), resized(where, size)
    if (near := window_of(share > FAINT)) is None:
        return lab
    blocks = small.copy()
    blocks[near] = _mean_shift(small[near], BLOCK_REACH * unit, BLOCK_COLOR)
    change = np.asarray(repeated(share) * (blurred(blocks, BLOCK_EDGE) - small), np.float32)
    return np.asarray(lab + resized(change, (lab.shape[0], lab.shape[1])), np.float32)


def _mean_shift(lab: Float, reach_px: float, color: float) -> Float:
    low, scale = np.array((0, -128, -128), np.float32), np.array((2.55, 1, 1), np.float32)
    levels = ((lab - low) * scale).clip(0, 255).astype(np.uint8)
    reach = max(LEAST_REACH, round(reach_px))
    found = cv2.pyrMeanShiftFiltering(levels, reach, color, maxLevel=1)
    return np.asarray(found / scale + low, np.float32)


def shadeless(lab: Float, where: Mask, face_px: float, how_far: float = SHADELESS) -> Float:
    """Take back some of the slow shading of colors, (H, W, 3) CIELAB: prints draw form in lines.

    `where`: a face, or cloth, (H, W) in [0, 1]. `how_far`: cloth's, if it is not said.
    """
    light = np.ascontiguousarray(lab[..., 0])
    slow, form = (local_mean(light, where, by * face_px) for by in (SLOW, FORM))
    shade = slow - form
    shade /= 1 + (shade / np.float32(THINGS)) ** 2
    out = lab.copy()
    out[..., 0] -= np.float32(how_far) * where * shade
    return out


def inky(lab: Float, where: Mask) -> Float:
    """Let what is nearly black, of colors, (H, W, 3) CIELAB, go to ink in a region, (H, W)."""
    return toward_ink(lab, single(INKY * where * (1 - smoothstep(lab[..., 0], *BLACK))))


def inked(lab: Float, ink: Mask) -> Image:
    """Print ink, (H, W) in [0, 1], over colors, (H, W, 3) CIELAB."""
    return to_rgb(toward_ink(lab, ink))


def toward_ink(lab: Float, far: Mask) -> Float:
    """Bring colors, (H, W, 3) CIELAB, so far to that of ink, (H, W) in [0, 1]."""
    return single(lab + repeated(far) * (np.array(INK, np.float32) - lab))


def on_paper(lab: Float, amount: float = 1.0) -> Float:
    """Let a paper's fibers be seen through colors, (H, W, 3) CIELAB; `amount`: times as usual."""
    h, w = lab.shape[:2]
    k = max(h, w) / 1000
    noise = np.random.default_rng(0).standard_normal((h, w)).astype(np.float32)
    out = lab.copy()
    for size, light in FIBERS:
        fibers = blurred(noise, max(0.5, size * k))
        out[..., 0] += amount * light * fibers / fibers.std()
    return out


def size_at(picture: Float, face_px: float, wanted: float) -> tuple[tuple[int, int], float]:
    """Return the (height, width) at which a face is so high, and the flat face's px there."""
    face_px = max(face_px, LEAST_FACE)
    k = min(1.0, wanted / face_px)
    h, w = picture.shape[:2]
    return (max(1, round(h * k)), max(1, round(w * k))), k * face_px / FLAT_FACE


def smoothed(lab: Float, passes: int, color: float, reach: float) -> Float:
    """Smooth colors, (H, W, 3) CIELAB, but not across edges of more than `color`."""
    for _ in range(passes):
        lab = np.asarray(cv2.bilateralFilter(lab, 0, color, reach), np.float32)
    return lab
