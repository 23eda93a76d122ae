"""Find faces by the RetinaFace detector, then verify each with the parser."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops.monochrome import skin_toned
from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_batch
from pipeline.stages.detect.fitting import parse_at_fitting_size
from pipeline.stages.detect.from_parsing import Detections, limited
from pipeline.stages.detect.verify import verify_face
from pipeline.stages.parse import FACE_PARTS, FaceParse, Parser, likeliest, parse_face
from pipeline.types import Face, Image, Network

Float = NDArray[np.float32]

# Long sides at which the photo is given to the detector. The second is only tried where the first
# finds nothing: a face may fill the photo.
LONG_PX = (1024, 320)
MULTIPLE = 32
# Source: facexlib's generate_config, equal for both backbones.
LEVELS = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))  # (step, anchor sides), px
VARIANCE = (0.1, 0.2)  # of the anchors' centers, and of the logarithm of their sides
MIN_SCORE = 0.6  # from which on the parser is asked to verify
# From which on a face counts although the parser misses an eye or the mouth: sunglasses, hands,
# steep profiles.
SURE_SCORE = 0.97
MIN_FRACTION = 0.3  # of the middle of such a face's crop that must be parts of a face
OVERLAP = 0.4  # intersection over union from which two detections are one
INSIDE = 0.6  # fraction of a box inside a larger face's from which it is a part of that face


def find(photo: Image, detector: Network, parser: Parser) -> Detections:
    """Detect faces and parse each, the largest first; one inside a larger face is dropped.

    A photo without color is looked at in skin's, as `detect_faces` does.
    """
    photo = skin_toned(photo)
    found: list[tuple[Face, FaceParse]] = []
    for long_px in LONG_PX:
        for candidate in sorted(
            candidates(photo, detector, long_px=long_px), key=lambda face: -face.height
        ):
            pair = None if _inside_any(candidate, found) else _verified(photo, parser, candidate)
            if pair and not _inside_any(pair[0], found):
                found.append(pair)
        if found:
            break
    found.sort(key=lambda pair: -pair[0].height)
    faces = tuple(face for face, _ in found)
    whole = parse_at_fitting_size(photo, parser, faces)
    detections = Detections(whole, faces, tuple(view for _, view in found))
    return limited(detections, photo.shape[:2])


def _inside_any(face: Face, found: list[tuple[Face, FaceParse]]) -> bool:
    boxes = np.array([f.box for f, _ in found], np.float32).reshape(-1, 4)
    own = np.array(face.box, np.float32)
    smaller = np.minimum(_area(boxes), _area(own))
    return bool((_intersection(boxes, own) > INSIDE * smaller).any())


def _verified(photo: Image, parser: Parser, face: Face) -> tuple[Face, FaceParse] | None:
    """Return the face as the parser measures it in a crop.

    Where the parser does not verify it, a detection with a sure score is returned as it is if
    enough of its crop is a face; else None.
    """
    confirmed = verify_face(photo, parser, face.points)
    if confirmed or face.score < SURE_SCORE:
        return confirmed
    view = parse_face(photo, face.points, parser.close)
    middle = slice(view.parts.shape[0] // 4, -view.parts.shape[0] // 4)
    fraction = np.isin(likeliest(view.parts[middle, middle]), FACE_PARTS).mean()
    return (face, view) if fraction > MIN_FRACTION else None


def candidates(photo: Image, network: Network, *, long_px: int) -> tuple[Face, ...]:
    """Run the detector: likely faces in photo px, the surest first.

    The photo is resized to a long side of at most `long_px`.
    """
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
    """List the detector's anchors in a picture of `size` (height, width): center x, y and side, px.

    (N, 3), in the order of the network's output.
    """
    found = []
    for step, sides in LEVELS:
        y, x, side = np.meshgrid(
            np.arange(-(-size[0] // step)), np.arange(-(-size[1] // step)), sides, indexing="ij"
        )
        found.append(np.stack([(x + 0.5) * step, (y + 0.5) * step, side], -1).reshape(-1, 3))
    return np.concatenate(found, dtype=np.float32)


def decoded(values: Float, at: Float) -> tuple[Float, Float]:
    """Decode the network's `values`, (N, 15), at the anchors `at`, (N, 3), into px.

    Boxes are (N, 4), x0, y0, x1, y1; points are (N, 5, 2).
    """
    center, side = at[:, :2], at[:, 2:]
    middle = center + values[:, 0:2] * VARIANCE[0] * side
    half = side * np.exp(values[:, 2:4] * VARIANCE[1]) / 2
    points = center[:, None] + values[:, 5:15].reshape(-1, 5, 2) * VARIANCE[0] * side[:, None]
    return np.concatenate([middle - half, middle + half], 1, dtype=np.float32), points.astype(
        np.float32
    )


def surest(boxes: Float, scores: Float) -> list[int]:
    """Suppress non-maxima: each box drops those of lower score that overlap it.

    Returns the indices of the boxes that remain, the surest first.
    """
    remaining: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        first, rest = int(left[0]), left[1:]
        remaining.append(first)
        common = _intersection(boxes[rest], boxes[first])
        left = rest[common <= OVERLAP * (_area(boxes[rest]) + _area(boxes[first]) - common)]
    return remaining


def _area(boxes: Float) -> Float:
    return np.asarray((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]), np.float32)


def _intersection(boxes: Float, box: Float) -> Float:
    """Return the area of each box's intersection with one."""
    sides = np.minimum(boxes[..., 2:], box[2:]) - np.maximum(boxes[..., :2], box[:2])
    return np.maximum(sides[..., 0], 0) * np.maximum(sides[..., 1], 0)
