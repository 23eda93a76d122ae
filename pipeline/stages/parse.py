"""Say what every pixel of a photo is: parse the whole photo, then a crop of every face."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.parts import Window
from pipeline.ops.resample import by_planes, seen_at
from pipeline.ops.tensor import to_batch, to_planes
from pipeline.types import Face, Image, Labels, Network, Points

# (H, W, 12 or 13), sums to 1; each class's plane is contiguous where it can be, for speed
Probabilities = NDArray[np.float32]
# Whether the mirrored photo is parsed: not at all, alone, or too, for the mean of both.
Mirrored = Literal["no", "only", "too"]

CLOSE_SIDE = 320  # px of a face's crop
# The inner crop shows brows, eyes and mouth once more, larger: its side in px, its scale against
# the FFHQ crop's framing, and which of the FFHQ crop's 512 rows is its middle.
INNER_SIDE, INNER_SCALE, INNER_MIDDLE = 256, 1.6, 312.0
INNER_WEIGHT = np.float32(0.8)  # of the inner crop's probabilities; the face's crop has the rest
# The most by which a class's probability may grow where the scene's falls: beyond, a trace of hair
# on a wall would become hair.
MOST_GROWN = np.float32(3.0)
# From so many times on an enlarged face is sharpened: by so much of what is finer than so many of
# the photo's px.
ENLARGED, SHARPER, SOFT = 1.5, 0.5, 0.5
MULTIPLE = 32  # the network halves its input five times


class Part(IntEnum):
    """The parser's classes; the first nine are EasyPortrait's. Left is the person's left.

    A network of twelve outputs has no BODY_SKIN (neck, ears, arms, hands, legs) and says PERSON.
    """

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
    BODY_SKIN = 12


BODY = (Part.PERSON, Part.BODY_SKIN)  # clothed or bare, below a jaw
FACE_PARTS = (
    Part.SKIN,
    Part.LEFT_BROW,
    Part.RIGHT_BROW,
    Part.LEFT_EYE,
    Part.RIGHT_EYE,
    Part.LIPS,
    Part.TEETH,
    Part.GLASSES,
)
# For each class the one that it is in a mirror.
MIRRORED = (
    0,
    1,
    2,
    Part.RIGHT_BROW,
    Part.LEFT_BROW,
    Part.RIGHT_EYE,
    Part.LEFT_EYE,
    7,
    8,
    9,
    10,
    11,
    12,
)
HEAD_PARTS = (*FACE_PARTS, Part.HAIR, Part.HEADWEAR)


@dataclass(frozen=True)
class Parser:
    """The networks that a photo is seen by.

    `whole` was trained on photos with faces of any size, `close` on upright crops of one face.
    `finder` spots small faces, `verifier` tells them from what only looks like one.
    """

    whole: Network
    close: Network
    finder: Network
    verifier: Network


@dataclass(frozen=True)
class FaceParse:
    """The parse of an upright crop of one face: `parts` (S, S, C) and the photo → crop transform.

    `inner`: the parse of the inner crop, which replaces `parts` at brows, eyes and mouth.
    """

    parts: Probabilities
    matrix: align.Matrix
    inner: "FaceParse | None" = None

    def within(self, window: Window) -> "FaceParse | None":
        """Return the same for a window of the photo; None where the face's middle is not in it."""
        middle = np.full((1, 2), (self.parts.shape[0] - 1) / 2, np.float32)
        x, y = align.map_points(align.inverse(self.matrix), middle)[0]
        rows, columns = window
        if not (columns.start <= x < columns.stop and rows.start <= y < rows.stop):
            return None
        inner = self.inner and self.inner.within(window)
        return FaceParse(self.parts, align.shifted(self.matrix, columns.start, rows.start), inner)


@dataclass(frozen=True)
class FigureParse:
    """The parse of a window of the photo, in which somebody far away is: parts (h, w, C)."""

    parts: Probabilities
    window: Window

    @property
    def matrix(self) -> align.Matrix:
        """From the photo to `parts`, (2, 3)."""
        rows, columns = self.window
        size = rows.stop - rows.start, columns.stop - columns.start
        matrix = align.resizing(size, self.parts.shape)
        return align.shifted(matrix, -columns.start, -rows.start)


