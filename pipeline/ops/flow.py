"""Motion between two pictures: dense flow, where it can be trusted, and carrying along by it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import Picture, luminance
from pipeline.types import Mask, Pixels

# A motion is trusted where going forth and back ends near the start: within so large a part of the
# squared motions, and so many squared px. Source: Sundaram et al. 2010, eq. 5.
CONSISTENT, CONSISTENT_PX = 0.01, 0.5
# OpenCV's quick flow ends at a quarter of the size and is off by a pixel; here it goes on to half,
# in steps that are enough.
FINEST_SCALE, STEPS = 1, 12
LEAST_PX = 32  # of a side: OpenCV crashes on long pictures that are narrower
# A refining step: the side of the neighborhood that moves alike, px; the squared slope of light, of
# 255 a px, below which there is nothing to go by; and the longest step, px.
ALIKE_PX, SLOPE, STEP_PX = 10, 0.5, 1.0


@dataclass(frozen=True)
class Motion:
    """How a picture came from the one before.

    `back`: from each pixel to where it was, (H, W, 2) px, x first. `trust`: (H, W) in [0, 1], 0
    where what is there was hidden before.
    """

    back: NDArray[np.float32]
    trust: Mask


class Flow:
    """Dense inverse search flow between pictures of one size.

    It is looked for in pictures whose long side is `part` of theirs, within `long_px`.

    Source: Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search".
    """

    def __init__(
        self, long_px: tuple[int, int] = (192, 512), part: float = 0.6, *, carefully: bool = False
    ) -> None:
        if carefully:
            self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        else:
            self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
            self._dis.setFinestScale(FINEST_SCALE)
            self._dis.setGradientDescentIterations(STEPS)
        self._long_px, self._part = long_px, part

    def small(self, pixels: Pixels) -> NDArray[np.uint8]:
        """Return the picture that motion is looked for in, (h, w): gray and small."""
        return small_gray(pixels, self._part, self._long_px)

    def back(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], size: tuple[int, ...]
    ) -> NDArray[np.float32]:
        """Find from where each pixel of `after` came, for pictures of a (height, width).

        `before`, `after`: two pictures of `small`.
        """
        return _enlarged(self._dis.calc(after, before, None), size)

    def forth(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Find where each pixel of `before` went, (h, w, 2), in px of these small pictures."""
        return self._dis.calc(before, after, None)

    def motion(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], size: tuple[int, int]
    ) -> Motion:
        """Find the motion back as `back` does, and where it can be trusted, by that forth."""
        back = self._dis.calc(after, before, None)
        trust = consistent(back, self.forth(before, after))
        if trust.shape != size:
            trust = cv2.resize(trust, size[::-1], interpolation=cv2.INTER_LINEAR)
        return Motion(_enlarged(back, size), trust)


def _enlarged(back: NDArray[np.float32], size: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a motion, in px, for pictures of a larger (height, width)."""
    h, w = size
    if back.shape[:2] == (h, w):
        return back
    larger = cv2.resize(back, (w, h), interpolation=cv2.INTER_LINEAR)
    return in_px(larger, back.shape, size)


def in_px(
    motion: NDArray[np.float32], own: tuple[int, ...], size: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return a motion in px of a picture of a (height, width), from those of its `own` size."""
    # NumPy multiplies so short an axis slowly.
    scaled = cv2.multiply(motion, (size[1] / own[1], size[0] / own[0], 0, 0))
    return np.asarray(scaled, np.float32)


def small_gray(pixels: Pixels, part: float, long_px: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture gray and shrunk, its long side `part` of what it was, within `long_px`.

    `pixels`: (H, W, 3), or (H, W) where it is gray already.
    """
    own_px = max(pixels.shape[:2])
    scale = min(1.0, float(np.clip(part * own_px, *long_px)) / own_px)
    h, w = (max(LEAST_PX, round(n * scale)) for n in pixels.shape[:2])
    gray = pixels if pixels.ndim == 2 else luminance(pixels)
    if (h, w) == gray.shape:
        return gray
    return cast(NDArray[np.uint8], cv2.resize(gray, (w, h), interpolation=cv2.INTER_AREA))


def refined(
    back: NDArray[np.float32], before: NDArray[np.uint8], after: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Move a coarse motion, (H, W, 2) px, by the step that gray pictures of its size ask for.

    Dense flow that is quick is right to a pixel or so of the picture it was looked for in. One step
    in a larger picture is right to a part of a pixel, for far less than flow would cost there.

    Source: Lucas and Kanade 1981, "An Iterative Image Registration Technique", eq. 10.
    """
    there = carried(before, back)
    both = cv2.addWeighted(there, 0.5, after, 0.5, 0)
    x, y = (cv2.Sobel(both, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    apart = cv2.subtract(after, there, dtype=cv2.CV_32F)

    def near(one: Mask, other: Mask) -> Mask:
        # Neighborhoods change slowly: half the size is enough for them.
        return cv2.blur(halved(cv2.multiply(one, other)), (ALIKE_PX // 2, ALIKE_PX // 2))

    xx, yy, xy = near(x, x) + SLOPE, near(y, y) + SLOPE, near(x, y)
    x_apart, y_apart = near(x, apart), near(y, apart)
    scale = 1 / (xx * yy - xy * xy)
    step = cv2.merge([(yy * x_apart - xy * y_apart) * scale, (xx * y_apart - xy * x_apart) * scale])
    step = step.clip(-STEP_PX, STEP_PX)
    return cv2.add(back, cv2.resize(step, back.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def halved(picture: Picture) -> Picture:
    """Shrink a picture to half its size, each pixel the mean of four."""
    size = (picture.shape[1] + 1) // 2, (picture.shape[0] + 1) // 2
    return cast(Picture, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def consistent(back: NDArray[np.float32], forth: NDArray[np.float32]) -> Mask:
    """Tell where two flows undo each other, (H, W): 1 or 0."""
    came = carried(forth, back)
    bound = CONSISTENT * (_squared(back) + _squared(came)) + CONSISTENT_PX
    apart = _squared(back + came)
    return (apart < bound).astype(np.float32)


def carried(picture: Picture, back: NDArray[np.float32], how: int = cv2.INTER_LINEAR) -> Picture:
    """Carry a picture of before along, by a motion's `back`, both (H, W, …)."""
    return sampled(picture, cv2.add(grid_of(*back.shape[:2]), back), how)


def sampled(
    picture: Picture,
    places: NDArray[np.float32],
    how: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_REPLICATE,
) -> Picture:
    """Read a picture at places, (H, W, 2) px, x first."""
    there = cv2.remap(picture, places, None, how, borderMode=border)  # pyright: ignore[reportCallIssue, reportArgumentType] - its second map may be None
    return cast(Picture, there)


def _squared(motion: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return squared lengths; NumPy sums so short an axis slowly."""
    return motion[..., 0] ** 2 + motion[..., 1] ** 2


@lru_cache(maxsize=8)  # of a film: for motion, for paint, for noise, for faces
def grid_of(h: int, w: int) -> NDArray[np.float32]:
    """Return each pixel's place, (H, W, 2) px, x first."""
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    return np.dstack([x, y])
