"""Refine the background's probability by color models of this photo."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.bilateral_grid import grid_of
from pipeline.ops.color import luminance, repeated
from pipeline.ops.filters import guided
from pipeline.ops.parts import Window
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.parse import (
    FaceParse,
    FigureParse,
    Probabilities,
    mean_of,
    merged,
    with_background,
)
from pipeline.stages.segment.part_colors import compare_part_colors
from pipeline.types import Image

Float = NDArray[np.float32]

LONG_PX, EDGED_PX = 192, 512  # long sides at which colors are compared, and edges found
ROUNDS = 3  # of estimating the color models; each is weighted by the last one's probabilities
# A pixel's weight in the color models is |2 p - 1| to this power, p its background probability: the
# less sure a pixel is, the less it counts.
SURE = 2.0
PARSER_WEIGHT = 1.2  # of the parser's log-odds, beside the colors'
# Log-odds added to the background's: in photos of people the parser takes more background for
# people than people for background.
SCENE = 0.2
LIMIT = 4.0  # the most, up or down, that the colors' log-odds may be
FEW = 0.02  # pixels, added to both models: a color that is rarer than this says nothing
# Where there is more scene than person, every color is likelier the scene's. The parser knows that
# already: this share of it is taken off.
KNOWN = 0.6
# All of it only where so much of what is taken for people surely is: a parse that is sure of
# nobody takes rocks for people, and their size tells against them.
CERTAIN, CERTAINLY = 0.95, 0.35
# The less of a photo is people, the smaller are the places of which colors are compared, and the
# less an edge may move onto the photo's own: cells across and down, and a share of the long side,
# where it is all people.
CELLS, FEWEST, MOST = 2.4, 2, 8
EDGE, NEAREST, FARTHEST = 0.02, 0.006, 0.02
LEAST_SHARE = 0.001
# Colors move outlines: a piece of people of which the parse saw less than this share is a thing of
# their colors. Holes are not closed so: what shows between arms and legs is small, too.
OF_PIECE = 0.6
SOFT = 0.15  # share of a closer look's side over which its border fades


def refined_parts(
    photo: Image, whole: Probabilities, views: tuple[FaceParse, ...], people: int | None = None,
    *, figures: tuple[FigureParse, ...] = (), guessed: bool = False,
) -> Probabilities:  # fmt: skip
    """Merge the parses of the whole photo and of the faces, and refine them by the photo's colors.

    The parts are (H, W, 12 or 13), at the photo's size. `people`: how many faces are found, by
    default as many as there are views. `figures`: closer looks at people far away, each refined
    likewise, as a photo of its own. `guessed`: whether the photo's colors are: then its light
    alone is compared, for what was guessed of a place says nothing that the parse did not.
    """
    photo = repeated(luminance(photo)) if guessed else photo
    parts = merged(whole, views, photo.shape[:2])
    background = refine_background(photo, background_of(whole, parts))
    parts = with_background(parts, background)  # what it is made of is large, and freed
    parts = compare_part_colors(photo, parts, len(views) if people is None else people)
    for figure in figures:
        near = [view.within(figure.window) for view in views]
        own = tuple(view for view in near if view is not None)
        shown = np.ascontiguousarray(photo[figure.window])
        _lay(parts, refined_parts(shown, figure.parts, own), figure.window)
    return parts


def _lay(parts: Probabilities, near: Probabilities, window: Window) -> None:
    """Lay a closer look over parts, (H, W, C), where it shows people; its borders are soft.

    Nobody who is seen in the whole photo is lost by it.
    """
    size, there = (parts.shape[0], parts.shape[1]), parts[window]
    inside = np.ones(near.shape[:2], np.float32)
    for each, length, axis in zip(window, size, (1, 0), strict=True):
        count = each.stop - each.start
        at = (np.arange(count, dtype=np.float32) + 0.5) / (SOFT * count)
        begin = at if each.start else np.ones_like(at)
        end = at[::-1] if each.stop < length else np.ones_like(at)
        inside *= np.expand_dims(np.minimum(begin, end).clip(0, 1), axis)
    inside *= near[..., 0] < there[..., 0]
    there += inside[..., None] * (near - there)


def background_of(whole: Probabilities, parts: Probabilities) -> Float:
    """Average the background's probability, (H, W), in the whole photo's parse and in `parts`.

    The faces' crops, merged into `parts`, show less of the background.
    """
    return mean_of(parts[..., 0], resized(np.ascontiguousarray(whole[..., 0]), parts.shape[:2]))


def refine_background(photo: Image, background: Float) -> Float:
    """Refine the background's probability, (H, W), by local color models of people and background.

    A color that is surely a person's makes a person likelier nearby, and one that is surely the
    background's the background: a parser that takes some of a wall for hair is sure of most of that
    wall. Edges then follow the photo's own.

    Source: Rother et al. 2004, "GrabCut"; here its color models are local histograms, and the
    parser's probabilities take the place of a box.
    """
    size = background.shape[:2]
    small = size_of_long(size, LONG_PX)
    edged_size = size_of_long(size, EDGED_PX)
    photo = resized(photo, edged_size)
    by_parser = np.float32(PARSER_WEIGHT) * _log_odds(resized(background, edged_size))
    people = max(float((background < 0.5).mean()), LEAST_SHARE)
    certain = float((background < 1 - CERTAIN).mean()) / people
    across = people**0.5
    cells = int(np.clip(round(CELLS / across), FEWEST, MOST))
    by_colors = _color_log_odds(
        resized(photo, small).clip(0, 1),
        resized(by_parser, small),
        grid_cells=cells,
        known=KNOWN * min(certain / CERTAINLY, 1.0),
    )
    edged = guided(
        _probability(by_parser + resized(by_colors, edged_size) + np.float32(SCENE)),
        luminance(photo),
        float(np.clip(EDGE * across, NEAREST, FARTHEST)) * max(edged_size),
    )
    kept = _without_strays(edged, _probability(by_parser))
    return resized(kept, size).clip(0, 1)


def _without_strays(refined: Float, parsed: Float) -> Float:
    """Give back what colors made people of where few were parsed; backgrounds, (H, W)."""
    people, seen = refined < 0.5, parsed < 0.5
    count, marks = cv2.connectedComponents(people.astype(np.uint8))
    areas = np.bincount(marks.ravel(), minlength=count)
    shown = np.bincount(marks.ravel(), weights=seen.ravel(), minlength=count)
    stray = shown < OF_PIECE * areas
    stray[0] = False
    return np.where(stray[marks], parsed, refined)


def _color_log_odds(photo: Image, by_parser: Float, *, grid_cells: int, known: float) -> Float:
    """Estimate the background's log-odds, (H, W), by each pixel's color and place.

    `by_parser`: the parser's log-odds, which are counted beside these. `grid_cells`: across and
    down. `known`: as `KNOWN`.
    """
    grid = grid_of(photo, grid_cells)
    by_colors = np.zeros(by_parser.size, np.float32)
    for _ in range(ROUNDS):
        scene = _probability(by_parser.ravel() + by_colors)
        sure = np.asarray(np.abs(2 * scene - 1) ** SURE, np.float32)
        sums = zip(grid.gathered(sure * scene), grid.gathered(sure * (1 - scene)), strict=True)
        here, of_any_color = (np.log((there + FEW) / (person + FEW)) for there, person in sums)
        by_colors = (here - known * of_any_color).clip(-LIMIT, LIMIT)
    return by_colors.reshape(by_parser.shape)


def _log_odds(probability: Float) -> Float:
    clipped = probability.clip(1e-3, 1 - 1e-3)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)


def _probability(log_odds: Float) -> Float:
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)
