"""Set what is kept of a film's pictures into their paintings; a kept face changes as the film does.

What fitting adds to a face (the painting's light and color, some strokes) is held still. Of more
contrast than the film's own it takes none: that would make the film's grain and motion stronger.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.ops.color import repeated
from pipeline.ops.parts import Window
from pipeline.ops.resample import pixels_resized
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.blend import fitted, soften
from pipeline.steps.blend import strokes_kept
from pipeline.types import Face, Image, Mask, Pixels
from pipeline.variants import PAINTERS
from pipeline.video.faces import Kept
from pipeline.video.held import Held
from pipeline.video.restore import FilmRestorer
from pipeline.video.steady import Moved

# How much fewer strokes stay on a kept face than in a photo: they are coarser, for films are small,
# and come a little late when it moves.
BRUSHWORK = 0.45
EYE = (0.3, 0.4)  # an eye's half width and half height, in distances of the eyes
ROWS = 256  # of a picture that are set in at a time: large ones as floats would fill the memory


class Keep:
    """Set what is kept of one picture after the other, restored, into its painting."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._how = settings.blend
        self._by_strokes = PAINTERS[settings.paint.painter].vector
        self._mend, self._held = FilmRestorer(settings, models), Held()

    def __call__(self, painted: Pixels, pixels: Pixels, kept: Kept, moved: Moved | None) -> Pixels:
        """Return a picture's painting, (H, W, 3), with what is kept of it.

        Raises: WeightError: there is no restorer, and the settings ask for published weights only.
        """
        how, size = self._how, (kept.mask.shape[0], kept.mask.shape[1])
        region = soften(kept.mask, kept.faces, feather=how.feather)
        if region is None:
            self._held.forget()
            return painted
        moved = None if moved is None else moved.to(size)
        film, window = pixels_resized(pixels, size), region.window
        own = to_float(self._mend(film, kept, moved)[window])
        brushwork, eyes = 0.0, None
        if self._by_strokes:
            brushwork = BRUSHWORK * strokes_kept(how)
            eyes = eyes_of(kept.faces, size)[window]
        made, alpha = fitted(
            to_float(pixels_resized(painted, size)[window]), own, region, strength=how.strength,
            harmony=how.harmony, brushwork=brushwork, eyes=eyes, contrast=False,
        )  # fmt: skip
        added = self._held(made - own, window, moved) + (own - to_float(film[window]))
        return composed(painted, pixels, np.dstack([added, alpha]), window, size)


def composed(
    painted: Pixels, pixels: Pixels, layer: Image, window: Window, size: tuple[int, int]
) -> Pixels:
    """Lay a picture and what is added to it over its painting, both (H, W, 3).

    `layer`: what is added, and how far it covers the painting, (h, w, 4), in a window of the
    picture shrunk to a `size`, (height, width).
    """
    out = painted.copy()
    for part, near in enlarged(layer, window, size, (pixels.shape[0], pixels.shape[1])):
        under = to_float(painted[part])
        own = to_float(pixels[part]) + near[..., :3]
        out[part] = to_uint8(under + repeated(np.ascontiguousarray(near[..., 3])) * (own - under))
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
