"""Say what every pixel of a photo is: one look at the whole, a closer look at every face."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.resample import by_planes, seen_at
from pipeline.ops.tensor import to_batch, to_planes
from pipeline.types import Face, Image, Labels, Network, Points

Probabilities = NDArray[
    np.float32
]  # (H, W, 12 or 13), sums to 1; each class's plane is contiguous where it can be, for speed
Mirrored = Literal["no", "only", "too"]

CLOSE_SIDE = 320
# Brows, eyes and mouth once more, larger: how much larger than in the FFHQ crop's framing, and which of its 512 rows is in the middle.
INNER_SIDE, INNER_SHARE, INNER_MIDDLE = 256, 1.6, 312.0
INNER_COUNTS = np.float32(0.8)
MULTIPLE = 32  # the network halves its input five times


class Part(IntEnum):
    """The parser's classes; the first nine are EasyPortrait's. Left is the person's own.

    A network of twelve outputs has no BODY_SKIN (neck, ears, arms, hands, legs): it says PERSON there.
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
# The classes in the order that a mirror gives them.
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
    """The two networks that parse: one has learned photos with faces of any size, one upright faces as closer looks show them."""

    whole: Network
    close: Network


@dataclass(frozen=True)
class FaceParse:
    """What the parser sees in an upright crop of one face: `parts` (S, S, 12) and the photo → crop transform.

    `inner`: what it sees in a still closer look at brows, eyes and mouth, which then counts instead.
    """

    parts: Probabilities
    matrix: align.Matrix
    inner: "FaceParse | None" = None


def look(
    photo: Image, network: Network, *, long_px: int, mirrored: Mirrored = "no"
) -> Probabilities:
    """Return the parts of the whole photo at a size whose long side is near `long_px`, edges repeated to fit the network.

    `mirrored`: whether the mirrored photo is looked at, instead, or too, for the mean of both.
    """
    padded, size = seen_at(photo, long_px, MULTIPLE)
    return to_planes(_run(to_batch(padded), network, mirrored))[: size[0], : size[1]]


def _run(batch: NDArray[np.float32], network: Network, mirrored: Mirrored) -> NDArray[np.float32]:
    """Return what the network sees in a batch, in its mirror image, or in the mean of both."""
    if mirrored == "no":
        return network(batch)
    there = batch[..., ::-1]
    if mirrored == "only":
        seen = network(there)
        return seen[:, MIRRORED[: seen.shape[1]], :, ::-1]
    seen, other = np.split(network(np.concatenate([batch, there])), 2)
    mean = np.empty_like(seen)
    for part, plane in enumerate(mean[0]):  # one at a time: it stays in the processor's cache
        np.add(seen[0, part], other[0, MIRRORED[part], :, ::-1], out=plane)
        plane /= 2
    return mean


