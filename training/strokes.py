"""A painter without a network: Monet's light on a photo, then layers of short brush strokes. It teaches the generator."""

import cv2
import numpy as np

# Monet's mean L and chroma over the training paintings are 55 and 14; photos' are near 47 and 11, with darker darks.
LIGHT_GAIN, LIGHT_SHIFT, COLOR_GAIN, COLOR_KNEE = 0.78, 16.0, 1.55, 150.0


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
    b = lab[..., 2] * gain - 11 * shadow + 5 * light
    return np.clip(cv2.cvtColor(np.dstack([lightness, a, b]).astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1)


def stroked(picture: np.ndarray, rng: np.random.Generator, widths: tuple[int, ...] = (8, 4, 2)) -> np.ndarray:
    """Return the picture, (H, W, 3) float32 [0, 1], repainted in strokes from wide to narrow with broken color.

    Strokes follow edges; a narrower layer only goes where the wider one is still wrong.

    Source: Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes" (straight strokes here).
    """
    h, w = picture.shape[:2]
    canvas = cv2.GaussianBlur(picture, (0, 0), widths[0])
    angle = _flow(picture)
    for width in widths:
        wanted = cv2.GaussianBlur(picture, (0, 0), width * 0.4)
        step = max(2, round(width * 0.7))
        ys, xs = np.mgrid[0:h:step, 0:w:step]
        ys = (ys + rng.integers(-step, step + 1, ys.shape)).clip(0, h - 1).ravel()
        xs = (xs + rng.integers(-step, step + 1, xs.shape)).clip(0, w - 1).ravel()
        error = cv2.GaussianBlur(np.abs(canvas - wanted).sum(2), (0, 0), width * 0.5)
        limit = 0.0 if width == widths[0] else 0.09
        keep = (error[ys, xs] > limit) | (rng.random(len(ys)) < 0.12)
        order = rng.permutation(np.flatnonzero(keep))
        lab = cv2.cvtColor(wanted, cv2.COLOR_RGB2LAB)[ys, xs] + rng.normal(0, 1, (len(ys), 3)) * (3.5, 4.5, 6.0)
        colors = np.clip(cv2.cvtColor(lab[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0], 0, 1)
        half = width * rng.uniform(0.9, 1.9, len(ys))
        theta = angle[ys, xs] + rng.normal(0, 0.2, len(ys))
        dx, dy = np.cos(theta) * half, np.sin(theta) * half
        ends = np.round(np.stack([xs - dx, ys - dy, xs + dx, ys + dy], 1) * 16).astype(int)
        for i in order:
            x0, y0, x1, y1 = (int(v) for v in ends[i])
            cv2.line(canvas, (x0, y0), (x1, y1), tuple(float(c) for c in colors[i]), width, cv2.LINE_AA, 4)
    return canvas


def _flow(picture: np.ndarray) -> np.ndarray:
    """Return the direction along edges, radians, (H, W), from the smoothed structure tensor."""
    gray = cv2.GaussianBlur(picture.mean(2), (0, 0), 1.5)
    gx, gy = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(v, (0, 0), 5) for v in (gx * gx, gy * gy, gx * gy))
    return 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
