"""See a motif as a brush of some width does: softly, people and what is behind them apart."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized
from pipeline.stages.strokes.subject import Subject
from pipeline.stages.strokes.widths import usual_face

Float = NDArray[np.float32]

APART = 2.0  # px: deviation from which on what is behind people would take their coats' color
RIM = 0.006  # of the short side: how far from an outline a photo mixes colors
RIM_OF_FACE = 0.025  # likewise, of a face's height, where faces are small
KNOWN = 0.1  # of what is around a pixel, how much has to be farther in, for its color to be taken
STEPS = 2  # deviations between one and its double


def apart(target: Float, subject: Subject) -> Float:
    """Give pixels along people's outline the color of what they belong to, a little further in.

    There a photo mixes both, and strokes of such colors look like crumbs. Hair takes that of hair.
    `target`: (H, W, 3).
    """
    short = min(subject.person.shape)
    reach = max(1, round(min(RIM * short, RIM_OF_FACE * usual_face(subject))))
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    out, own, hair = target, subject.person > 0.5, subject.hair > 0.5
    for region in (own, ~own):
        inner = cv2.erode(region.astype(np.uint8), around) > 0
        for kind in (region & hair, region & ~hair):
            known = (inner & kind).astype(np.float32)
            # What is thin keeps its own color.
            share = np.clip(blurred(known, reach) / KNOWN, 0, 1)
            share *= kind & ~inner
            out = out + share[..., None] * (local_mean(target, known, reach) - target)
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
