"""Paint a film by brush strokes that move with what they paint.

The strokes of one picture are carried along by the film's motion. Where they no longer show what
they should (`astray.py`), the picture is planned anew now and then, and new ones fade in over them;
where they are quite wrong, as those of an arm that was too quick, at once. Where nothing changes
nothing is exchanged: a wall stays as it is.

Source: Litwinowicz 1997, "Processing Images and Video for an Impressionist Effect", section 3
(strokes are moved by optical flow, removed and added); Hertzmann and Perlin 2000, "Painterly
Rendering for Video and Interaction" (only what differs is painted over).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.flow import carried
from pipeline.ops.resample import pixels_resized, resized, size_of_long
from pipeline.stages.strokes.plan import plan_by_kind
from pipeline.stages.strokes.render import Before, render
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.steps.strokes import SEED, surface_of
from pipeline.types import Face, Mask, Photo, Pixels, Prompt
from pipeline.types.strokes import Strokes
from pipeline.video.astray import Expected, around, size_compared
from pipeline.video.job import FilmJob
from pipeline.video.laid import Laid, along, begun, exchanged, faded
from pipeline.video.motifs import motifs_of
from pipeline.video.steady import Moved

# By how much strokes differ from what they should show, CIELAB, until new ones fade in over them,
# until these come at once, and until that cannot wait.
CHANGED, WRONG, URGENT = 6.0, 9.0, 11.0
# They are compared once in so many pictures. The share of the picture that has changed from which
# on it is planned anew: at once, and when so many seconds have passed since the last time, or where
# so much cannot wait.
EVERY = 4
MUCH, SOME, PLAN_SECONDS = 0.3, 0.006, 0.5
FACE = 0.5  # of a face's height: so far around its middle what is wrong can wait, for it is covered
# Long side, px, at most, of what is looked at to plan strokes: as many show the finder all faces,
# and strokes are guided by no more than `GUIDE_PX`.
PLANNED_PX = 1024
TILE_PX = 64  # of the pieces in which a painting is rendered: those that nothing changes in stay


class StrokeFilm:
    """Paint one picture of a film after the other by the same strokes."""

    def __init__(self, job: FilmJob) -> None:
        self._job = job
        self._patience = max(1, round(PLAN_SECONDS * job.rate))
        self._motifs, self._surface = motifs_of(job), surface_of(job.settings)
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
            back = moved.to(size_compared(pixels)).back
            expected.follow(back)
            self._covered = carried(self._covered, back)
            if self._number % EVERY == 0:
                laid = self._mended(laid, expected, pixels)
        self._laid = laid
        before = None if self._last is None else Before(self._last, laid.moves | (laid.step != 0))
        self._last = render(laid.shown, size, self._surface, before=before, tile_px=TILE_PX)
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
        size = pixels.shape[0], pixels.shape[1]
        small = pixels_resized(pixels, size_of_long(size, PLANNED_PX))
        run = Run(Photo(small), job.settings, job.models, prompt)
        seen = detect(run)
        if job.settings.blend.on:
            height, faces = run.original.value.shape[0], seen.value.faces
            self._covered = faces_in(size_compared(pixels), faces, height)
        rng = np.random.default_rng(SEED)
        motif, brush = self._motifs(run, seen, where is None, rng)
        only = None if where is None else resized(where, motif.size) > 0
        return plan_by_kind(motif, rng, brush, only=only)


def faces_in(size: tuple[int, int], faces: tuple[Face, ...], height: int) -> Mask:
    """Draw where faces are, of a picture of a height, in a small one, (h, w): 1 or 0."""
    drawn, scale = np.zeros(size, np.float32), size[0] / height
    for face in faces:
        x, y = np.round(scale * (face.eyes.mean(0) + face.mouth.mean(0)) / 2).astype(int).tolist()
        cv2.circle(drawn, (x, y), round(FACE * face.height * scale), 1.0, -1)
    return drawn
