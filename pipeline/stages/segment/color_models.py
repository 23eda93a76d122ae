"""Separate people from the scene by this photo's own colors."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.bilateral_grid import grid_of
from pipeline.ops.color import luminance
from pipeline.ops.filters import guided
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.parse import FaceParse, Probabilities, mean_of, merged, with_background
from pipeline.types import Image

Float = NDArray[np.float32]

LONG_PX, EDGED_PX = 192, 512  # at which colors are compared, and edges found
ROUNDS = 3  # what is surer after one round says more in the next
SURE = 3.0  # how much less an unsure pixel says of its color: the exponent of how far it is from even odds
COUNTS = 1.4  # how much what the parser sees counts, in logarithms of odds, beside the colors
SCENE = 0.2  # of photos of people the parser takes more scene for people than people for scene: odds that make up for it
LIMIT, FEW = (
    4.0,
    0.02,
)  # the most that colors may say, likewise; a number of pixels that says nothing
EDGE = 0.02  # of the long side: how far an edge may move onto the photo's own


def refined_parts(
    photo: Image, whole: Probabilities, closer: tuple[FaceParse, ...]
) -> Probabilities:
    """Return a photo's parts, (H, W, 12): closer looks laid over the whole one, and people separated from the scene."""
    parts = merged(whole, closer, photo.shape[:2])
    return with_background(parts, refine_background(photo, background_of(whole, parts)))


def background_of(whole: Probabilities, parts: Probabilities) -> Float:
    """Return the probability of the background, (H, W), by the whole look and by the closer ones in `parts`, which see less of it."""
    return mean_of(parts[..., 0], resized(np.ascontiguousarray(whole[..., 0]), parts.shape[:2]))


def refine_background(photo: Image, background: Float) -> Float:
    """Return the probability of the background, (H, W), where a color that is surely a person's makes a person likelier nearby.

    And one that is surely the scene's the scene: a parser that mistakes some of a wall for hair is sure of most of that wall. Edges
    then follow the photo's own.

    Source: Rother et al. 2004, "GrabCut", its color models as histograms, and local; the parser's probabilities in place of a box.
    """
    size = background.shape[:2]
    small, edged_size = size_of_long(size, LONG_PX), size_of_long(size, EDGED_PX)
    photo, seen = (
        resized(photo, edged_size),
        np.float32(COUNTS) * _odds(resized(background, edged_size)),
    )
    said = _said(resized(photo, small).clip(0, 1), resized(seen, small))
    edged = guided(
        _probability(seen + resized(said, edged_size) + np.float32(SCENE)),
        luminance(photo),
        EDGE * max(edged_size),
    )
    return resized(edged, size).clip(0, 1)


def _said(photo: Image, seen: Float) -> Float:
    """Return what the colors say, (H, W), beside what the parser does, `seen`: logarithms of the odds of the background."""
    grid, said = grid_of(photo), np.zeros(seen.size, np.float32)
    for _ in range(ROUNDS):
        scene = _probability(seen.ravel() + said)
        sure = np.asarray(np.abs(2 * scene - 1) ** SURE, np.float32)
        ratio = (grid.gathered(sure * scene) + FEW) / (grid.gathered(sure * (1 - scene)) + FEW)
        said = np.log(ratio).clip(-LIMIT, LIMIT)
    return said.reshape(seen.shape)


def _odds(probability: Float) -> Float:
    """Return the logarithm of the odds."""
    clipped = probability.clip(1e-3, 1 - 1e-3)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)


def _probability(odds: Float) -> Float:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
