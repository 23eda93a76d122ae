"""A person who prompts: boxes drawn by hand, clicks, and corrections of what a mask gets wrong."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from training.regions import Region

ADD, TAKE, CORNER, OTHER_CORNER, NOTHING = (
    1,
    0,
    2,
    3,
    -1,
)  # what segment_anything calls a prompt's points
Logits = NDArray[np.float32]  # (H, W)


@dataclass(frozen=True)
class Asked:
    """What was pointed at so far.

    Points are (N, 2) x, y px of the view, kinds (N,); the mask is the one from which to go on,
    if any.
    """

    points: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    kinds: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    mask: Logits | None = None

    def and_at(
        self, points: NDArray[np.float32], kinds: tuple[int, ...], mask: Logits | None = None
    ) -> "Asked":
        """Return this with more points, and with another mask where one is given."""
        kept = self.mask if mask is None else mask
        return Asked(
            np.concatenate([self.points, np.asarray(points, np.float32)]),
            np.append(self.kinds, kinds).astype(np.int64),
            kept,
        )

    @property
    def ambiguous(self) -> bool:
        """Whether it is one click and nothing else: a nose, a face or somebody whole."""
        return len(self.kinds) == 1 and self.mask is None


def center(region: Region) -> NDArray[np.float32]:
    """Return the pixel farthest from the region's edge, (1, 2) x, y.

    The picture's edge counts as one.
    """
    depth = cv2.distanceTransform(
        cv2.copyMakeBorder(region.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3
    )
    y, x = np.unravel_index(depth[1:-1, 1:-1].argmax(), region.shape)
    return np.array([[x, y]], np.float32)


def anywhere(region: Region, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return one of the region's pixels, (1, 2) x, y."""
    y, x = np.nonzero(region)
    i = rng.integers(len(y))
    return np.array([[x[i], y[i]]], np.float32)


def box_of(region: Region) -> NDArray[np.float32]:
    """Return the corners of the region's box, (2, 2) x, y: its first and last pixels."""
    y, x = np.nonzero(region)
    return np.array([[x.min(), y.min()], [x.max(), y.max()]], np.float32)


def by_hand(
    box: NDArray[np.float32], shape: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the box as a hand would draw it: each side off by some share of the extent."""
    extent = box[1] - box[0] + 1
    off = np.clip(rng.normal(0, 0.04, (2, 2)), -0.12, 0.12) * extent
    return np.clip(box + off, 0, np.array(shape[::-1]) - 1).astype(np.float32)


def correction(
    wanted: Region, logits: Logits, known: Region, rng: np.random.Generator | None = None
) -> tuple[NDArray[np.float32], int] | None:
    """Return a click in the largest piece that the mask gets wrong.

    It is (1, 2) x, y and ADD or TAKE; None where nothing is wrong. The click is in the piece's
    middle, or with `rng` now and then anywhere in it.
    """
    given = logits > 0
    best, area = None, 0
    for kind, wrong in ((ADD, wanted & ~given & known), (TAKE, given & ~wanted & known)):
        count, pieces, figures, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
        if count > 1 and figures[1:, cv2.CC_STAT_AREA].max() > area:
            area = figures[1:, cv2.CC_STAT_AREA].max()
            best = pieces == 1 + figures[1:, cv2.CC_STAT_AREA].argmax(), kind
    if best is None:
        return None
    piece, kind = best
    return (anywhere(piece, rng) if rng is not None and rng.random() < 0.3 else center(piece)), kind


def damaged(wanted: Region, parts: list[Region], rng: np.random.Generator) -> Region:
    """Return the region with a mistake.

    A part of the person is too much or too little, a piece is missing or added, or an edge is
    shifted.
    """
    kind = rng.random()
    if parts and kind < 0.5:
        part = parts[rng.integers(len(parts))]
        wrong = wanted & ~part if (wanted & part).sum() > part.sum() / 2 else wanted | part
    elif kind < 0.9:
        wrong = wanted ^ (_blob(wanted, rng) & (wanted if rng.random() < 0.5 else ~wanted))
    else:
        size = int(rng.integers(3, 9)) | 1
        act = cv2.dilate if rng.random() < 0.5 else cv2.erode
        wrong = (
            act(wanted.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
            > 0
        )
    return wrong if wrong.any() else wanted


def _blob(wanted: Region, rng: np.random.Generator) -> Region:
    """Return an ellipse on the region's edge or inside it."""
    x, y = (int(v) for v in anywhere(wanted, rng)[0])
    radius = np.sqrt(wanted.sum()) * rng.uniform(0.1, 0.5, 2) + 1
    canvas = np.zeros(wanted.shape, np.uint8)
    cv2.ellipse(
        canvas, (x, y), (int(radius[0]), int(radius[1])), rng.uniform(0, 180), 0, 360, 1, -1
    )
    return canvas > 0


def as_logits(region: Region, rng: np.random.Generator) -> Logits:
    """Return a mask as some network would have given it.

    It is more or less sure, its edges more or less soft.
    """
    soft = cv2.GaussianBlur(region.astype(np.float32) * 2 - 1, (0, 0), rng.uniform(0.5, 2.5))
    return soft * np.float32(rng.uniform(3, 12))


def first(wanted: Region, parts: list[Region], rng: np.random.Generator) -> Asked:
    """Return how a person may begin.

    With a box, with or without points; a click; or a mask of which something is wrong.
    """
    kind = rng.random()
    if kind < 0.45:
        asked = Asked().and_at(by_hand(box_of(wanted), wanted.shape, rng), (CORNER, OTHER_CORNER))
        for _ in range(rng.integers(1, 4) if rng.random() < 0.3 else 0):
            asked = asked.and_at(anywhere(wanted, rng), (ADD,))
        return asked
    if kind < 0.72:
        return Asked().and_at(
            center(wanted) if rng.random() < 0.5 else anywhere(wanted, rng), (ADD,)
        )
    wrong = damaged(wanted, parts, rng)
    click = correction(
        wanted, np.where(wrong, 1, -1).astype(np.float32), np.ones(wanted.shape, bool), rng
    )
    asked = Asked(mask=as_logits(wrong, rng))
    return asked.and_at(*click[:1], (click[1],)) if click else asked.and_at(center(wanted), (ADD,))
