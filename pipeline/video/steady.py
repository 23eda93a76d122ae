"""Keep a film's paintings still where the film is still: each takes over what was painted before.

The painting before is carried along by the film's own motion and mixed with the new one, as far as
that motion can be trusted. A cut begins anew.

Source: Lai et al. 2018, "Learning Blind Video Temporal Consistency" (what is held still: a
painting, not the film); Ruder et al. 2016, "Artistic Style Transfer for Videos", section 4.2
(where motion is not trusted).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import luminance
from pipeline.ops.flow import (
    Flow,
    carried,
    grid_of,
    halved,
    in_px,
    refined,
    sampled,
    small_gray,
)
from pipeline.ops.parts import Window
from pipeline.types import Mask, Pixels

HELD = 0.85  # of what was painted before, where the motion is trusted
# Mixing blurs. What is finer than this deviation, px of a picture of 512 px, gets the strength back
# that it has in the new painting: compared over so many px, and at most so many times.
FINE_PX, NEAR_PX, STRONGER = 1.0, 6, 1.5
# Light of the film, of 255, by which a place may differ from where it was before and still be the
# same thing: lids that close and light that changes are painted anew.
SAME = 14.0
# The mean trust below which a picture is of another scene, whatever it looks like, and below which
# it is where the histograms are less alike than that. Of pictures of different scenes 90 % have
# less than 0.23, of pictures of one film, eight apart, all more than 0.78.
LOST, CUT_TRUST, CUT_LIKENESS = 0.3, 0.5, 0.5
# Motion is refined in pictures whose long side is so much of the film's, within these px.
FINE, FINE_LONG_PX = 0.75, (192, 768)
# A motion below so many px of the fine pictures, in full, and below twice as many in part, is noise
# unless it explains the picture, compared over so many px of half their size, better than rest by
# so much light of 255.
REST_PX, REST_NEAR_PX, REST_LIGHT = 2.0, 7, 0.2
FORTH_REST_PX = 0.15  # likewise, of the motion forth, which is not refined
BINS = 32


@dataclass(frozen=True)
class Moved:
    """How a film's picture of a `size`, (height, width), came from the one before.

    It is known on smaller pictures and enlarged where it is used: at full size, the motions of the
    pictures that wait for the next step would fill the memory. `coarse_back`: from each place to
    where it was, (h, w, 2) in px of the picture. `coarse_trust`: (h, w) in [0, 1]. `cut`: whether
    it is of another scene. `small`: both pictures, gray, (h, w), the one before first.
    """

    coarse_back: NDArray[np.float32]
    coarse_trust: Mask
    cut: bool
    size: tuple[int, int]
    small: tuple[NDArray[np.uint8], NDArray[np.uint8]]

    @property
    def back(self) -> NDArray[np.float32]:
        """From each pixel to where it was, (H, W, 2) px; made anew each time."""
        return _resized(self.coarse_back, self.size)

    @property
    def trust(self) -> Mask:
        """How far the motion of each pixel can be trusted, (H, W) in [0, 1]; made anew likewise."""
        return _resized(self.coarse_trust, self.size)

    def to(self, size: tuple[int, int]) -> "Moved":
        """Return how the same picture moved at another (height, width)."""
        if size == self.size:
            return self
        return replace(self, coarse_back=in_px(self.coarse_back, self.size, size), size=size)

    def forth(self) -> NDArray[np.float32]:
        """Find from each place of the picture before where it went, (h, w, 2) px.

        Only strokes ask for it, and it takes as long as all the rest.
        """
        found = Flow().forth(*self.small)
        goes = _longer(found, FORTH_REST_PX)
        return in_px(cv2.multiply(found, cv2.merge([goes, goes])), found.shape, self.size)

    def at(self, size: tuple[int, int]) -> tuple[NDArray[np.float32], Mask]:
        """Return `back` and `trust` for the same pictures at another (height, width)."""
        moved = self.to(size)
        return moved.back, moved.trust

    def within(self, window: Window) -> tuple[NDArray[np.float32], Mask]:
        """Return `back` and `trust` in a window of the picture."""
        return _cut(self.coarse_back, self.size, window), _cut(self.coarse_trust, self.size, window)


class Watch:
    """Watch a film's pictures, one after the other, and tell how each came from the one before."""

    def __init__(self) -> None:
        self._flow = Flow()
        self._last: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def __call__(self, pixels: Pixels) -> Moved | None:
        """Return the motion to a picture, (H, W, 3); None for the first, and the first of a size.

        A phone that is turned while its camera runs sends another size from then on.
        """
        fine = small_gray(pixels, FINE, FINE_LONG_PX)
        small, last = self._flow.small(fine), self._last
        self._last = fine, small
        if last is None or last[0].shape != fine.shape:
            return None
        size = pixels.shape[0], pixels.shape[1]
        back = refined(self._flow.back(last[1], small, fine.shape), last[0], fine)
        apart = halved(cv2.absdiff(fine, carried(last[0], back)))
        trust = np.exp(-np.square(apart / np.float32(SAME)))
        share = float(trust.mean())
        cut = share < LOST or (share < CUT_TRUST and _likeness(last[1], small) < CUT_LIKENESS)
        moves = _moves(back, halved(cv2.absdiff(fine, last[0])), apart)
        back = cv2.multiply(back, cv2.merge([moves, moves]))  # NumPy is slow over so short an axis
        trust *= _inside(back, trust.shape)
        return Moved(in_px(back, back.shape, size), trust, cut, size, (last[1], small))


