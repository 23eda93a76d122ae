"""Say what of a portrait's bodies is bare, worn or hair, where a parse and the colors are sure.

Of portraits people know the outline alone. A network that learns a sum of classes learns what it
believes already; these labels tell it more than it sees near by, for a parse looks from afar, too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.color import to_lab
from pipeline.ops.monochrome import without_tone
from pipeline.stages.detect.from_parsing import detect_faces
from pipeline.stages.parse import Parser, Part, Probabilities
from pipeline.stages.segment.color_models import refined_parts
from pipeline.types import Image, Labels, Pixels
from training.labels import FACELESS

# Of 151 points on people whom the parse calls bare so surely, 144 are (`benchmarks/skin_points`).
BARE = 0.8
# Of 401 points that it calls hair so surely, 398 are. A training that was told of skin and cloth
# alone lost hair in the street.
HAIR = 0.8
# It is often sure of cloth where there is skin: of 45 such points none is as far from the face's
# colors, CIELAB's a and b; of 1,014 points on cloth 715 are.
WORN, OFF = 0.8, 16.0
FACE = 0.9
SOFT_PX = 3.0  # colors are compared without their noise
LEAST_FACE = 0.002  # of a photo: less says nothing of skin's color


def bodies_told(photo: Pixels, labels: Labels, parser: Parser) -> Labels:
    """Return labels in which FACELESS pixels are bare, worn or hair where that is sure, (H, W)."""
    original = photo.astype(np.float32) / 255
    seen = detect_faces(original, parser)
    return told(original, labels, refined_parts(original, seen.whole, seen.views))


def told(photo: Image, labels: Labels, parts: Probabilities) -> Labels:
    """Return labels as `bodies_told` has them, by a parse, (H, W, 13).

    Without color a parse is sure of much that is wrong: such a photo tells nothing.
    """
    free, out = labels == FACELESS, labels.copy()
    off = _off(photo, parts[..., Part.SKIN] > FACE)
    if off is None or without_tone(to_lab(photo)) is not None:
        return out
    out[free & (parts[..., Part.BODY_SKIN] > BARE)] = Part.BODY_SKIN
    out[free & (parts[..., Part.PERSON] > WORN) & (off > OFF)] = Part.PERSON
    out[free & (parts[..., Part.HAIR] > HAIR)] = Part.HAIR
    return out


def _off(photo: Image, face: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Return how far colors are from a face's, (H, W) CIELAB, a and b; None without a face."""
    if face.mean() < LEAST_FACE:
        return None
    colors = to_lab(photo)[..., 1:]
    usual = np.median(colors[face], 0)
    soft = cv2.GaussianBlur(np.ascontiguousarray(colors), (0, 0), SOFT_PX)
    return np.asarray(np.hypot(*np.moveaxis(soft - usual, -1, 0)), np.float32)
