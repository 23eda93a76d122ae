"""Follow what is kept of people through a film: looked for now and then, carried along between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import lerp
from pipeline.ops.flow import carried
from pipeline.ops.one_euro import OneEuro
from pipeline.ops.parts import Window, largest_height, scale_of
from pipeline.ops.resample import pixels_resized, resized, size_within
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.decontaminate import at_scene
from pipeline.stages.parse import in_photo
from pipeline.steps.blend import beside_of, skin_of
from pipeline.steps.detect import detect
from pipeline.steps.run import Run
from pipeline.steps.segment import segment
from pipeline.steps.ways import is_printed
from pipeline.types import Face, Mask, Photo, Pixels, Points, Restoration
from pipeline.video.steady import Moved

LOOK_SECONDS = 3.0  # between two looks for faces, at most
UNSURE = 0.6  # mean trust in the motion of what is kept, below which it is looked for again
TURNING = 6  # pictures over which a new outline takes the place of the one that was carried along
STEP_PX = 6  # between places at which a face's motion is read
LEAST_PLACES = 12
# Area, px, in which people are followed at most: outlines are soft, restored faces have 512 px, and
# masks and motions of 4K would fill the memory.
KEPT_PX = 2_100_000
LOOKED_PX = 1_000_000  # likewise, in which they are looked for


@dataclass(frozen=True)
class Kept:
    """What is kept of a picture, which may be shrunk: a mask, (H, W) in [0, 1], and its faces.

    `outer`: where its outline lies before the scene, likewise; None where that is not known.
    `skin`, `beside`: a face's skin and what of a person is beside it, for prints alone.
    """

    mask: Mask
    faces: tuple[Face, ...]
    outer: Mask | None = None
    skin: Mask | None = None
    beside: Mask | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture that the faces' points are in."""
        return self.mask.shape[0], self.mask.shape[1]

    def to(self, size: tuple[int, int]) -> "Kept":
        """Return the same for the picture shrunk to a (height, width)."""
        if size == self.size:
            return self
        scale = size[0] / self.size[0]

        def shrunk(of: Mask) -> Mask:
            return np.asarray(cv2.resize(of, size[::-1], interpolation=cv2.INTER_AREA), np.float32)

        faces = tuple(in_photo(face, scale) for face in self.faces)
        return replace(self.each(shrunk), faces=faces)

    def each(self, change: Callable[[Mask], Mask]) -> "Kept":
        """Change the mask, and each of the others that is known."""
        others = (self.outer, self.skin, self.beside)
        outer, skin, beside = (None if of is None else change(of) for of in others)
        return Kept(change(self.mask), self.faces, outer, skin, beside)

    def toward(self, new: "Kept", share: float) -> "Kept":
        """Bring the masks so far to those of a new look."""

        def between(now: Mask | None, then: Mask | None) -> Mask | None:
            return then if now is None or then is None else lerp(now, then, share)

        return replace(
            self,
            mask=lerp(self.mask, new.mask, share),
            outer=between(self.outer, new.outer),
            skin=between(self.skin, new.skin),
            beside=between(self.beside, new.beside),
        )


