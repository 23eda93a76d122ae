"""Paint a film by brush strokes that move with what they paint.

The strokes of one picture are carried along by the film's motion. Now and then the picture is
planned anew, and where the film no longer shows what the strokes were laid for, they fade out and
new ones fade in. Where nothing changes nothing is exchanged: a wall stays as it is.

Source: Litwinowicz 1997, "Processing Images and Video for an Impressionist Effect", section 3
(strokes are moved by optical flow, removed and added); Hertzmann and Perlin 2000, "Painterly
Rendering for Video and Interaction" (only what differs is painted over).
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.filters import blurred
from pipeline.ops.flow import carried
from pipeline.ops.resample import resized, size_of_long
from pipeline.ops.tensor import to_float
from pipeline.stages.strokes.plan import plan_by_kind
from pipeline.stages.strokes.render import Before, render
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.steps.strokes import SEED, asked_of, motif_of, surface_of
from pipeline.types import Mask, Photo, Pixels, Prompt
from pipeline.types.strokes import Strokes, joined
from pipeline.video.job import FilmJob
from pipeline.video.steady import Moved

Float = NDArray[np.float32]
# The share of a film's picture that shows something else than what was painted, from which on it is
# planned anew: at once, and when so many seconds have passed since the last time.
MUCH, SOME, PLAN_SECONDS = 0.3, 0.006, 0.5
COMPARED_PX = 256  # long side at which two paintings are compared
# By how much the film differs from what was painted, CIELAB, until that is exchanged; what
# is finer than this share of the long side does not count; and how far around a difference strokes
# are exchanged, too.
CHANGED, FINE, AROUND = 6.0, 0.012, 0.015
TILE_PX = 64  # of the pieces in which a painting is rendered: those that nothing changes in stay
FADING = 5  # pictures over which strokes fade
FAINTEST = 0.01  # a stroke that fades out is gone below this
REST = 0.25  # px of the film: less motion than this is noise of the flow
BENDS = 0.3  # widths by which a stroke's points may move apart from one another


@dataclass(frozen=True)
class Laid:
    """The strokes of a film's picture, N of them.

    `people`: which paint people, (N,), who are set before what is behind. `fade`: how far each is
    there, (N,) in [0, 1]; `step`: how much more of it is with each picture, (N,). `moves`: which
    have moved since the picture before, (N,).
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
    def shown(self) -> Strokes:
        """The strokes as they are seen."""
        opacity = np.asarray(self.strokes.opacity * self.fade, np.float32)
        return replace(self.strokes, opacity=opacity)


class StrokeFilm:
    """Paint one picture of a film after the other by the same strokes."""

    def __init__(self, job: FilmJob) -> None:
        self._job = job
        self._patience = max(1, round(PLAN_SECONDS * job.rate))
        self._laid: Laid | None = None
        self._shows = np.zeros((1, 1, 3), np.float32)  # what the strokes were laid for, small
        self._last: Pixels | None = None
        self._since = 0

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's painting, both (H, W, 3)."""
        size, seen = (pixels.shape[0], pixels.shape[1]), seen_small(pixels)
        if self._laid is None or moved is None or moved.cut:
            laid, self._shows, self._last = begun(*self._plan(pixels, None)), seen, None
        else:
            laid = faded(along(self._laid, moved, size))
            back, _ = moved.at((self._shows.shape[0], self._shows.shape[1]))
            self._shows = carried(self._shows, back)
            self._since += 1
            where = far(self._shows, seen, CHANGED)
            share = float(where.mean())
            if share > MUCH or (share > SOME and self._since >= self._patience):
                laid = exchanged(laid, begun(*self._plan(pixels, where)), where)
                self._shows = np.where(where[..., None] > 0, seen, self._shows)
        self._laid = laid
        before = None if self._last is None else Before(self._last, laid.moves | (laid.step != 0))
        surface = surface_of(self._job.settings)
        self._last = render(laid.shown, size, surface, before=before, tile_px=TILE_PX)
        return self._last

    def _plan(self, pixels: Pixels, where: Mask | None) -> tuple[Strokes, NDArray[np.bool_]]:
        """Plan a picture, or a region of it, (h, w): 1 or 0, as `plan_by_kind` does."""
        self._since = 0
        job = self._job
        prompt = Prompt(styles=job.styles)
        run = Run(Photo(pixels), job.settings, job.models, prompt)
        seen = detect(run)
        parts, mood, style, stays, brush = asked_of(run, seen)
        rng = np.random.default_rng(SEED)
        photo = run.original.value
        motif = motif_of(photo, seen.value, parts.value, mood, style, stays, rng)
        only = None if where is None else resized(where, motif.size) > 0
        return plan_by_kind(motif, rng, brush, only=only)


def exchanged(laid: Laid, fresh: Laid, where: Mask) -> Laid:
    """Let strokes of a region, (h, w), fade out, and new ones in."""
    leaves = within(laid.strokes, where) & (laid.step >= 0)
    stays = replace(laid, step=np.where(leaves, -1 / FADING, laid.step).astype(np.float32))
    comes = fresh[np.flatnonzero(within(fresh.strokes, where))]
    comes = replace(comes, fade=comes.fade * 0, step=comes.fade / FADING)

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
    """Let strokes fade by one picture; forget those that are gone."""
    fade = np.clip(laid.fade + laid.step, 0, 1)
    step = np.where((laid.step > 0) & (laid.fade >= 1), 0, laid.step)
    left = np.flatnonzero((fade > FAINTEST) | (step >= 0))
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
    there = (np.arange(points.shape[1]) < strokes.counts[:, None])[..., None]
    mean = (way * there).sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1)
    most = np.float32(BENDS) * (strokes.width * long_px)[:, None, None]
    way = mean + np.clip(way - mean, -most, most)
    moves = np.hypot(mean[:, 0, 0], mean[:, 0, 1]) >= REST
    way = np.where(moves[:, None, None], way, 0) / long_px
    carried_along = replace(strokes, points=np.asarray(strokes.points + way, np.float32))
    return replace(laid, strokes=carried_along, moves=moves)


def far(one: Float, other: Float, least: float) -> Mask:
    """Tell where and around where two small pictures, CIELAB, differ by so much: 1 or 0."""
    apart = np.linalg.norm(blurred(one - other, FINE * COMPARED_PX), axis=2)
    around = 2 * round(AROUND * COMPARED_PX) + 1
    return cv2.dilate((apart > least).astype(np.float32), np.ones((around, around), np.uint8))


def seen_small(pixels: Pixels) -> Float:
    """Return a picture as it is compared, (h, w, 3) CIELAB."""
    size = size_of_long((pixels.shape[0], pixels.shape[1]), COMPARED_PX)
    return to_lab(to_float(cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)))


def within(strokes: Strokes, where: Mask) -> NDArray[np.bool_]:
    """Tell which strokes have their middle in a region of a small picture, (N,)."""
    h, w = where.shape
    middle = strokes.points[np.arange(len(strokes)), strokes.counts // 2] * max(h, w)
    x, y = middle.astype(int).clip(0, (w - 1, h - 1)).T
    return where[y, x] > 0.5
