"""Tell clothes, bare skin and hair apart by color models of this photo."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.bilateral_grid import grid_of
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.parse import FACE_PARTS, Part, Probabilities, summed
from pipeline.types import Image

Float = NDArray[np.float32]

# What is told apart; a hat is where hair would be. A face's parts stay, and show what skin is like.
CLOTHES, SKIN, HAIR = (Part.PERSON,), (Part.BODY_SKIN,), (Part.HAIR, Part.HEADWEAR)
GROUPS = (CLOTHES, SKIN, HAIR)
LONG_PX = 192  # long side at which colors are compared
# Across and down: far from a head, shoes may be of the color of hair. The more of a photo each of
# its people is, the more of them is of one color.
FEWEST, MOST = 2, 6
ROUNDS = 3  # of estimating the color models; each is weighted by the last one's probabilities
PARSER_WEIGHT = 0.9  # of the parser's log-odds in the rounds, beside the colors'
SURE = 2.0  # a pixel counts by |2 p - 1| to this power, p its probability in the group
# Where there are more clothes than skin, every color is likelier theirs. The parser knows that
# already: this share of it is taken off.
KNOWN = 0.3
LIMIT = 3.0  # the least of a group's log-odds by colors, beside the likeliest group's
FEW = 0.02  # pixels, added to all models: a color that is rarer than this says nothing
LEAST = 1e-3  # probability whose logarithm still counts


def compare_part_colors(photo: Image, parts: Probabilities, people: int = 1) -> Probabilities:
    """Refine which of a person is clothes, bare skin and hair, parts (H, W, 13).

    A color that is surely skin's makes skin likelier where the parser was torn between an arm and
    a sleeve. The background and a face's parts stay as they are. A parse that does not know a
    body's skin, (H, W, 12), stays whole. `people`: how many faces are found.
    """
    if parts.shape[2] <= Part.BODY_SKIN:
        return parts
    size = (parts.shape[0], parts.shape[1])
    small = size_of_long(size, LONG_PX)
    groups = [summed(parts, group).clip(0) for group in GROUPS]
    seen = np.stack([resized(group, small).ravel() for group in groups])
    faces = summed(parts, FACE_PARTS[:-1]).clip(0)  # glasses are not skin
    faces = resized(faces, small).ravel()
    # Without a face nobody knows how many are shown.
    each = (float(seen.sum(0).mean()) + float(faces.mean())) / max(people, 1)
    cells = int(np.clip(round(1 / max(each, 1e-3)), FEWEST, MOST)) if people else MOST
    by_colors = _color_log_odds(resized(photo, small).clip(0, 1), seen, faces, cells)
    factors = [np.exp(resized(plane.reshape(small), size)) for plane in by_colors]
    weighed = sum(group * factor for group, factor in zip(groups, factors, strict=True))
    whole = sum(groups) / np.maximum(weighed, np.float32(1e-12))
    out = parts.copy(order="K")
    for group, factor in zip(GROUPS, factors, strict=True):
        for part in group:
            out[..., part] *= factor * whole
    return out


def _color_log_odds(photo: Image, seen: Float, faces: Float, cells: int) -> Float:
    """Estimate each group's log-odds by each pixel's color, beside the likeliest one's.

    `seen`: the groups' probabilities by the parser, (3, H·W); `faces`: a bare face's, (H·W,).
    `cells`: across and down, within which colors are compared.
    """
    grid = grid_of(photo, cells)
    person = seen.sum(0)
    by_parser = np.float32(PARSER_WEIGHT) * np.log((seen + LEAST) / (person + len(seen) * LEAST))
    by_colors = np.zeros_like(seen)
    for _ in range(ROUNDS):
        share = np.exp(by_parser + by_colors)
        share /= share.sum(0)
        weights = np.abs(2 * share - 1) ** SURE * person**2 * share
        weights[GROUPS.index(SKIN)] += faces**2
        sums = (grid.gathered(weight) for weight in weights)
        odds = [np.log(here + FEW) - KNOWN * np.log(near + FEW) for here, near in sums]
        by_colors = np.maximum(odds - np.max(odds, 0), -LIMIT).astype(np.float32)
    return by_colors
