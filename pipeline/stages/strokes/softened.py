"""See a motif as a brush of some width does: softly, people and what is behind them apart."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized

Float = NDArray[np.float32]

APART = 2.0  # px: deviation from which on what is behind people would take their coats' color
RIM = 0.006  # of the short side: how far from an outline a photo mixes colors
KNOWN = 0.1  # of what is around a pixel, how much has to be farther in, for its color to be taken
STEPS = 2  # deviations between one and its double


def apart(target: Float, person: Float) -> Float:
    """Give pixels along an outline the color of what they belong to, a little further in.

    There a photo mixes both, and strokes of such colors look like crumbs. `target`: (H, W, 3);
    `person`: (H, W) in [0, 1].
    """
    reach = max(1, round(RIM * min(person.shape)))
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    out, own = target, person > 0.5
    for region in (own, ~own):
        inner = cv2.erode(region.astype(np.uint8), around)
        rim = region & (inner == 0)
        near = blurred(inner.astype(np.float32), reach)
        known = np.clip(near / KNOWN, 0, 1)[..., None]  # what is thin keeps its own color
        mean = local_mean(target, inner.astype(np.float32), reach)
        out = np.where(rim[..., None], target + known * (mean - target), out)
    return np.asarray(out, np.float32)


def softened(target: Float, person: Float) -> Callable[[float], Float]:
    """Return a function that blurs a picture, (H, W, 3), by about a deviation, px.

    `person`: (H, W) in [0, 1].
    """
    size = (target.shape[0], target.shape[1])
    own = person > 0.5

    @cache
    def kinds(halvings: int) -> tuple[Float, Float]:
        """Weigh what is behind and people, each (h, w, 4): colors times weight, and weight."""
        small = tuple(-(-side // 2**halvings) for side in size)
        color, people = resized(target, small), resized(person, small)
        weights = (np.clip(1 - 2 * people, 1e-3, 1), np.clip(2 * people - 1, 1e-3, 1))
        behind, people = (np.dstack([color * each[..., None], each]) for each in weights)
        return behind, people

    @cache
    def at_step(step: int) -> Float:
        sigma = 2 ** (step / STEPS)
        if sigma < APART:
            return blurred(target, sigma)
        halvings = min(2, step // STEPS)
        means = []
        for kind in kinds(halvings):
            total = cv2.GaussianBlur(
                kind, (0, 0), sigma / 2**halvings, borderType=cv2.BORDER_REPLICATE
            )
            means.append(resized(total[..., :3] / total[..., 3:], size))
        return np.where(own[..., None], means[1], means[0])

    return lambda sigma: at_step(round(STEPS * np.log2(sigma)))
