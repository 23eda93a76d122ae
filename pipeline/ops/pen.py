"""Draw lines as a brush of ink does: smooth, along what is dark nearby, swelling and ebbing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.flow import sampled
from pipeline.types import Mask, Points

Float = NDArray[np.float32]

COUNT = 48  # places along a line
CALM = 2.5  # places: the deviation by which a line's way beside its points is smoothed
FAR = 0.25  # of the mean darkness: what it costs to lie as far from its points as is allowed
EDGE = 1.25  # px by which soft edges make what is drawn wider
FRACTION = 4  # bits of a pixel that corners are drawn by


def through(points: Points) -> Points:
    """Return `COUNT` places, (N, 2) px, of a smooth line through points, (n, 2), in their order.

    Source: Catmull and Rom 1974, "A Class of Local Interpolating Splines", by lengths of chords.
    """
    exact = np.array(points, np.float64)
    chords = np.maximum(np.linalg.norm(np.diff(exact, axis=0), axis=1), 1e-6)
    at = np.concatenate([[0.0], np.cumsum(chords)])
    slopes = np.gradient(exact, at, axis=0)
    where = np.linspace(0, at[-1], COUNT)
    k = np.clip(np.searchsorted(at, where, side="right") - 1, 0, len(chords) - 1)
    t, length = ((where - at[k]) / chords[k])[:, None], chords[k][:, None]
    ends = (1 + 2 * t) * (1 - t) ** 2 * exact[k] + t * t * (3 - 2 * t) * exact[k + 1]
    bends = t * (1 - t) ** 2 * slopes[k] - t * t * (1 - t) * slopes[k + 1]
    return np.asarray(ends + length * bends, np.float32)


def settled(line: Points, dark: Mask, reach_px: float, stiff: float) -> tuple[Points, float]:
    """Move a line, (N, 2) px, sideways to what is dark, (H, W), and say how dark it is there.

    The best of all ways within `reach_px` to either side; `stiff`: what it costs to cross all of
    that from one place to the next.
    Source: Amini et al. 1990, "Using Dynamic Programming for Solving Variational Problems in
    Vision", section 4.
    """
    beside = _sideways(line)
    offsets = np.linspace(-1, 1, 2 * max(1, round(reach_px)) + 1, dtype=np.float32)
    places = line[:, None] + reach_px * offsets[:, None] * beside[:, None]
    seen = sampled(dark, np.asarray(places, np.float32))
    worth = seen - FAR * seen.mean() * offsets**2
    cost = stiff * (offsets[:, None] - offsets) ** 2
    best, came = worth[0], []
    for here in worth[1:]:
        total = best[:, None] - cost
        came.append(total.argmax(0))
        best = total.max(0) + here
    way = [int(best.argmax())]
    for before in reversed(came):
        way.append(int(before[way[-1]]))
    way.reverse()
    off = cv2.GaussianBlur(
        offsets[way][:, None], (1, 0), sigmaX=1, sigmaY=CALM, borderType=cv2.BORDER_REPLICATE
    )
    found = line + reach_px * off * beside
    return np.asarray(found, np.float32), float(seen[np.arange(len(line)), way].mean())


def swelling(peak: float, power: float = 1.0) -> Float:
    """Return how wide a stroke is along its `COUNT` places, in [0, 1]: all of it at `peak`.

    It ends in points. `peak`: in (0, 1). A `power` below 1 makes it wide sooner.
    """
    t = np.linspace(0, 1, COUNT, dtype=np.float32)
    share = np.where(t < peak, t / peak, (1 - t) / (1 - peak))
    return np.asarray(np.sin(share.clip(0, 1) * np.pi / 2) ** power, np.float32)


def drawn(size: tuple[int, int], line: Points, width: Float) -> Mask:
    """Draw a stroke into a (height, width): (H, W) in [0, 1].

    `line`: its middle, (N, 2) px; `width`: how wide it is there, (N,) px. What is narrower than a
    pixel is as much fainter.
    """
    half = np.maximum(width - EDGE, 0)[:, None] / 2 * _sideways(line)
    corners = np.concatenate([line + half, (line - half)[::-1]])
    plane = np.zeros(size, np.uint8)
    fixed = np.round(corners * (1 << FRACTION)).astype(np.int32)
    cv2.fillPoly(plane, [fixed], 255, cv2.LINE_AA, FRACTION)
    faint = np.float32(min(1.0, float(width.max())) / 255)
    return np.asarray(plane * faint, np.float32)


def _sideways(line: Points) -> Points:
    ahead = np.gradient(line, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-6)
    return np.asarray(np.stack([-ahead[:, 1], ahead[:, 0]], 1), np.float32)
