"""See a motif as a brush of some width does: softly, people and what is behind them apart."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.filters import blurred
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
    own, hair = subject.person > 0.5, subject.hair > 0.5
    inner = {of: cv2.erode((own == of).astype(np.uint8), around) > 0 for of in (True, False)}

    def moved(kind: NDArray[np.bool_], inner: NDArray[np.bool_]) -> Float:
        known = (inner & kind).astype(np.float32)
        near = blurred(known, reach)
        # What is thin keeps its own color.
        share = np.clip(near / KNOWN, 0, 1) * (kind & ~inner)
        mean = blurred(target * known[..., None], reach) / np.maximum(near, 1e-4)[..., None]
        return np.asarray(share[..., None] * (mean - target), np.float32)

    kinds = [((own == of) & (hair == on), inner[of]) for of, on in product((True, False), repeat=2)]
    with ThreadPoolExecutor() as pool:
        return np.asarray(target + sum(pool.map(moved, *zip(*kinds, strict=True))), np.float32)


def softened(target: Float, person: Float) -> Callable[[float, bool], Float]:
    """Return a function that blurs a picture, (H, W, 3), by about a deviation, px.

    It is told whether people are wanted or what is behind them; the others' place is filled.
    `person`: (H, W) in [0, 1].
    """
    size = (target.shape[0], target.shape[1])

    @cache
    def kind(halvings: int, people: bool) -> Float:
        """Weigh one kind, (h, w, 4): colors times weight, and weight."""
        small = tuple(-(-side // 2**halvings) for side in size)
        share = resized(person, small)
        weight = np.clip(2 * share - 1 if people else 1 - 2 * share, 1e-3, 1)
        return np.dstack([resized(target, small) * weight[..., None], weight])

    @cache
    def together(step: int) -> Float:
        return blurred(target, 2 ** (step / STEPS))

    @cache
    def at_step(step: int, people: bool) -> Float:
        sigma = 2 ** (step / STEPS)
        if sigma < APART:
            return together(step)
        halvings = min(2, step // STEPS)
        total = cv2.GaussianBlur(
            kind(halvings, people), (0, 0), sigma / 2**halvings, borderType=cv2.BORDER_REPLICATE
        )
        return resized(total[..., :3] / total[..., 3:], size)

    return lambda sigma, people: at_step(round(STEPS * np.log2(sigma)), people)