class Steady:
    """Mix each painting of a film with the one before, carried along."""

    def __init__(self) -> None:
        self._last: Pixels | None = None

    def __call__(self, painted: Pixels, moved: Moved | None) -> Pixels:
        """Return a painting, (H, W, 3), of the film's size or another, held still likewise."""
        last = self._last
        if last is not None and moved is not None and not moved.cut and last.shape == painted.shape:
            back, trust = moved.at((painted.shape[0], painted.shape[1]))
            weight = trust * np.float32(HELD)
            before = carried(last, back, cv2.INTER_CUBIC)
            painted = as_sharp(cv2.blendLinear(before, painted, weight, 1 - weight), painted)
        self._last = painted
        return painted


def as_sharp(mixed: Pixels, painted: Pixels) -> Pixels:
    """Give a mixed picture the fine structure back that a painting has, place by place."""
    k = max(mixed.shape[:2]) / 512
    fine, near = FINE_PX * max(1.0, k), (2 * round(NEAR_PX * k) + 1,) * 2

    def energy(pixels: Pixels) -> Mask:
        gray = luminance(pixels).astype(np.float32)
        return cv2.blur(np.square(gray - cv2.GaussianBlur(gray, (0, 0), fine)), near) + 0.5

    gain = np.sqrt(energy(painted) / energy(mixed)).clip(1 / STRONGER, STRONGER)
    return cv2.blendLinear(mixed, cv2.GaussianBlur(mixed, (0, 0), fine), gain, 1 - gain)


def _moves(
    back: NDArray[np.float32], resting: NDArray[np.uint8], moving: NDArray[np.uint8]
) -> Mask:
    """Tell how far a motion is one, and not noise, (H, W) in [0, 1].

    `resting`, `moving`: how far two pictures are apart, at half the size, where they are laid on
    each other, and where the one before is carried along. Flow is never quite still, least of all
    where there is nothing to go by: paint on a bare wall would shiver.
    """
    rest, carried_along = (
        cv2.blur(apart.astype(np.float32), (REST_NEAR_PX, REST_NEAR_PX))
        for apart in (resting, moving)
    )
    explained = np.asarray(np.clip((rest - carried_along) / REST_LIGHT - 0.5, 0, 1), np.float32)
    return np.maximum(_resized(explained, back.shape[:2]), _longer(back, REST_PX))


def _inside(back: NDArray[np.float32], size: tuple[int, ...]) -> Mask:
    """Tell what was in the picture before, of a smaller (height, width): 1, and 0 beyond it.

    A border that is carried in smears, and on a wall it looks like what was there.
    """
    there = grid_of(*size) + in_px(_resized(back, (size[0], size[1])), back.shape, size)
    return sampled(np.ones(size, np.float32), there, border=cv2.BORDER_CONSTANT)


def _longer(motion: NDArray[np.float32], px: float) -> Mask:
    """Tell where a motion is longer than so many px: 0 below, 1 from twice as many on."""
    length = cv2.magnitude(motion[..., 0], motion[..., 1])
    return np.asarray(np.clip(length / px - 1, 0, 1), np.float32)


def _cut(values: NDArray[np.float32], size: tuple[int, int], window: Window) -> NDArray[np.float32]:
    """Return a window of values that are resized to a (height, width)."""
    rows, columns = window
    if values.shape[:2] == size:
        return values[window]
    y, x = (n / m for n, m in zip(values.shape, size, strict=False))
    there = np.array(
        [[x, 0, (columns.start + 0.5) * x - 0.5], [0, y, (rows.start + 0.5) * y - 0.5]]
    )
    h, w = rows.stop - rows.start, columns.stop - columns.start
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(values, there, (w, h), flags=how, borderMode=cv2.BORDER_REPLICATE)


def _likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    first, second = (cv2.calcHist([each], [0], None, [BINS], [0, 256]) for each in (one, other))
    return float(cv2.compareHist(first, second, cv2.HISTCMP_CORREL))


def _resized(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    if values.shape[:2] == size:
        return values
    how = cv2.INTER_AREA if size[0] < values.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(values, size[::-1], interpolation=how)
