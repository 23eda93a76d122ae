"""Paint a film by brush strokes that move with what they paint.

The strokes of one picture are carried along by the film's motion. Where they no longer show what
they should (`astray.py`), the picture is planned anew now and then, they fade out, and new ones
fade in; where they are quite wrong, as those of an arm that was too quick, at once. Where nothing
changes nothing is exchanged: a wall stays as it is.

Source: Litwinowicz 1997, "Processing Images and Video for an Impressionist Effect", section 3
(strokes are moved by optical flow, removed and added); Hertzmann and Perlin 2000, "Painterly
Rendering for Video and Interaction" (only what differs is painted over).
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.flow import carried
from pipeline.ops.resample import resized, size_of_long
from pipeline.stages.strokes.plan import plan_by_kind
from pipeline.stages.strokes.render import Before, render
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.steps.strokes import SEED, asked_of, motif_of, surface_of
from pipeline.types import Face, Mask, Photo, Pixels, Prompt
from pipeline.types.strokes import Strokes, joined
from pipeline.video.astray import COMPARED_PX, Expected, around
from pipeline.video.job import FilmJob
from pipeline.video.steady import Moved

Float = NDArray[np.float32]
# By how much strokes differ from what they should show, CIELAB, until they fade out, until they go
# at once, and until that cannot wait.
CHANGED, WRONG, URGENT = 6.0, 9.0, 14.0
# They are compared once in so many pictures. The share of the picture that has changed from which
# on it is planned anew: at once, and when so many seconds have passed since the last time, or where
# so much cannot wait.
EVERY = 3
FACE = 0.5  # of a face's height: so far around its middle what is wrong can wait, for it is covered
MUCH, SOME, PLAN_SECONDS = 0.3, 0.006, 0.5
TILE_PX = 64  # of the pieces in which a painting is rendered: those that nothing changes in stay
FADING = 5  # pictures over which strokes fade
FAINTEST = 0.01  # a stroke that fades out is gone below this
REST = 0.25  # px of the film: less motion than this is noise of the flow
BENDS = 0.3  # widths by which a stroke's ends may move apart from its middle
LEAVES = 0.45  # of a stroke's points: so many in a region that is exchanged, and it leaves


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
    def settled(self) -> Strokes:
        """The strokes as they will be seen when those that fade have done so."""
        return self.strokes[np.flatnonzero(self.step >= 0)]

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
        self._expected: Expected | None = None
        self._covered = np.zeros((1, 1), np.float32)  # where faces will be set in, small
        self._last: Pixels | None = None
        self._number = self._planned = 0  # of this picture, and of that of the last whole plan

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Pixels:
        """Return a picture's painting, both (H, W, 3)."""
        size = pixels.shape[0], pixels.shape[1]
        laid, expected = self._laid, self._expected
        self._number += 1
        if laid is None or expected is None or moved is None or moved.cut:
            laid, self._last, self._planned = begun(*self._plan(pixels, None)), None, self._number
            self._expected = Expected(laid.strokes, pixels)
        else:
            laid = faded(along(laid, moved, size))
            expected.follow(moved)
            back, _ = moved.at((self._covered.shape[0], self._covered.shape[1]))
            self._covered = carried(self._covered, back)
            if self._number % EVERY == 0:
                laid = self._mended(laid, expected, pixels)
        self._laid = laid
        before = None if self._last is None else Before(self._last, laid.moves | (laid.step != 0))
        surface = surface_of(self._job.settings)
        self._last = render(laid.shown, size, surface, before=before, tile_px=TILE_PX)
        return self._last

    def _mended(self, laid: Laid, expected: Expected, pixels: Pixels) -> Laid:
        """Exchange strokes that no longer show what they should."""
        apart = expected.apart(laid.settled, pixels)
        changed, wrong = around(apart > CHANGED), around(apart > WRONG)
        share, late = changed.mean(), self._number - self._planned >= self._patience
        if share > MUCH or (share > SOME and late):
            where, self._planned = changed, self._number
        elif (around(apart > URGENT) * (1 - self._covered)).mean() > SOME:
            where = wrong
        else:
            return laid
        laid = exchanged(laid, begun(*self._plan(pixels, where)), where, wrong)
        expected.renew(laid.settled, pixels, where)
        return laid

    def _plan(self, pixels: Pixels, where: Mask | None) -> tuple[Strokes, NDArray[np.bool_]]:
        """Plan a picture, or a region of it, (h, w): 1 or 0, as `plan_by_kind` does."""
        job = self._job
        prompt = Prompt(styles=job.styles)
        run = Run(Photo(pixels), job.settings, job.models, prompt)
        seen = detect(run)
        if job.settings.blend.on:
            size = size_of_long((pixels.shape[0], pixels.shape[1]), COMPARED_PX)
            self._covered = faces_in(size, seen.value.faces, run.original.value.shape[0])
        parts, mood, style, stays, brush = asked_of(run, seen)
        rng = np.random.default_rng(SEED)
        photo = run.original.value
        motif = motif_of(photo, seen.value, parts.value, mood, style, stays, rng)
        only = None if where is None else resized(where, motif.size) > 0
        return plan_by_kind(motif, rng, brush, only=only)


