"""Points that an earlier network of this kind is sure of: of faces without any, and unknown jaws.

Source: Xie et al. 2020, "Self-training with Noisy Student improves ImageNet classification" (a
network learns, from damaged views, what one before it says of clean ones).
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from pipeline.ops import align
from pipeline.ops.tensor import to_float
from pipeline.stages.landmarks import SIDE, eyes_and_mouth, find_landmarks, matrix_at, mirrored
from pipeline.types import Image, Network, Points
from training.checks import photos_in
from training.face_finder import FaceFinder
from training.landmark_faces import LEAST, LOOK_PX, Learned, Seen, learned
from training.samples import read_pixels

# Looks at one face, each also at its mirror image: how large it is, and how it is turned, radians.
LOOKS = tuple(product((0.9, 1.0, 1.08), (-0.1, 0.0, 0.1)))
# Of the distance of the eyes' outer corners: looks may differ by so much in the mean of a face, and
# by so much at a point; and known points may be so far from what it says.
SURE, SURE_POINT, NEAR = 0.03, 0.05, 0.06


def learned_with(shared: Path, network: Network) -> Iterator[Learned]:
    """Yield each face to learn from: those with points, then those that `network` is sure of."""
    for kind, name, seen in learned(shared):
        yield kind, name, completed(seen, network) if kind == "wild" else seen
    find = FaceFinder(shared, LOOK_PX, LEAST)
    for name, seen in taught(shared / "data/face_parsing/images", find, network):
        yield "taught", name, seen


def sure_of(photo: Image, points: Points, network: Network) -> Points | None:
    """Return 68 points of a face, (68, 2) px, NaN where looks differ; None where most do.

    `points`: its eyes and mouth corners, (4, 2) px.
    """
    base = matrix_at(eyes_and_mouth(find_landmarks(photo, points, network)[0]))
    ways = [_looked(base, *look) for look in LOOKS]
    crops = [align.crop(photo, way, SIDE).clip(0, 1) for way in ways]
    batch = np.stack([view for crop in crops for view in (crop, crop[:, ::-1])])
    said = network(np.ascontiguousarray(batch.transpose(0, 3, 1, 2)))[..., :2]
    found = np.stack(
        [
            align.map_points(align.inverse(way), each)
            for way, plain, other in zip(ways, said[::2], said[1::2], strict=True)
            for each in (plain, mirrored(other, SIDE))
        ]
    )
    mean = found.mean(0)
    off = np.linalg.norm(found - mean, axis=2).mean(0) / _unit(mean)
    if off.mean() > SURE:
        return None
    mean[off > SURE_POINT] = np.nan
    return mean


def completed(seen: Seen, network: Network) -> Seen:
    """Return a face with its unknown points as the network says, where it is right of the known."""
    said = sure_of(to_float(seen.photo), seen.face.points, network)
    if said is None or not np.isfinite(seen.points).any():
        return seen
    off = np.linalg.norm(said - seen.points, axis=1) / _unit(seen.points)
    if np.nanmean(off) > NEAR:
        return seen
    known = np.isfinite(seen.points)
    return replace(seen, points=np.where(known, seen.points, said).astype(np.float32))


def taught(folder: Path, find: FaceFinder, network: Network) -> Iterator[tuple[str, Seen]]:
    """Yield the photos of a folder, by name, in which the network is sure of the one face."""
    for file in photos_in(folder):
        photo = read_pixels(file)
        faces = find(photo)
        said = sure_of(to_float(photo), faces[0].points, network) if len(faces) == 1 else None
        if said is not None:
            yield file.stem, Seen(photo, faces[0], said)


def _looked(base: align.Matrix, size: float, angle: float) -> align.Matrix:
    """Return a look's way from the photo, turned and enlarged around the crop's middle."""
    c, s = size * np.cos(angle), size * np.sin(angle)
    turn = np.array([[c, -s], [s, c]])
    middle = (SIDE - 1) / 2
    shift = middle - turn @ (middle, middle)
    return np.column_stack([turn @ base[:, :2], turn @ base[:, 2] + shift]).astype(np.float32)


def _unit(points: Points) -> float:
    return max(float(np.hypot(*(points[45] - points[36]))), 1e-3)
