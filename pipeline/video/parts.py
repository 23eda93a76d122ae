"""Follow which part of a person is where, through a film: looked at now and then, carried along."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.flow import carried
from pipeline.ops.resample import pixels_resized, resized, size_within
from pipeline.ops.smooth import smoothstep
from pipeline.ops.tensor import single
from pipeline.stages.detect.from_parsing import Detections
from pipeline.stages.parse import Probabilities, in_photo
from pipeline.steps.detect import detect
from pipeline.steps.parts import parts_of
from pipeline.steps.run import Run
from pipeline.types import Photo, Pixels
from pipeline.video.faces import LOOKED_PX, moved_face
from pipeline.video.job import FilmJob
from pipeline.video.steady import Moved

LOOK_SECONDS = 0.5  # between two looks, at most
# Share of a picture whose motion nobody knows, since the last look, from which on it is looked at
# again, and once in so many pictures at most: a hand is quicker than what carries it along.
LOST, SOONEST = 0.006, 3
DOUBTED = (0.5, 0.9)  # how little a motion is trusted where it is half known, and not at all
TURNING = 4  # pictures over which what a look found takes the place of what was carried along
PLANES = 4  # that are carried along at once, at most


class PartsFollower:
    """Tell of each picture of a film who is in it, part by part, shrunk to so many px."""

    def __init__(self, job: FilmJob, most_px: int) -> None:
        self._job, self._most_px = job, most_px
        self._every = max(SOONEST, round(LOOK_SECONDS * job.rate))
        self._seen: Detections | None = None
        # What is shown, what the last look found, and where nothing is known since then.
        self._parts = self._found = np.zeros((0, 0, 0), np.float32)
        self._unknown = np.zeros((0, 0), np.float32)
        self._since = 0

    def __call__(self, pixels: Pixels, moved: Moved | None) -> tuple[Detections, Probabilities]:
        """Return who is seen, and their parts, (h, w, 12 or 13), in whose px faces are."""
        size = size_within((pixels.shape[0], pixels.shape[1]), self._most_px)
        if self._seen is None or moved is None or moved.cut or self._parts.shape[:2] != size:
            self._parts = self._look(pixels, size)
            return self._told(), self._parts
        self._along(moved.to(size))
        late = self._since >= self._every
        if late or (self._since >= SOONEST and self._unknown.mean() > LOST):
            unknown = self._unknown
            found = self._look(pixels, size)
            self._parts = single(self._parts + unknown[..., None] * (found - self._parts))
        if self._since < TURNING:
            share = np.float32(1 / (TURNING - self._since))
            self._parts = single(self._parts + share * (self._found - self._parts))
        return self._told(), self._parts

    def _told(self) -> Detections:
        if self._seen is None:
            raise ValueError("Nobody was looked for yet.")
        return self._seen

    def _along(self, moved: Moved) -> None:
        """Carry what is known along to the next picture."""
        back, self._since = moved.back, self._since + 1
        lost = smoothstep(1 - moved.trust, *DOUBTED)
        self._unknown = np.maximum(carried(self._unknown, back), lost)
        self._parts = _carried(self._parts, back)
        if self._since < TURNING:
            self._found = _carried(self._found, back)
        seen = self._told()
        self._seen = replace(seen, faces=tuple(moved_face(face, back) for face in seen.faces))

    def _look(self, pixels: Pixels, size: tuple[int, int]) -> Probabilities:
        looked = size_within((pixels.shape[0], pixels.shape[1]), LOOKED_PX)
        run = Run(Photo(pixels_resized(pixels, looked)), self._job.settings, self._job.models)
        seen = detect(run)
        k = size[0] / run.original.value.shape[0]
        faces = tuple(in_photo(face, k) for face in seen.value.faces)
        self._seen, self._since = replace(seen.value, faces=faces), 0
        self._found = resized(parts_of(run, run.original, seen).value, size)
        self._unknown = np.zeros(size, np.float32)
        return self._found


def _carried(parts: Probabilities, back: NDArray[np.float32]) -> Probabilities:
    """Carry parts, (H, W, C), along by a motion, (H, W, 2)."""
    planes = [
        carried(np.ascontiguousarray(parts[..., k : k + PLANES]), back)
        for k in range(0, parts.shape[2], PLANES)
    ]
    return np.dstack(planes)
