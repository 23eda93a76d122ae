"""Find faces by a detector network, then have the parser look closer at each."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_batch
from pipeline.stages.detect.from_parsing import Detections, fitting_look, limited
from pipeline.stages.detect.verify import verify_face
from pipeline.stages.parse import FACE_PARTS, FaceParse, Parser, likeliest, parse_face
from pipeline.types import Face, Image, Network

Float = NDArray[np.float32]

LOOKS_PX = (
    1024,
    320,
)  # long sides; the second only where the first shows no face: one that fills the photo
MULTIPLE = 32
# Source: facexlib's generate_config, equal for both backbones.
LEVELS = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))  # (step, anchor sides), px
VARIANCE = (0.1, 0.2)  # of the anchors' centers, and of the logarithm of their sides
MIN_SCORE = 0.6  # what the parser confirms
SURE_SCORE = 0.97  # what counts although the parser misses an eye or the mouth: sunglasses, hands, steep profiles
MIN_SHARE = 0.3  # of such a face's box that must be parts of a face
OVERLAP = 0.4  # intersection over union from which two finds are one
INSIDE = (
    0.6  # share of a smaller find's box that lies in a larger face when it is a part of that face
)


def find(photo: Image, finder: Network, parser: Parser) -> Detections:
    """Return what the parser sees where the detector found faces, largest first; a find inside a larger face is none."""
    seen: list[tuple[Face, FaceParse]] = []
    for long_px in LOOKS_PX:
        for candidate in sorted(
            candidates(photo, finder, long_px=long_px), key=lambda face: -face.height
        ):
            pair = None if _inside_any(candidate, seen) else _looked_at(photo, parser, candidate)
            if pair and not _inside_any(pair[0], seen):
                seen.append(pair)
        if seen:
            break
    seen.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in seen)
    return limited(
        Detections(fitting_look(photo, parser, faces), faces, tuple(view for _, view in seen)),
        photo.shape[:2],
    )


def _inside_any(face: Face, seen: list[tuple[Face, FaceParse]]) -> bool:
    boxes, own = (
        np.array([f.box for f, _ in seen], np.float32).reshape(-1, 4),
        np.array(face.box, np.float32),
    )
    smaller = np.minimum(_area(boxes), _area(own))
    return bool((_shared(boxes, own) > INSIDE * smaller).any())


def _looked_at(photo: Image, parser: Parser, face: Face) -> tuple[Face, FaceParse] | None:
    """Return the face as a closer look draws it; where that lacks a part, a sure find as it is; else None."""
    points = np.concatenate([face.eyes, face.mouth])
    confirmed = verify_face(photo, parser, points)
    if confirmed or face.score < SURE_SCORE:
        return confirmed
    view = parse_face(photo, points, parser.close)
    middle = slice(view.parts.shape[0] // 4, -view.parts.shape[0] // 4)
    share = np.isin(likeliest(view.parts[middle, middle]), FACE_PARTS).mean()
    return (face, view) if share > MIN_SHARE else None


def candidates(photo: Image, network: Network, *, long_px: int) -> tuple[Face, ...]:
    """Return what the detector takes for faces, surest first, in photo px; the photo is shown with a long side of at most `long_px`."""
    h, w = photo.shape[:2]
    k = min(1.0, long_px / max(h, w))
    size = max(1, round(h * k)), max(1, round(w * k))
    padded = cv2.copyMakeBorder(
        resized(photo, size),
        0,
        -size[0] % MULTIPLE,
        0,
        -size[1] % MULTIPLE,
        cv2.BORDER_CONSTANT,
        value=(0.5,) * 3,
    )
    values = network(to_batch(padded.clip(0, 1)))[0]
    likely = values[:, 4] >= MIN_SCORE
    boxes, points = decoded(values[likely], anchors((padded.shape[0], padded.shape[1]))[likely])
    scores = values[likely, 4]
    # Anchors count from the corner of the picture, points here from the center of its first pixel.
    boxes, points = boxes / k - 0.5, points / k - 0.5
    return tuple(
        Face((*boxes[i].tolist(),), points[i, [0, 1]], points[i, [3, 4]], float(scores[i]))
        for i in surest(boxes, scores)
    )


def anchors(size: tuple[int, int]) -> Float:
    """Return the detector's anchors in a picture of `size` (height, width): (N, 3) center x, y and side, px."""
    found = []
    for step, sides in LEVELS:
        y, x, side = np.meshgrid(
            np.arange(-(-size[0] // step)), np.arange(-(-size[1] // step)), sides, indexing="ij"
        )
        found.append(np.stack([(x + 0.5) * step, (y + 0.5) * step, side], -1).reshape(-1, 3))
    return np.concatenate(found, dtype=np.float32)


def decoded(values: Float, at: Float) -> tuple[Float, Float]:
    """Return boxes (N, 4) as x0, y0, x1, y1 and points (N, 5, 2) in px that a network's `values` (N, 15) mean at anchors (N, 3)."""
    center, side = at[:, :2], at[:, 2:]
    middle = center + values[:, 0:2] * VARIANCE[0] * side
    half = side * np.exp(values[:, 2:4] * VARIANCE[1]) / 2
    points = center[:, None] + values[:, 5:15].reshape(-1, 5, 2) * VARIANCE[0] * side[:, None]
    return np.concatenate([middle - half, middle + half], 1, dtype=np.float32), points.astype(
        np.float32
    )


def surest(boxes: Float, scores: Float) -> list[int]:
    """Return the indices of the boxes that remain, surest first, when each drops the less sure ones that overlap it."""
    kept: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        first, rest = int(left[0]), left[1:]
        kept.append(first)
        shared = _shared(boxes[rest], boxes[first])
        left = rest[shared <= OVERLAP * (_area(boxes[rest]) + _area(boxes[first]) - shared)]
    return kept


def _area(boxes: Float) -> Float:
    return np.asarray((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]), np.float32)


def _shared(boxes: Float, box: Float) -> Float:
    """Return the area that each box has in common with one."""
    sides = np.minimum(boxes[..., 2:], box[2:]) - np.maximum(boxes[..., :2], box[:2])
    return np.maximum(sides[..., 0], 0) * np.maximum(sides[..., 1], 0)
