"""Draw sunglasses on faces in training.

Sets of faces hold few, and a network then draws brows and eyes on the lenses.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels

LEAST_EYE_PX = 6  # area of an eye that is there
SHARP = 16  # drawn with so many steps to a pixel
HIDDEN = 128  # of 255: where a lens covers as much of a pixel, the pixel is its


def worn(photo: Pixels, labels: Labels, rng: np.random.Generator) -> tuple[Pixels, Labels]:
    """Return the (H, W) view with dark glasses before its eyes.

    Return the view itself where it does not show both eyes.
    """
    eyes = _eyes(labels)
    if eyes is None:
        return photo, labels
    lenses, frame = _drawn(eyes, labels.shape, rng)
    dark = rng.uniform(0, 70, 3) * rng.uniform(0.2, 1)
    shade = np.linspace(1, rng.uniform(0.65, 1), len(labels), dtype=np.float32)[
        :, None
    ]  # many lenses grow lighter downward
    seen = photo.astype(np.float32)
    for mask, color, opacity in (
        (lenses, dark, rng.uniform(0.9, 1) * shade),
        (frame, rng.uniform(0, 200) * np.ones(3), np.float32(1)),
    ):
        alpha = (mask.astype(np.float32) / 255 * opacity)[..., None]
        seen += alpha * (np.asarray(color, np.float32) - seen)
    glare = rng.uniform(0, 0.25) * cv2.GaussianBlur(lenses, (0, 0), 1 + len(labels) / 40).astype(
        np.float32
    )
    seen += (glare * (lenses > HIDDEN) * rng.random())[..., None]
    hidden = (lenses > HIDDEN) | (frame > HIDDEN)
    return np.clip(seen, 0, 255).astype(np.uint8), np.where(
        hidden & (labels != 0), Part.GLASSES, labels
    ).astype(np.uint8)


def _eyes(labels: Labels) -> NDArray[np.float64] | None:
    """Return the centers of both eyes, (2, 2), the picture's left one first.

    Return None where one is missing or the face has glasses.
    """
    found = [np.argwhere(labels == part)[:, ::-1] for part in (Part.RIGHT_EYE, Part.LEFT_EYE)]
    if (labels == Part.GLASSES).any() or min(map(len, found)) < LEAST_EYE_PX:
        return None
    return np.array([points.mean(0) for points in found])


def _drawn(
    eyes: NDArray[np.float64], size: tuple[int, int], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return masks, 0 to 255, of two lenses and of their frame with bridge and temples."""
    across = eyes[1] - eyes[0]
    distance = float(np.hypot(*across))
    along, down = across / distance, np.array([-across[1], across[0]]) / distance
    half = distance * np.array([rng.uniform(0.34, 0.52), rng.uniform(0.25, 0.48)])
    middle = eyes.mean(0) + down * half[1] * rng.uniform(-0.1, 0.35)
    apart = max(distance / 2, half[0] * 1.08)
    power, narrower = (
        rng.uniform(1.6, 3.5),
        rng.uniform(0.7, 1.05),
    )  # round to square; aviators are narrower below
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    x, y = (np.sign(v) * np.abs(v) ** (2 / power) for v in (np.cos(angle), np.sin(angle)))
    x = x * np.where(y > 0, 1 + (narrower - 1) * y, 1)
    lenses, frame = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    thick = max(1, round(distance * rng.uniform(0.015, 0.06)))
    for side in (-1, 1):
        center = middle + side * apart * along
        outline = center + np.outer(x * half[0], along) + np.outer(y * half[1], down)
        steps = np.round(outline * SHARP).astype(np.int32)
        cv2.fillPoly(lenses, [steps], 255, cv2.LINE_AA, int(np.log2(SHARP)))
        cv2.polylines(
            frame,
            [steps],
            isClosed=True,
            color=255,
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=int(np.log2(SHARP)),
        )
        inner, outer = center - side * half[0] * along, center + side * half[0] * along
        for start, end in (
            (inner, middle),
            (outer, outer + side * along * distance * rng.uniform(0.1, 0.35)),
        ):
            ends = [
                tuple(int(v) for v in np.round((p - down * half[1] * 0.4) * SHARP))
                for p in (start, end)
            ]
            cv2.line(frame, *ends, 255, thick, cv2.LINE_AA, int(np.log2(SHARP)))
    return lenses, frame
