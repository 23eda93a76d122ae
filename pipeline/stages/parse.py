"""Say what every pixel of a photo is: one look at the whole, a closer look at every face."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.resample import by_four, resized, seen_at
from pipeline.ops.tensor import to_batch, to_picture
from pipeline.types import Face, Image, Labels, Network, Points

Probabilities = NDArray[np.float32]  # (H, W, 12), sums to 1
Mirrored = Literal["no", "only", "too"]

CLOSE_SIDE = 320
# Brows, eyes and mouth once more, larger: how much larger than in the FFHQ crop's framing, and which of its 512 rows is in the middle.
INNER_SIDE, INNER_SHARE, INNER_MIDDLE = 256, 1.6, 312.0
INNER_COUNTS = np.float32(0.8)
MULTIPLE = 32  # the network halves its input five times


class Part(IntEnum):
    """The parser's twelve classes; the first nine are EasyPortrait's. Left is the person's own."""

    BACKGROUND = 0
    PERSON = 1
    SKIN = 2
    LEFT_BROW = 3
    RIGHT_BROW = 4
    LEFT_EYE = 5
    RIGHT_EYE = 6
    LIPS = 7
    TEETH = 8
    HAIR = 9
    HEADWEAR = 10
    GLASSES = 11


FACE_PARTS = (Part.SKIN, Part.LEFT_BROW, Part.RIGHT_BROW, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LIPS, Part.TEETH, Part.GLASSES)
# The classes in the order that a mirror gives them.
MIRRORED = (0, 1, 2, Part.RIGHT_BROW, Part.LEFT_BROW, Part.RIGHT_EYE, Part.LEFT_EYE, 7, 8, 9, 10, 11)
HEAD_PARTS = (*FACE_PARTS, Part.HAIR, Part.HEADWEAR)


@dataclass(frozen=True)
class Parser:
    """The two networks that parse: one has learned photos with faces of any size, one upright faces as closer looks show them."""

    whole: Network
    close: Network


@dataclass(frozen=True)
class CloseLook:
    """What the parser sees in an upright crop of one face: `parts` (S, S, 12) and the photo → crop transform.

    `inner`: what it sees in a still closer look at brows, eyes and mouth, which then counts instead.
    """

    parts: Probabilities
    matrix: align.Matrix
    inner: "CloseLook | None" = None


def look(photo: Image, network: Network, *, long_px: int, mirrored: Mirrored = "no") -> Probabilities:
    """Return the parts of the whole photo at a size whose long side is near `long_px`, edges repeated to fit the network.

    `mirrored`: whether the mirrored photo is looked at, instead, or too, for the mean of both.
    """
    padded, size = seen_at(photo, long_px, MULTIPLE)
    return to_picture(_run(to_batch(padded), network, mirrored))[: size[0], : size[1]]


def _run(batch: NDArray[np.float32], network: Network, mirrored: Mirrored) -> NDArray[np.float32]:
    """Return what the network sees in a batch, in its mirror image, or in the mean of both."""
    if mirrored == "no":
        return network(batch)
    there = network(np.ascontiguousarray(batch[..., ::-1]))[:, MIRRORED, :, ::-1]
    return there if mirrored == "only" else mean_of(network(batch), there)


def mean_of(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of two looks."""
    return np.asarray((one + other) / 2, np.float32)


def look_closer(photo: Image, points: Points, network: Network, *, mirrored: Mirrored = "too", side: int = CLOSE_SIDE) -> CloseLook:
    """Return the parts of an upright crop, `side` px, around eyes and mouth corners, `points` (4, 2) in px."""
    matrix = align.similarity(points, align.template(side))
    batch = to_batch(np.clip(align.crop(photo, matrix, side), 0, 1))
    return CloseLook(to_picture(_run(batch, network, mirrored)), matrix)


def look_closest(photo: Image, points: Points, network: Network) -> CloseLook:
    """Return what the network of near faces sees in an upright crop, and in a still closer look at brows, eyes and mouth."""
    return with_inner(look_closer(photo, points, network), photo, points, network)


def with_inner(view: CloseLook, photo: Image, points: Points, network: Network) -> CloseLook:
    """Return the view with a still closer look at brows, eyes and mouth in it, which counts `INNER_COUNTS` beside the view."""
    matrix = align.similarity(points, align.template(INNER_SIDE, INNER_SHARE, INNER_MIDDLE))
    batch = to_batch(np.clip(align.crop(photo, matrix, INNER_SIDE), 0, 1))
    from_view = align.between(view.matrix, matrix)
    shown = by_four(lambda parts: align.crop(parts, from_view, INNER_SIDE), view.parts)
    seen = to_picture(_run(batch, network, "too"))
    return replace(view, inner=CloseLook(np.asarray(shown + INNER_COUNTS * (seen - shown), np.float32), matrix))


def merged(whole: Probabilities, closer: tuple[CloseLook, ...], size: tuple[int, int]) -> Probabilities:
    """Return the whole look at `size` (height, width) with every closer look laid over it, softly at its border."""
    parts = resized(whole, size)
    for view in (each for face in closer for each in (face, face.inner) if each):
        side = view.parts.shape[0]
        window = align.window(view.matrix, side, size)
        weight = align.paste_into(window, _soft_square(side), view.matrix)[..., None]
        parts[window] += weight * (align.paste_into(window, view.parts, view.matrix) - parts[window])
    return parts


def _soft_square(side: int) -> NDArray[np.float32]:
    """Return 1 inside, falling to 0 over the outer tenth."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.1 * side), 0, 1)
    return np.minimum.outer(ramp, ramp).astype(np.float32)


def nine_classes(parts: Probabilities) -> Labels:
    """Return EasyPortrait's nine classes, (H, W): hair, headwear and glasses are the person's.

    Background is where it is likelier than all of the person together; elsewhere the likeliest part.
    """
    return labels_of(nine_probabilities(parts))


def merged_nine(whole: Probabilities, closer: tuple[CloseLook, ...], size: tuple[int, int]) -> Probabilities:
    """Return `nine_probabilities` of `merged`, faster: sums commute with resizing."""
    return merged(nine_probabilities(whole), tuple(_nine(view) for view in closer), size)


def _nine(view: CloseLook) -> CloseLook:
    return CloseLook(nine_probabilities(view.parts), view.matrix, view.inner and _nine(view.inner))


def nine_probabilities(parts: Probabilities) -> Probabilities:
    """Return (H, W, 9): the probabilities of hair, headwear and glasses are added to person's."""
    person = parts[..., Part.PERSON : Part.PERSON + 1] + parts[..., Part.HAIR :].sum(2, keepdims=True)
    return np.concatenate([parts[..., :1], person, parts[..., Part.SKIN : Part.HAIR]], 2)


def labels_of(nine: Probabilities) -> Labels:
    """Return the nine classes that these probabilities, (H, W, 9), stand for."""
    likeliest = 1 + nine[..., 1:].argmax(2)
    return np.where(nine[..., 0] > 0.5, 0, likeliest).astype(np.uint8)


def in_photo(face: Face, scale: float) -> Face:
    """Return the face with its coordinates multiplied by `scale` (pixel centers at integers)."""

    def grown(values: Points) -> Points:
        return ((np.asarray(values, np.float64) + 0.5) * scale - 0.5).astype(np.float32)

    x0, y0, x1, y1 = grown(np.array(face.box, np.float32)).tolist()
    return Face((x0, y0, x1, y1), grown(face.eyes), grown(face.mouth), face.score)