def faces_in(size: tuple[int, int], faces: tuple[Face, ...], height: int) -> Mask:
    """Draw where faces are, of a picture of a height, in a small one, (h, w): 1 or 0."""
    drawn, scale = np.zeros(size, np.float32), size[0] / height
    for face in faces:
        x, y = np.round(scale * (face.eyes.mean(0) + face.mouth.mean(0)) / 2).astype(int).tolist()
        cv2.circle(drawn, (x, y), round(FACE * face.height * scale), 1.0, -1)
    return drawn


def exchanged(laid: Laid, fresh: Laid, where: Mask, wrong: Mask | None = None) -> Laid:
    """Let strokes of a region, (h, w), fade out, and new ones in; where they are wrong, at once."""
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
    mean, slope = straight(way, strokes)
    most = np.float32(BENDS) * (strokes.width * long_px)[:, None, None]
    way = mean + np.clip(slope, -most, most) * places(strokes)[..., None]
    moves = np.hypot(mean[:, 0, 0], mean[:, 0, 1]) >= REST
    way = np.where(moves[:, None, None], way, 0) / long_px
    carried_along = replace(strokes, points=np.asarray(strokes.points + way, np.float32))
    return replace(laid, strokes=carried_along, moves=moves)


def places(strokes: Strokes) -> Float:
    """Return each point's place along its stroke, (N, P): from -1 to 1, 0 where there is none."""
    number, last = np.arange(strokes.points.shape[1]), strokes.counts[:, None] - 1
    along = np.where(number <= last, 2 * number / np.maximum(last, 1) - 1, 0)
    return along.astype(np.float32)


def straight(way: Float, strokes: Strokes) -> tuple[Float, Float]:
    """Return the mean of what is at strokes' points, (N, P, 2), and how it grows to their ends.

    Each (N, 1, 2). A stroke whose every point goes its own way would be a knot after some pictures.
    """
    there = (np.arange(way.shape[1]) < strokes.counts[:, None])[..., None]
    mean = (way * there).sum(1, keepdims=True) / np.maximum(there.sum(1, keepdims=True), 1)
    along = places(strokes)[..., None]
    squares = np.maximum(np.square(along).sum(1, keepdims=True), 1)
    return mean, (way * along).sum(1, keepdims=True) / squares


def share_within(strokes: Strokes, where: Mask) -> Float:
    """Return which share of strokes' points lies in a region of a small picture, (h, w): (N,)."""
    h, w = where.shape
    x, y = np.moveaxis((strokes.points * max(h, w)).astype(int).clip(0, (w - 1, h - 1)), -1, 0)
    there = np.arange(strokes.points.shape[1]) < strokes.counts[:, None]
    return ((where[y, x] * there).sum(1) / np.maximum(strokes.counts, 1)).astype(np.float32)


def within(strokes: Strokes, where: Mask) -> NDArray[np.bool_]:
    """Tell which strokes have their middle in a region of a small picture, (h, w): (N,)."""
    h, w = where.shape
    middle = strokes.points[np.arange(len(strokes)), strokes.counts // 2] * max(h, w)
    x, y = middle.astype(int).clip(0, (w - 1, h - 1)).T
    return where[y, x] > 0.5