def mean_of(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of two looks."""
    return np.asarray((one + other) / 2, np.float32)


def parse_crop(
    photo: Image,
    points: Points,
    network: Network,
    *,
    mirrored: Mirrored = "too",
    side: int = CLOSE_SIDE,
) -> FaceParse:
    """Return the parts of an upright crop, `side` px, around eyes and mouth corners, `points` (4, 2) in px."""
    matrix = align.similarity(points, align.template(side))
    batch = to_batch(np.clip(align.crop(photo, matrix, side), 0, 1))
    return FaceParse(to_planes(_run(batch, network, mirrored)), matrix)


def parse_face(photo: Image, points: Points, network: Network) -> FaceParse:
    """Return what the network of near faces sees in an upright crop, and in a still closer look at brows, eyes and mouth."""
    return with_inner(parse_crop(photo, points, network), photo, points, network)


def with_inner(view: FaceParse, photo: Image, points: Points, network: Network) -> FaceParse:
    """Return the view with a still closer look at brows, eyes and mouth in it, which counts `INNER_COUNTS` beside the view."""
    matrix = align.similarity(points, align.template(INNER_SIDE, INNER_SHARE, INNER_MIDDLE))
    batch = to_batch(np.clip(align.crop(photo, matrix, INNER_SIDE), 0, 1))
    from_view = align.between(view.matrix, matrix)
    shown = by_planes(lambda parts: align.crop(parts, from_view, INNER_SIDE), view.parts)
    seen = to_planes(_run(batch, network, "too"))
    return replace(
        view, inner=FaceParse(np.asarray(shown + INNER_COUNTS * (seen - shown), np.float32), matrix)
    )


def merged(
    whole: Probabilities, closer: tuple[FaceParse, ...], size: tuple[int, int]
) -> Probabilities:
    """Return the whole look at `size` (height, width) with every closer look laid over it, softly at its border."""
    laid = [(each, *_place(each, size)) for face in closer for each in (face, face.inner) if each]
    planes = np.empty((whole.shape[2], *size), np.float32)
    for part, plane in enumerate(
        planes
    ):  # one at a time: what a plane needs fits into the processor's cache
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
    """Return the window of a photo of `size` that a view covers, and how much it counts at each of its pixels."""
    side = view.parts.shape[0]
    window = align.window(view.matrix, side, size)
    return window, align.paste_into(window, _soft_square(side), view.matrix)


def _soft_square(side: int) -> NDArray[np.float32]:
    """Return 1 inside, falling to 0 over the outer tenth."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.1 * side), 0, 1)
    return np.minimum.outer(ramp, ramp).astype(np.float32)


def with_background(parts: Probabilities, background: NDArray[np.float32]) -> Probabilities:
    """Return the parts with another probability, (H, W), of the background; all else keeps its shares of what remains."""
    rest, least = 1 - parts[..., 0], np.float32(1e-6)
    out = np.asarray(parts * ((1 - background) / np.maximum(rest, least))[..., None], np.float32)
    out[..., Part.PERSON] = np.where(
        rest < least, 1 - background, out[..., Part.PERSON]
    )  # nothing has no shares
    out[..., 0] = background
    return out


def nine_classes(parts: Probabilities) -> Labels:
    """Return EasyPortrait's nine classes, (H, W): hair, headwear and glasses are the person's.

    Background is where it is likelier than all of the person together; elsewhere the likeliest part.
    """
    return labels_of(nine_probabilities(parts))


def merged_nine(
    whole: Probabilities, closer: tuple[FaceParse, ...], size: tuple[int, int]
) -> Probabilities:
    """Return `nine_probabilities` of `merged`, faster: sums commute with resizing."""
    return merged(nine_probabilities(whole), tuple(_nine(view) for view in closer), size)


def _nine(view: FaceParse) -> FaceParse:
    return FaceParse(nine_probabilities(view.parts), view.matrix, view.inner and _nine(view.inner))


def nine_probabilities(parts: Probabilities) -> Probabilities:
    """Return (H, W, 9): the probabilities of hair, headwear, glasses and a body's skin are added to person's."""
    planes = parts.transpose(2, 0, 1)
    person = planes[Part.PERSON] + planes[Part.HAIR :].sum(0)
    return np.concatenate([planes[:1], person[None], planes[Part.SKIN : Part.HAIR]]).transpose(
        1, 2, 0
    )


def labels_of(nine: Probabilities) -> Labels:
    """Return the nine classes that these probabilities, (H, W, 9), stand for."""
    labels = likeliest(nine[..., 1:])
    labels += 1
    labels[nine[..., 0] > 0.5] = 0
    return labels


def likeliest(parts: Probabilities) -> Labels:
    """Return which part is the likeliest, the first of equals: argmax over the last axis, many times faster for contiguous planes."""
    labels, best = np.zeros(parts.shape[:2], np.uint8), parts[..., 0].copy()
    for part in range(1, parts.shape[2]):
        better = parts[..., part] > best
        np.putmask(labels, better, part)
        np.maximum(best, parts[..., part], out=best)
    return labels


def in_photo(face: Face, scale: float) -> Face:
    """Return the face with its coordinates multiplied by `scale` (pixel centers at integers)."""

    def grown(values: Points) -> Points:
        return ((np.asarray(values, np.float64) + 0.5) * scale - 0.5).astype(np.float32)

    x0, y0, x1, y1 = grown(np.array(face.box, np.float32)).tolist()
    return Face((x0, y0, x1, y1), grown(face.eyes), grown(face.mouth), face.score)
