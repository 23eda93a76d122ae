"""Age a photo as decades in a drawer would: `python examples/age.py NEW OLD`.

It fades, scratches and blurs the photo, and adds grain.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

Picture = np.ndarray  # (H, W, 3) float32 in [0, 1]


def fade(picture: Picture) -> Picture:
    """Turn to sepia, lift the blacks, dim the whites."""
    gray = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    ink, paper = np.array([0.17, 0.13, 0.10], np.float32), np.array([0.93, 0.86, 0.73], np.float32)
    return ink + gray[..., None] * (paper - ink)


def blur(picture: Picture, factor: float) -> Picture:
    """Lose the fine structure, as a small worn print does."""
    height, width = picture.shape[:2]
    small = cv2.resize(
        picture, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA
    )
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def damage(picture: Picture, chance: np.random.Generator) -> Picture:
    """Add scratches, creases, dust and stains."""
    height, width = picture.shape[:2]
    marks = np.zeros((height, width), np.float32)
    for _ in range(14):
        start = chance.uniform((0, 0), (width, height))
        end = start + chance.normal(0, 1, 2) * (width * 0.05, height * 0.35)
        points = np.linspace(start, end, 12) + chance.normal(0, 1.2, (12, 2))
        cv2.polylines(
            marks,
            [points.round().astype(np.int32)],
            False,
            float(chance.uniform(0.3, 0.9)),
            1,
            cv2.LINE_AA,
        )
    for crease, slope in ((height * 0.63, 0.05), (height * 0.86, -0.03)):
        xs = np.arange(0, width + 8, 8)
        points = np.stack([xs, crease + slope * xs + chance.normal(0, 0.8, len(xs))], axis=1)
        cv2.polylines(marks, [points.round().astype(np.int32)], False, 0.5, 1, cv2.LINE_AA)
    for x, y in chance.uniform((0, 0), (width, height), (140, 2)):
        cv2.circle(
            marks,
            (int(x), int(y)),
            int(chance.integers(0, 2)),
            float(chance.uniform(0.2, 0.8)),
            -1,
            cv2.LINE_AA,
        )
    stains = cv2.GaussianBlur(chance.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 45)
    stains *= 0.05 / float(stains.std())
    return picture * (1 - marks[..., None]) + 0.9 * marks[..., None] + stains[..., None]


def age(picture: Picture) -> Picture:
    """Fade, blur, damage and grain a picture; the same picture gives the same result."""
    chance = np.random.default_rng(1906)
    old = damage(blur(fade(picture), 2.2), chance)
    grain = cv2.GaussianBlur(chance.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 0.7)
    return np.clip(old + 0.045 * grain[..., None], 0, 1)


if __name__ == "__main__":
    new, old = map(Path, sys.argv[1:3])
    pixels = cv2.imread(str(new), cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32) / 255
    cv2.imwrite(
        str(old),
        np.round(age(pixels)[..., ::-1] * 255).astype(np.uint8),
        [cv2.IMWRITE_JPEG_QUALITY, 90],
    )
