"""Draw parsed faces for tests."""

import cv2
import numpy as np

from pipeline.stages.parse import Part
from pipeline.types import Face


def drawn_parts(size, centers, height, angle, hair=False):
    """Return (H, W, 12) one-hot parts with a simple face at each center.

    Each is `height` px high and tilted by `angle` radians.
    """
    labels = np.zeros(size, np.uint8)
    for center in centers:
        if hair:
            _ellipse(labels, center, (0, -0.1), (0.5, 0.62), height, angle, Part.HAIR)
        _ellipse(labels, center, (0, 0), (0.38, 0.5), height, angle, Part.SKIN)
        for side, eye, brow in (
            (-1, Part.RIGHT_EYE, Part.RIGHT_BROW),
            (1, Part.LEFT_EYE, Part.LEFT_BROW),
        ):
            _ellipse(labels, center, (side * 0.19, -0.12), (0.08, 0.035), height, angle, eye)
            _ellipse(labels, center, (side * 0.19, -0.22), (0.1, 0.02), height, angle, brow)
        _ellipse(labels, center, (0, 0.24), (0.15, 0.05), height, angle, Part.LIPS)
    return np.eye(12, dtype=np.float32)[labels]


def face_in(center, height):
    """Return an upright face of `height` px at a center, as `drawn_parts` draws it."""
    x, y = center
    eyes = np.array(
        [[x - 0.19 * height, y - 0.12 * height], [x + 0.19 * height, y - 0.12 * height]]
    )
    mouth = np.array(
        [[x - 0.15 * height, y + 0.24 * height], [x + 0.15 * height, y + 0.24 * height]]
    )
    box = (x - 0.38 * height, y - 0.5 * height, x + 0.38 * height, y + 0.5 * height)
    return Face(box=box, eyes=eyes, mouth=mouth, score=1.0)


def _ellipse(labels, center, offset, axes, height, angle, part):
    c, s = np.cos(angle), np.sin(angle)
    x = center[0] + height * (c * offset[0] - s * offset[1])
    y = center[1] + height * (s * offset[0] + c * offset[1])
    lengths = tuple(max(1, round(a * height)) for a in axes)
    cv2.ellipse(labels, (round(x), round(y)), lengths, np.degrees(angle), 0, 360, int(part), -1)


def blind(batch):
    """Return what a finder of small faces says where it sees none."""
    b, _, h, w = batch.shape
    return np.zeros((b, 9, h // 8, w // 8), np.float32)


def says(chance):
    """Return a verifier that says this of every spot, and that a face lies just there."""
    return lambda batch: np.repeat(np.float32([[chance] + 8 * [0]]), len(batch), 0)


doubting = says(0)


def for_each(batch, parts):
    """Return the same parts, (H, W, C), for every picture of a batch.

    The layout is a network's: (B, C, H, W).
    """
    return np.repeat(parts.transpose(2, 0, 1)[None], len(batch), axis=0)