class Keeper:
    """Outline what is kept in each picture of a film, as the settings ask for."""

    def __init__(self, settings: Settings, models: Models, rate: float) -> None:
        self._settings, self._models, self._rate = settings, models, rate
        self._kept: Kept | None = None
        self._smooth: list[OneEuro] = []
        self._since = self._turned = 0
        self._looked: Kept | None = None

    def __call__(self, pixels: Pixels, moved: Moved | None) -> Kept | None:
        """Return what is kept of a picture, (H, W, 3), shrunk to `KEPT_PX`; None if nobody is."""
        size = size_within((pixels.shape[0], pixels.shape[1]), KEPT_PX)
        pixels, moved = pixels_resized(pixels, size), None if moved is None else moved.to(size)
        if moved is None or moved.cut:
            self._kept = self._looked = None  # of another scene; so is what faces are smoothed by
            self._kept = self._look(pixels)
        else:
            self._kept = None if self._kept is None else _along(self._kept, moved)
            if self._looked is not None:
                self._looked = _carried(self._looked, moved)
            if self._unsure(moved):
                self._turn_to(self._look(pixels))
        self._mix()
        if self._kept is None:
            return None
        faces = tuple(map(_smoothed, self._kept.faces, self._smooth))
        return replace(self._kept, faces=faces)

    def _unsure(self, moved: Moved) -> bool:
        self._since += 1
        if self._since >= LOOK_SECONDS * self._rate:
            return True
        if self._kept is None or self._since < TURNING:
            return False
        mask = self._kept.mask
        return float((moved.trust * mask).sum()) < UNSURE * float(mask.sum())

    def _look(self, pixels: Pixels) -> Kept | None:
        self._since = 0
        looked = size_within((pixels.shape[0], pixels.shape[1]), LOOKED_PX)
        run = Run(Photo(pixels_resized(pixels, looked)), self._settings, self._models)
        seen = detect(run)
        outline = segment(run, seen, run.made(Restoration)).value
        faces = seen.value.faces
        if outline.mask is None:
            return None
        if self._kept is None or len(faces) != len(self._smooth):
            self._smooth = [OneEuro(self._rate) for _ in faces]
        height = largest_height(faces) or scale_of(outline.mask)
        outer = at_scene(to_float(outline.scene) * (1 - outline.mask), height)
        kept = Kept(outline.mask, faces, outer)
        if is_printed(self._settings.paint):
            kept = replace(kept, skin=skin_of(outline.labels), beside=beside_of(outline.parts))
        size = (pixels.shape[0], pixels.shape[1])
        return replace(kept.each(lambda of: resized(of, size)), faces=_like(faces, size, run))

    def _turn_to(self, found: Kept | None) -> None:
        """Take what a new look found; where something was kept already, little by little."""
        if found is None or self._kept is None:
            self._kept, self._looked = found, None
            return
        self._looked, self._turned = found, 0
        self._kept = replace(self._kept, faces=found.faces)

    def _mix(self) -> None:
        if self._looked is None or self._kept is None:
            return
        self._turned += 1
        self._kept = self._kept.toward(self._looked, 1 / (TURNING - self._turned + 1))
        if self._turned >= TURNING:
            self._looked = None


def _like(faces: Sequence[Face], size: tuple[int, ...], run: Run) -> tuple[Face, ...]:
    """Return faces of a run's working size in the picture's px."""
    scale = size[0] / run.original.value.shape[0]
    return tuple(faces) if scale == 1 else tuple(in_photo(face, scale) for face in faces)


def _along(kept: Kept, moved: Moved) -> Kept:
    faces = tuple(moved_face(face, moved.back) for face in kept.faces)
    return replace(_carried(kept, moved), faces=faces)


def _carried(kept: Kept, moved: Moved) -> Kept:
    """Carry an outline along, not its faces."""
    back = moved.back
    return kept.each(lambda of: carried(of, back))


def moved_face(face: Face, back: NDArray[np.float32]) -> Face:
    """Carry a face along by the similarity that most of its motion agrees with."""
    h, w = back.shape[:2]
    x0, y0, x1, y1 = (round(n) for n in face.box)
    xs, ys = np.meshgrid(
        np.arange(max(0, x0), min(w, x1), STEP_PX), np.arange(max(0, y0), min(h, y1), STEP_PX)
    )
    if xs.size < LEAST_PLACES:
        return face
    now = np.stack([xs, ys], -1).reshape(-1, 2).astype(np.float32)
    before = now + back[ys, xs].reshape(-1, 2)
    matrix, _ = cv2.estimateAffinePartial2D(before, now, method=cv2.RANSAC)
    if matrix is None:
        return face

    def at(points: Points) -> Points:
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)

    return _with_points(face, at(_points_of(face)))


def shifted(face: Face, window: Window) -> Face:
    """Return a picture's face in px of a window of the picture."""
    corner = np.array([window[1].start, window[0].start], np.float32)
    return _with_points(face, np.asarray(_points_of(face) - corner, np.float32))


def _smoothed(face: Face, smooth: OneEuro) -> Face:
    return _with_points(face, smooth(_points_of(face)))


def _points_of(face: Face) -> Points:
    """Return the corners of a face's box, its eyes and its mouth, (6, 2) px."""
    corners = np.array(face.box, np.float32).reshape(2, 2)
    return np.concatenate([corners, face.points]).astype(np.float32)


def _with_points(face: Face, points: Points) -> Face:
    x0, y0, x1, y1 = (float(n) for n in points[:2].ravel())
    return replace(face, box=(x0, y0, x1, y1), eyes=points[2:4], mouth=points[4:6])
