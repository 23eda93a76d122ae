"""The strokes of a film's picture: carried along, exchanged, coming and going.

Source: Litwinowicz 1997, "Processing Images and Video for an Impressionist Effect", section 3
(strokes are moved by optical flow, removed and added).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.types import Mask
from pipeline.types.strokes import Strokes, joined
from pipeline.video.steady import Moved

Float = NDArray[np.float32]
FADING = 3  # pictures over which new strokes come
FAINTEST = 0.01  # a stroke that fades out is gone below this
REST = 0.25  # px of the film: less motion than this is noise of the flow
BENDS = 0.3  # widths by which a stroke's ends may move apart from its middle
LEAVES = 0.45  # of a stroke's points: so many in a region that is exchanged, and it leaves


@dataclass(frozen=True)
class Laid:
    """The strokes of a film's picture, N of them.

    `people`: which paint people, (N,), who are set before what is behind. `fade`: how far each is
    there, (N,) in [0, 1]; `step`: how much more of it is with each picture, below 0 of one that
    goes, (N,). `moves`: which have moved since the picture before, (N,).
    """

    strokes: Strokes
    people: NDArray[np.bool_]
    fade: Float
    step: Float
    moves: NDArray[np.bool_]

    def __getitem__(self, which: NDArray[np.intp]) -> "Laid":
        """Return some of the strokes, in the order asked for."""
        return Laid(
            self.strokes[which], self.people[which], self.fade[which], self.step[which],
            self.moves[which],
        )  # fmt: skip

    @property
    def settled(self) -> Strokes:
        """The strokes as they will be seen when those that fade have done so."""
        return self.strokes[np.flatnonzero(self.step >= 0)]

    @property
    def shown(self) -> Strokes:
        """The strokes as they are seen: new ones come over old ones, which then are gone."""
        there = np.where(self.step < 0, self.fade > FAINTEST, self.fade)
        opacity = np.asarray(self.strokes.opacity * there, np.float32)
        return replace(self.strokes, opacity=opacity)


def exchanged(laid: Laid, fresh: Laid, where: Mask, wrong: Mask | None = None) -> Laid:
    """Let strokes of a region, (h, w), go, and new ones come; where they are wrong, at once."""
    wrong = np.zeros_like(where) if wrong is None else wrong
    leaves = (share_within(laid.strokes, where) > LEAVES) & (laid.step >= 0)
    now = (share_within(laid.strokes, wrong) > LEAVES) & (leaves | (laid.step < 0))
    step = np.where(now, -1, np.where(leaves, -1 / FADING, laid.step)).astype(np.float32)
    stays = replace(laid, step=step, fade=np.where(now, 0, laid.fade).astype(np.float32))
    comes = fresh[np.flatnonzero(within(fresh.strokes, where))]
    now = within(comes.strokes, wrong)
    step = np.where(now, 1, 1 / FADING).astype(np.float32)
    comes = replace(comes, step=step, fade=now.astype(np.float32))

    def both(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(stays, name), getattr(comes, name)])

    whole = Laid(
        joined([stays.strokes, comes.strokes]),
        *map(both, ("people", "fade", "step", "moves")),
    )
    # People are set before what is behind them, and their broad strokes lie below their fine ones.
    return whole[np.lexsort((whole.strokes.layer, whole.people))]


def begun(strokes: Strokes, people: NDArray[np.bool_]) -> Laid:
    """Lay the strokes of a film's first picture."""
    n = len(strokes)
    none = np.zeros(n, np.float32)
    return Laid(strokes, people, none + 1, none, np.zeros(n, np.bool_))


def faded(laid: Laid) -> Laid:
    """Let strokes come and go by one picture; forget those that are gone."""
    fade = np.clip(laid.fade + laid.step, 0, 1)
    step = np.where((laid.step > 0) & (laid.fade >= 1), 0, laid.step)
    # One that is gone stays for the picture in which it is seen no more, to be painted over.
    left = np.flatnonzero((laid.fade > FAINTEST) | (step >= 0))
    now = replace(laid, fade=fade.astype(np.float32), step=step.astype(np.float32))
    return now if len(left) == len(fade) else now[left]


def along(laid: Laid, moved: Moved, size: tuple[int, int]) -> Laid:
    """Carry strokes along by a film's motion; each stays nearly as it is bent."""
    strokes = laid.strokes
    long_px = np.float32(max(size))
    points = strokes.points * long_px
    forth = moved.forth()
    h, w = forth.shape[:2]
    scale = np.array([w / size[1], h / size[0]], np.float32)
    x, y = np.moveaxis((points * scale).astype(np.int32).clip(0, (w - 1, h - 1)), -1, 0)
    way = forth[y, x]
    most = np.float32(BENDS) * (strokes.width * long_px)[:, None, None]
    mean, bend = straight(way, strokes, most)
    moves = np.hypot(mean[:, 0, 0], mean[:, 0, 1]) >= REST
    way = np.where(moves[:, None, None], mean + bend, 0) / long_px
    carried_along = replace(strokes, points=np.asarray(strokes.points + way, np.float32))
    return replace(laid, strokes=carried_along, moves=moves)


def straight(way: Float, strokes: Strokes, most: Float) -> tuple[Float, Float]:
    """Return the mean of strokes' ways, (N, 1, 2), and what each point goes beside it, (N, P, 2).

    `way`: each point's own, (N, P, 2). That grows evenly to the ends, by at most `most`, (N, 1, 1):
    a stroke whose every point goes its own way would be a knot after some pictures.
    """
    is_point = points_of(strokes)
    there, last = is_point[..., None], np.maximum(strokes.counts[:, None] - 1, 1)
    mean = (way * there).sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1)
    # From -1 to 1 along each stroke.
    place = np.where(is_point, 2 * np.arange(way.shape[1]) / last - 1, 0)
    place = place.astype(np.float32)[..., None]
    squares = np.maximum(np.square(place).sum(1, keepdims=True), 1)
    slope = (way * place).sum(1, keepdims=True) / squares
    return mean, np.clip(slope, -most, most) * place


def points_of(strokes: Strokes) -> NDArray[np.bool_]:
    """Tell which of the places for points strokes fill, (N, P)."""
    return np.arange(strokes.points.shape[1]) < strokes.counts[:, None]


def share_within(strokes: Strokes, where: Mask) -> Float:
    """Return which share of strokes' points lies in a region of a small picture, (h, w): (N,)."""
    h, w = where.shape
    x, y = np.moveaxis((strokes.points * max(h, w)).astype(int).clip(0, (w - 1, h - 1)), -1, 0)
    inside = (where[y, x] * points_of(strokes)).sum(1)
    return (inside / np.maximum(strokes.counts, 1)).astype(np.float32)


def within(strokes: Strokes, where: Mask) -> NDArray[np.bool_]:
    """Tell which strokes have their middle in a region of a small picture, (h, w): (N,)."""
    h, w = where.shape
    middle = strokes.points[np.arange(len(strokes)), strokes.counts // 2] * max(h, w)
    x, y = middle.astype(int).clip(0, (w - 1, h - 1)).T
    return where[y, x] > 0.5