def parse_photo(
    photo: Image, network: Network, *, long_px: int, mirrored: Mirrored = "no"
) -> Probabilities:
    """Parse the whole photo, resized to a long side near `long_px`; edges are repeated to fit.

    The parts, (H, W, C), have the resized photo's size.
    """
    padded, size = seen_at(photo, long_px, MULTIPLE)
    return to_planes(_run(to_batch(padded), network, mirrored))[: size[0], : size[1]]


def _run(batch: NDArray[np.float32], network: Network, mirrored: Mirrored) -> NDArray[np.float32]:
    """Run the network on a batch, on its mirror image, or on both for the mean."""
    if mirrored == "no":
        return network(batch)
    flipped = batch[..., ::-1]
    if mirrored == "only":
        there = network(flipped)
        return there[:, MIRRORED[: there.shape[1]], :, ::-1]
    one, other = np.split(network(np.concatenate([batch, flipped])), 2)
    mean = np.empty_like(one)
    for part, plane in enumerate(mean[0]):  # one at a time: it stays in the processor's cache
        np.add(one[0, part], other[0, MIRRORED[part], :, ::-1], out=plane)
        plane /= 2
    return mean


def mean_of(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average two arrays of one shape."""
    return np.asarray((one + other) / 2, np.float32)


def parse_crop(
    photo: Image,
    points: Points,
    network: Network,
    *,
    mirrored: Mirrored = "too",
    side: int = CLOSE_SIDE,
) -> FaceParse:
    """Parse an upright crop, `side` px, around a face.

    `points`: (4, 2), both eyes and both mouth corners, px.
    """
    matrix = align.similarity(points, align.template(side))
    batch = to_batch(_upright(photo, matrix, side))
    return FaceParse(to_planes(_run(batch, network, mirrored)), matrix)


def _upright(photo: Image, matrix: align.Matrix, side: int) -> Image:
    """Cut a face out; what is enlarged stays sharp, and is sharpened: networks go by fine edges."""
    cut, scale = align.crop(photo, matrix, side, sharply=True), align.scale_of(matrix)
    if ENLARGED < scale < align.SHARPLY:
        soft = cv2.GaussianBlur(cut, (0, 0), SOFT * scale)
        cut = cv2.addWeighted(cut, 1 + SHARPER, soft, -SHARPER, 0)
    return cut.clip(0, 1)


def parse_face(photo: Image, points: Points, network: Network) -> FaceParse:
    """Parse an upright crop of a face, and its inner crop; `points` as in `parse_crop`."""
    return with_inner(parse_crop(photo, points, network), photo, points, network)


def with_inner(view: FaceParse, photo: Image, points: Points, network: Network) -> FaceParse:
    """Add the parse of the inner crop, a mean with the view's own by `INNER_WEIGHT`."""
    matrix = align.similarity(points, align.template(INNER_SIDE, INNER_SCALE, INNER_MIDDLE))
    batch = to_batch(_upright(photo, matrix, INNER_SIDE))
    from_view = align.between(view.matrix, matrix)
    before = by_planes(lambda parts: align.crop(parts, from_view, INNER_SIDE), view.parts)
    parts = to_planes(_run(batch, network, "too"))
    mean = np.asarray(before + INNER_WEIGHT * (parts - before), np.float32)
    return replace(view, inner=FaceParse(mean, matrix))


def merged(
    whole: Probabilities, views: tuple[FaceParse, ...], size: tuple[int, int]
) -> Probabilities:
    """Resize the whole photo's parts to `size` (height, width) and paste every face's over them.

    A crop's border is soft: its weight falls to 0 over the outer tenth.
    """
    laid = [(each, *_place(each, size)) for view in views for each in (view, view.inner) if each]
    planes = np.empty((whole.shape[2], *size), np.float32)
    # One plane at a time: what it needs fits into the processor's cache.
    for part, plane in enumerate(planes):
        cv2.resize(
            np.ascontiguousarray(whole[..., part]),
            size[::-1],
            dst=plane,
            interpolation=cv2.INTER_LINEAR,
        )
        for view, window, weight in laid:
            pasted = align.paste_into(
                window, np.ascontiguousarray(view.parts[..., part]), view.matrix
            )
            cv2.blendLinear(plane[window], pasted, 1 - weight, weight, dst=plane[window])
    return planes.transpose(1, 2, 0)


def _place(
    view: FaceParse, size: tuple[int, int]
) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
    """Return the window of a photo of `size` that a view covers, and its weight at each pixel."""
    side = view.parts.shape[0]
    window = align.window(view.matrix, side, size)
    return window, align.paste_into(window, _soft_square(side), view.matrix)


def _soft_square(side: int) -> NDArray[np.float32]:
    """Return 1 inside, falling to 0 over the outer tenth."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.1 * side), 0, 1)
    return np.minimum.outer(ramp, ramp).astype(np.float32)


def with_background(parts: Probabilities, background: NDArray[np.float32]) -> Probabilities:
    """Set the background's probability, (H, W); scale the other classes so that all sum to 1.

    What they would grow by beyond `MOST_GROWN` times becomes the person's: a parse that is sure of
    a wall says nothing about which part of a person it would be.
    """
    rest = np.maximum(1 - parts[..., 0], np.float32(1e-6))
    factor = np.minimum((1 - background) / rest, MOST_GROWN)
    out = np.asarray(parts * factor[..., None], np.float32)
    out[..., 0] = background
    out[..., Part.PERSON] += np.maximum(1 - background - factor * (1 - parts[..., 0]), 0)
    return out


def nine_classes(parts: Probabilities) -> Labels:
    """Label each pixel with one of EasyPortrait's nine classes, (H, W).

    Hair, headwear and glasses are the person's. A pixel is background where that is likelier than
    all other classes together; elsewhere it is the likeliest of these.
    """
    return labels_of(nine_probabilities(parts))


def merged_nine(
    whole: Probabilities, views: tuple[FaceParse, ...], size: tuple[int, int]
) -> Probabilities:
    """Compute `nine_probabilities` of `merged`, faster: sums commute with resizing."""
    return merged(nine_probabilities(whole), tuple(_nine(view) for view in views), size)


def _nine(view: FaceParse) -> FaceParse:
    return FaceParse(nine_probabilities(view.parts), view.matrix, view.inner and _nine(view.inner))


def nine_probabilities(parts: Probabilities) -> Probabilities:
    """Add hair, headwear, glasses and body skin to the person: probabilities (H, W, 9)."""
    planes = parts.transpose(2, 0, 1)
    person = planes[Part.PERSON] + planes[Part.HAIR :].sum(0)
    return np.concatenate([planes[:1], person[None], planes[Part.SKIN : Part.HAIR]]).transpose(
        1, 2, 0
    )


def labels_of(nine: Probabilities) -> Labels:
    """Label each pixel by nine probabilities, (H, W, 9), as `nine_classes` says."""
    labels = likeliest(nine[..., 1:])
    labels += 1
    labels[nine[..., 0] > 0.5] = 0
    return labels


def likeliest(parts: Probabilities) -> Labels:
    """Label each pixel with its likeliest part, the first of equals: argmax over the last axis.

    For contiguous planes this is many times as fast as NumPy's.
    """
    labels = np.zeros(parts.shape[:2], np.uint8)
    best = parts[..., 0].copy()
    for part in range(1, parts.shape[2]):
        better = parts[..., part] > best
        np.putmask(labels, better, part)
        np.maximum(best, parts[..., part], out=best)
    return labels


def summed(parts: Probabilities, of: Iterable[Part]) -> NDArray[np.float32]:
    """Return how likely each pixel is one of some parts, (H, W), of those that a parse knows."""
    total = np.zeros(parts.shape[:2], np.float32)
    for part in of:  # by planes: a copy of them all would be large
        if part < parts.shape[2]:
            total += parts[..., part]
    return total


def in_photo(face: Face, scale: float) -> Face:
    """Multiply the face's coordinates by `scale`; pixel centers are at integers."""

    def scaled(values: Points) -> Points:
        return ((np.asarray(values, np.float64) + 0.5) * scale - 0.5).astype(np.float32)

    x0, y0, x1, y1 = scaled(np.array(face.box, np.float32)).tolist()
    return Face((x0, y0, x1, y1), scaled(face.eyes), scaled(face.mouth), face.score)
