"""What of a photo without color is bare, by how light its people's faces are."""

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized
from pipeline.ops.smooth import smoothstep
from pipeline.stages.parse import Part, Probabilities

# Of bare bodies 4 % are darker than 0.4 of their faces' light, of clothes 38 % (140 street photos):
# up to which share of it nothing is bare, and from which on what is taken for that; how sure a
# face's skin is, and how large, as a share of the photo.
TOO_DARK, SURE, LEAST_FACE = (0.3, 0.55), 0.7, 5e-4


def not_too_dark(parts: Probabilities, light: NDArray[np.float32]) -> Probabilities:
    """Take for clothes what was taken for a body's skin and is far darker than the faces.

    `parts`: (H, W, 12 or 13). `light`: lightness, (h, w) in [0, 1].
    """
    if parts.shape[-1] <= Part.BODY_SKIN:  # a published parser, which does not know a body's
        return parts
    seen = resized(light, (parts.shape[0], parts.shape[1]))
    face = seen[parts[..., Part.SKIN] > SURE]
    if face.size < LEAST_FACE * seen.size:
        return parts
    bare = smoothstep(seen / max(float(np.median(face)), 1e-3), *TOO_DARK)
    lost = parts[..., Part.BODY_SKIN] * (1 - bare)
    parts = parts.copy()
    parts[..., Part.BODY_SKIN] -= lost
    parts[..., Part.PERSON] += lost
    return parts
