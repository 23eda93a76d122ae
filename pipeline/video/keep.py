"""Set what is kept of a film's pictures into their paintings; a kept face changes as the film does.

What fitting adds to a face (the painting's light and color, some strokes) is held still. Of more
contrast than the film's own it takes none: that would make the film's grain and motion stronger.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.ops.color import lerp
from pipeline.ops.parts import Window
from pipeline.ops.resample import pixels_resized
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.blend import SoftRegion, fitted, soften
from pipeline.stages.stylize.printed_face import printed
from pipeline.steps.blend import beyond_usual, strokes_kept
from pipeline.steps.landmarks import sure_points
from pipeline.steps.ways import in_strokes, is_printed
from pipeline.types import Face, Image, Mask, Pixels
from pipeline.video.faces import Kept, shifted
from pipeline.video.held import Held
from pipeline.video.restore import FilmRestorer
from pipeline.video.steady import Moved

# How much fewer strokes stay on a kept face than in a photo: they are coarser, for films are small,
# and come a little late when it moves.
BRUSHWORK = 0.35
EYE = (0.3, 0.4)  # an eye's half width and half height, in distances of the eyes
# Height of a face, px, from which on its light and color are found in a picture of half the size.
# Strokes and ink are finer than that, and stay as they are.
FITTED_PX = 128
ROWS = 256  # of a picture that are set in at a time: large ones as floats would fill the memory


class Keep:
    """Set what is kept of one picture after the other, restored, into its painting."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._how = settings.blend
        self._point = lambda: models.load("landmarks", settings.weights).run
        self._by_strokes, self._printed = in_strokes(settings.paint), is_printed(settings.paint)
        self._mend, self._held = FilmRestorer(settings, models), Held()
        self._halved: int | None = None  # decided when somebody comes into the film, once

    def __call__(
        self, painted: Pixels, pixels: Pixels, kept: Kept | None, moved: Moved | None
    ) -> Pixels:
        """Return a picture's painting, (H, W, 3), with what is kept of it, if anything.

        Raises: WeightError: there is no restorer, and the settings ask for published weights only;
        or what points at a print's faces is not at hand.
        """
        if kept is None or moved is None or moved.cut:
            self._halved = None
            self._held.forget()
        if kept is None:
            return painted
        if self._halved is None:
            fine = self._by_strokes or self._printed
            self._halved = 0 if fine else _halved(kept.faces)
        own = pixels_resized(pixels, kept.size)
        mended = self._mend(own, kept, moved)
        if mended is not own:
            pixels, own = _changed(pixels, own, mended), mended
        kept = kept.to((kept.size[0] >> self._halved, kept.size[1] >> self._halved))
        region = soften(kept.mask, kept.faces, feather=self._how.feather, outer=kept.outer)
        if region is None:
            self._held.forget()
            return painted
        own, base = (
            to_float(pixels_resized(each, kept.size)[region.window]) for each in (own, painted)
        )
        made, alpha = self._fitted(base, self._inked(own, kept, region), kept, region)
        moved = None if moved is None else moved.to(kept.size)
        added = self._held(made - own, region.window, moved)
        layer = np.asarray(np.dstack([added, alpha]), np.float32)
        return composed(painted, pixels, layer, region.window, kept.size)

    def _inked(self, own: Image, kept: Kept, region: SoftRegion) -> Image:
        """Print what is kept, in the region's window, where the film is printed."""
        if not self._how.painterly or kept.skin is None or kept.beside is None:
            return own
        mask, skin, beside = (of[region.window] for of in (kept.mask, kept.skin, kept.beside))
        faces = tuple(shifted(face, region.window) for face in kept.faces)
        points = sure_points(own, faces, self._point())
        made = printed(own, mask, faces, skin, beside, points, beyond_usual(self._how))
        return lerp(own, made, self._how.painterly)

    def _fitted(
        self, base: Image, own: Image, kept: Kept, region: SoftRegion
    ) -> tuple[Image, Mask]:
        how, brushwork, eyes = self._how, 0.0, None
        strength = 1 - (1 - how.strength) ** 3  # paint moves on a face: less of it than in a photo
        if self._by_strokes:
            brushwork = BRUSHWORK * strokes_kept(how)
            eyes = eyes_of(kept.faces, kept.size)[region.window]
        return fitted(
            base, own, region, strength=strength, harmony=how.harmony, brushwork=brushwork,
            eyes=eyes, contrast=False,
        )  # fmt: skip


def _halved(faces: tuple[Face, ...]) -> int:
    """Return how often the smallest of the faces may be halved, and is high enough."""
    least = min((face.height for face in faces), default=0.0)
    return max(0, int(np.log2(max(1.0, least / FITTED_PX))))


def _changed(pixels: Pixels, before: Pixels, after: Pixels) -> Pixels:
    """Change a picture as one was, (h, w, 3), that is the same or the same shrunk."""
    if pixels is before:
        return after
    change = to_float(after) - to_float(before)
    layer = np.dstack([change, np.ones_like(change[..., 0])])
    h, w = before.shape[:2]
    return composed(pixels, pixels, layer, (slice(0, h), slice(0, w)), (h, w))


def composed(
    painted: Pixels, pixels: Pixels, layer: Image, window: Window, size: tuple[int, int]
) -> Pixels:
    """Lay a picture and what is added to it over its painting, both (H, W, 3).

    `layer`: what is added, and how far it covers the painting, (h, w, 4), in a window of the
    picture shrunk to a `size`, (height, width).
    """
    out, layer = painted.copy(), cv2.multiply(layer, (255, 255, 255, 1))
    for part, near in enlarged(layer, window, size, (pixels.shape[0], pixels.shape[1])):
        added, share = cv2.cvtColor(near, cv2.COLOR_BGRA2BGR), cv2.extractChannel(near, 3)
        own = cv2.add(pixels[part], added, dtype=cv2.CV_8U)  # rounded, and clipped to bytes
        out[part] = cv2.blendLinear(own, painted[part], share, 1 - share)
    return out


def enlarged(
    layer: Image, window: Window, size: tuple[int, int], full: tuple[int, int]
) -> Iterator[tuple[Window, Image]]:
    """Yield strips of a layer as it lies in a larger picture, each with its window there.

    `layer`: (h, w, C), 0 around its window of a picture of a `size`; that is enlarged to `full`.
    """
    rows, columns = window
    y, x = (n / m for n, m in zip(size, full, strict=True))
    left, right = int(columns.start / x), min(full[1], int(np.ceil(columns.stop / x)))
    end = min(full[0], int(np.ceil(rows.stop / y)))
    for top in range(int(rows.start / y), end, ROWS):
        bottom = min(top + ROWS, end)
        part = slice(top, bottom), slice(left, right)
        if size == full:
            yield part, layer[top - rows.start : bottom - rows.start]
            continue
        there = np.array(
            [
                [x, 0, (left + 0.5) * x - 0.5 - columns.start],
                [0, y, (top + 0.5) * y - 0.5 - rows.start],
            ]
        )
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        yield part, cv2.warpAffine(layer, there, (right - left, bottom - top), flags=how)


def eyes_of(faces: tuple[Face, ...], size: tuple[int, ...]) -> Mask:
    """Mark the faces' eyes in a picture of a (height, width): 1 or 0."""
    marked = np.zeros(size, np.float32)
    for face in faces:
        apart = float(np.hypot(*(face.eyes[1] - face.eyes[0])))
        for x, y in face.eyes:
            axes = 2 * EYE[0] * apart, 2 * EYE[1] * apart
            cv2.ellipse(marked, ((float(x), float(y)), axes, 0.0), 1.0, -1)
    return marked
