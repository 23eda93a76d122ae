"""Set what is kept of a film's pictures into their paintings; a kept face changes as the film does.

What blending adds to a face (the painting's light and color, some strokes) is held still: it is
carried along and mixed with what the next picture adds, so that nothing flickers on the face but
the film itself.
"""

from dataclasses import replace

import cv2
import numpy as np

from pipeline.ops.flow import grid_of, sampled
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.settings import Settings
from pipeline.stages.blend import set_in, soften
from pipeline.steps.blend import strokes_kept
from pipeline.types import Face, Image, Mask, Pixels
from pipeline.variants import PAINTERS
from pipeline.video.faces import Kept
from pipeline.video.steady import Moved

# How much fewer strokes stay on a kept face than in a photo: they are coarser, for films are small,
# and come a little late when it moves.
BRUSHWORK = 0.45
EYE = (0.3, 0.4)  # an eye's half width and half height, in distances of the eyes
HELD = 0.8  # of what was added before, where the motion is trusted


class Keep:
    """Set what is kept of one picture after the other into its painting."""

    def __init__(self, settings: Settings) -> None:
        self._how = settings.blend
        self._by_strokes = PAINTERS[settings.paint.painter].vector
        self._added: Image | None = None  # to the film's picture, where somebody is kept

    def __call__(self, painted: Pixels, pixels: Pixels, kept: Kept, moved: Moved | None) -> Pixels:
        """Return a picture's painting, (H, W, 3), with what is kept of it."""
        how = self._how
        region = soften(kept.mask, kept.faces, feather=how.feather)
        if region is None:
            self._added = None
            return painted
        window, inner = region.window, replace(region, window=(slice(None), slice(None)))
        near = to_float(pixels[window])
        brushwork, eyes = 0.0, None
        if self._by_strokes:
            brushwork = BRUSHWORK * strokes_kept(how)
            eyes = eyes_of(kept.faces, kept.mask.shape)[window]
        made, alpha = set_in(
            to_float(painted[window]), near, inner, strength=how.strength, harmony=how.harmony,
            brushwork=brushwork, eyes=eyes,
        )  # fmt: skip
        added = made - near
        if self._added is not None and moved is not None and not moved.cut:
            places = cv2.add(grid_of(*moved.size)[window], moved.back[window])
            before = sampled(self._added, places)
            weight = np.float32(HELD) * moved.trust[window] * (alpha > 0)
            added = np.asarray(added + weight[..., None] * (before - added), np.float32)
        if self._added is None or self._added.shape[:2] != pixels.shape[:2]:
            self._added = np.zeros((*pixels.shape[:2], 3), np.float32)
        self._added[window] = added
        out = painted.copy()
        out[window] = to_uint8((near + added).clip(0, 1))
        return out


def eyes_of(faces: tuple[Face, ...], size: tuple[int, ...]) -> Mask:
    """Mark the faces' eyes in a picture of a (height, width): 1 or 0."""
    marked = np.zeros(size, np.float32)
    for face in faces:
        apart = float(np.hypot(*(face.eyes[1] - face.eyes[0])))
        for x, y in face.eyes:
            axes = 2 * EYE[0] * apart, 2 * EYE[1] * apart
            cv2.ellipse(marked, ((float(x), float(y)), axes, 0.0), 1.0, -1)
    return marked
