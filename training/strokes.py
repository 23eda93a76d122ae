"""A painter without a network: Monet's light on a photo, then brush strokes of broken color. It teaches the generator."""

import cv2
import numpy as np

from pipeline.ops.grain import SOFTNESS_PX

# The paintings' mean L is 55, its deviation 18, their chroma 17.6; for the photos 43, 21 and 15.3. Their fine contrast is the photos':
# a painting is lighter, not paler.
LIGHT_GAIN, LIGHT_SHIFT, COLOR_GAIN, COLOR_KNEE = 0.92, 12.0, 1.3, 150.0


def lit_like_monet(photo: np.ndarray) -> np.ndarray:
    """Return the photo (H, W, 3) float32 [0, 1] with lifted darks, richer color, violet shadows and warm lights.

    The same for every pixel whatever surrounds it, so that a network without a view of the whole picture can learn it.
    """
    lab = cv2.cvtColor(photo, cv2.COLOR_RGB2LAB)
    lightness = lab[..., 0] * LIGHT_GAIN + LIGHT_SHIFT
    tone = np.clip((lightness - 55) / 35, -1, 1)
    shadow, light = np.maximum(-tone, 0), np.maximum(tone, 0)
    gain = COLOR_GAIN / (1 + np.hypot(lab[..., 1], lab[..., 2]) / COLOR_KNEE)  # dull colors gain, vivid ones stay
    a = lab[..., 1] * gain + 3 * shadow + 1 * light
    b = lab[..., 2] * gain - 5 * shadow + 6 * light + 3
    return np.clip(cv2.cvtColor(np.dstack([lightness, a, b]).astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)


BROKEN_COLOR = np.array([4.5, 5.0, 7.5], np.float32)  # deviation of strokes from the light's own L, a, b
WIDE, NARROW = (1.1, 14), (0.0, 8)  # two brushes: how much wider than the seeds a stroke is, and its length, px


def stroked(light: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Return the picture, (H, W, 3) float32 [0, 1], painted in strokes along its edges.

    `seeds`, (H, W, 3) smooth noise (`pipeline.ops.grain`), decide every stroke's place and color: the same seeds give the same
    strokes, so that a network that is given them can learn the strokes exactly instead of their blurred mean.

    Source: Cabral and Leedom 1993, "Imaging Vector Fields Using Line Integral Convolution", on color noise.
    """
    angle = flow(light)
    base = _along(cv2.GaussianBlur(light, (0, 0), 0.8), angle, 8)
    for _ in range(2):  # what the brush smeared along an edge is sharpened across it
        base = np.clip(base + 0.6 * (base - cv2.GaussianBlur(base, (0, 0), 1.5)), 0, 1)
    strokes = 0.75 * _brushed(seeds, angle, *WIDE) + 0.45 * _brushed(seeds[..., ::-1], angle, *NARROW)
    lab = cv2.cvtColor(base, cv2.COLOR_RGB2LAB) + strokes * BROKEN_COLOR
    return np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)


def flow(picture: np.ndarray) -> np.ndarray:
    """Return the direction along edges, radians, (H, W); flat places lean to one diagonal, as a hand does."""
    gray = cv2.GaussianBlur(picture.mean(2), (0, 0), 1.2)
    gx, gy = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(v, (0, 0), 4) for v in (gx * gx, gy * gy, gx * gy))
    return 0.5 * np.arctan2(2 * (xy + 1e-4), xx + 2e-4 - yy) + np.pi / 2


def _brushed(seeds: np.ndarray, angle: np.ndarray, wider: float, length: int) -> np.ndarray:
    """Smear noise into strokes; tanh makes each a plateau of one color with an edge."""
    smeared = _along(cv2.GaussianBlur(seeds, (0, 0), wider) if wider else seeds, angle, length)
    # The deviation that the seeds have left after this blur and a smear of this length: the same at every picture's size.
    width = np.hypot(SOFTNESS_PX, wider)
    deviation = SOFTNESS_PX / width / np.sqrt(1 + length / (3.5 * width))
    return np.tanh(1.6 * smeared / deviation)


def _along(picture: np.ndarray, angle: np.ndarray, length: int) -> np.ndarray:
    """Average over a line of `length` px through every pixel."""
    ys, xs = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    dx, dy = np.cos(angle), np.sin(angle)
    total = np.zeros_like(picture)
    for t in np.linspace(-length / 2, length / 2, length, dtype=np.float32):
        total += cv2.remap(picture, xs + t * dx, ys + t * dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return total / length
