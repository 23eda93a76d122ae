"""Tell which thin lines of a photo are scratches and creases, and which belong to its scene.

Pixels of one direction are joined to segments; a small network, trained on drawn scratches
(`training/scratches.py`), judges each by its length, straightness, contrast, light and what is
around.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.stages.mend.ridges import ORIENTATIONS, Ridges, halved, ridges_of
from pipeline.types import Image, Mask

WEIGHTS = Path(__file__).with_name("lines.npz")
LEAST_SHARE, LEAST_HERE = 0.45, 0.25  # of `Ridges`, for a pixel to be part of a segment
FEATURES = 17  # numbers that are known of a segment
LEAST_PIXELS = 14  # of a segment
CROWD, CROWD_PX = 0.5, 31  # how clear lines are that crowd a place, and in what square

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Segments:
    """Pieces of lines.

    `pixels`: the indices of each one's pixels in the maps of `Ridges`, flat. `features`: (N, F).
    """

    pixels: tuple[NDArray[np.int64], ...]
    features: Numbers


def segments_in(photo: Image) -> tuple[Segments, Ridges]:
    """Join the lines of a photo, (H, W, 3) in [0, 1], to segments with what is known of each."""
    ridges = ridges_of(photo)
    light, color = halved(luminance(photo)), halved(photo.max(2) - photo.min(2))
    return segments_of(ridges, light, color), ridges


def segments_of(ridges: Ridges, light: Mask, color: Mask) -> Segments:
    """Join lines to segments; `light`, `color`: of the photo at their size, (H/2, W/2)."""
    crowded = (ridges.share.max(0) > CROWD).astype(np.float32)
    crowded = cv2.blur(crowded, (CROWD_PX, CROWD_PX))
    pixels, features = [], []
    for sign in (0, 1):  # bright lines, then dark ones
        own = light if sign == 0 else 1 - light
        maps = [
            ridges.here[sign], ridges.share[sign], ridges.longer[sign], ridges.others[sign],
            np.log(ridges.contrast[sign] + 0.01), np.minimum(ridges.uneven[sign], 3),
            ridges.narrow[sign], np.log(ridges.noise + 0.003), own, color, crowded,
        ]  # fmt: skip
        clear = (ridges.share[sign] > LEAST_SHARE) & (ridges.here[sign] > LEAST_HERE)
        for found in _joined(clear, ridges.direction[sign]):
            pixels += found
            features += [_described(each, maps, sign) for each in found]
    return Segments(tuple(pixels), np.array(features, np.float32).reshape(len(pixels), FEATURES))


def _joined(clear: NDArray[np.bool_], direction: Mask) -> Iterator[list[NDArray[np.int64]]]:
    """Yield, direction by direction, the pixels of each connected piece; pieces overlap."""
    for number in range(ORIENTATIONS):
        near = (direction - number + 1) % ORIENTATIONS < 3
        _, labels = cv2.connectedComponents((clear & near).astype(np.uint8), connectivity=8)
        flat = labels.ravel()
        there = np.flatnonzero(flat)
        there = there[np.argsort(flat[there], kind="stable")]
        pieces = np.split(there, np.flatnonzero(np.diff(flat[there])) + 1)
        yield [piece for piece in pieces if len(piece) >= LEAST_PIXELS]


def _described(pixels: NDArray[np.int64], maps: list[Mask], sign: int) -> list[float]:
    """Return what is known of a segment: its shape, the means of all maps, how they vary."""
    width = maps[0].shape[1]
    spread = np.linalg.eigvalsh(np.cov(np.stack([pixels % width, pixels // width])))
    across, along = np.log(np.sqrt(12 * np.maximum(spread, 0)) + 1)
    values = [each.ravel()[pixels] for each in maps]
    return [
        along, across, np.log(len(pixels)) - along, *(float(each.mean()) for each in values),
        float(values[8].std()), float(values[5].std()), float(sign),
    ]  # fmt: skip


def judged(features: Numbers) -> Numbers:
    """Return how likely each segment is a scratch, (N,) in [0, 1], by its features, (N, F)."""
    weights = _weights()
    values = (features - weights["mean"]) / weights["std"]
    for layer in ("0", "1"):
        values = np.maximum(values @ weights[f"w{layer}"].T + weights[f"b{layer}"], 0)
    logits = (values @ weights["w2"].T + weights["b2"])[:, 0]
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


@cache
def _weights() -> dict[str, Numbers]:
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
