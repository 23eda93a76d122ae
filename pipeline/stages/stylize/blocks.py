"""Print what lies behind people from few blocks: each of one color, its edges smooth and crisp.

Source: Selinger 2003, "Potrace" (what it asks of outlines; here they are where smoothed shares of
two colors are equal).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import repeated
from pipeline.ops.filters import blurred, local_mean
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.strokes.light import main_colors
from pipeline.types import Mask

Float = NDArray[np.float32]
# Of a picture, (H, W, 3) CIELAB, and a region, (H, W) in [0, 1]: colors, (N, 3).
Colors = Callable[[Float, Mask], Float]

COUNT, LEAST = 12, 200  # of blocks; px, fewer of which have no main colors
SEEN_PX = 280  # long side at which colors are chosen
# Long side, px, at which blocks are cut; how far off a color may be, CIELAB, to be shared by two of
# them; by which deviation shares are smoothed, px; and which power of them is sharp.
LONG_PX, APART, SMOOTH_PX, SHARP = 560, 4.0, 2.2, 10
CRISP_PX, NOTHING = 1120, 1e-12  # px: the long side at which edges are crisp; sum of no shares
# By which deviation colors are smoothed, px of that, to look for edges; how steep one is, CIELAB a
# px; how far around, and which share of what is there is on one where blocks begin, and are all.
EDGE_SOFT_PX, STEEP, AROUND_PX, EDGES = 1.2, 3.0, 12.0, (0.04, 0.14)
# Of the line between two blocks: its width, of the long side, and from how far they are apart, L.
LINE, CONTRAST = 0.0016, (9.0, 24.0)


def block_colors(lab: Float, behind: Mask) -> Float:
    """Return the colors, (N, 3) CIELAB, that blocks of what lies behind people are printed in."""
    seen = _seen(lab, behind)
    if len(seen) < LEAST:
        return np.zeros((0, 3), np.float32)
    return main_colors(seen, COUNT)[0]


def followed(colors: Float, lab: Float, behind: Mask, share: float) -> Float:
    """Bring colors, (N, 3) CIELAB, by a share nearer to those of the next picture of a film."""
    seen = _seen(lab, behind)
    if not len(seen) or not len(colors):
        return colors
    nearest = ((seen[:, None] - colors) ** 2).sum(-1).argmin(-1)
    out = colors.copy()
    for k in np.unique(nearest):
        out[k] += share * (seen[nearest == k].mean(0) - out[k])
    return out


def _seen(lab: Float, behind: Mask) -> Float:
    """Return the pixels of what lies behind people, (N, 3), seen small."""
    small = size_of_long((lab.shape[0], lab.shape[1]), SEEN_PX)
    return resized(lab, small)[resized(behind, small) > 0.5]


def in_few_blocks(
    lab: Float, behind: Mask, colors: Float, how_far: float = 1.0
) -> tuple[Float, Mask]:
    """Print colors, (H, W, 3) CIELAB, in blocks of a few ones in a region, (H, W) in [0, 1].

    Return them, and the ink of the lines between blocks, (H, W) in [0, 1]. `how_far`: in [0, 1].
    """
    if not len(colors) or how_far == 0:
        return lab, np.zeros_like(behind)
    behind = behind * np.float32(how_far)
    size = (lab.shape[0], lab.shape[1])
    small, large = (size_of_long(size, px) for px in (LONG_PX, CRISP_PX))
    seen, where = resized(lab, small), resized(behind, small)
    off = ((seen[..., None, :] - colors) ** 2).sum(-1)
    shares = np.exp((off.min(-1, keepdims=True) - off) / (2 * APART**2))
    shares = local_mean(single(shares / shares.sum(-1, keepdims=True)), where, SMOOTH_PX)
    planes = np.zeros((4, *large), np.float32)  # what the shares sum to, and their colors
    for k, color in enumerate(colors):  # one at a time: all of them would be large
        plane = np.ascontiguousarray(shares[..., k])
        share = cv2.resize(plane, large[::-1], interpolation=cv2.INTER_CUBIC).clip(0, 1)
        share = cv2.pow(share, SHARP)
        planes[0] += share
        for channel, value in enumerate(color, 1):
            planes[channel] += float(value) * share
    blocks = np.moveaxis(planes[1:] / np.maximum(planes[0], NOTHING), 0, -1)
    printed = single(lab + repeated(behind) * (resized(single(blocks), size) - lab))
    return printed, behind * contours(printed)


def cut(lab: Float, behind: Mask) -> Mask:
    """Return how far a place has edges that blocks could be cut along, (H, W) in [0, 1].

    Where light falls off slowly, or all is out of focus, blocks would end where nothing does: a
    printer shades there.
    """
    size = (lab.shape[0], lab.shape[1])
    small = size_of_long(size, LONG_PX)
    soft, where = blurred(resized(lab, small), EDGE_SOFT_PX), resized(behind, small)
    x, y = (cv2.Sobel(soft, cv2.CV_32F, *axes, scale=1 / 8) for axes in ((1, 0), (0, 1)))
    steep = np.sqrt((x**2 + y**2).sum(-1)) > STEEP
    near = local_mean(steep.astype(np.float32), where, AROUND_PX)
    return resized(smoothstep(near, *EDGES), size).clip(0, 1)


def contours(lab: Float) -> Mask:
    """Return the lines between blocks, (H, W): ink from 0 to 1, as they differ in light."""
    light = np.ascontiguousarray(lab[..., 0])
    side = max(2, round(LINE * max(light.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    apart = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, kernel)
    return smoothstep(np.asarray(apart, np.float32), *CONTRAST)
