"""Measure how faces in painted portraits are proportioned, against faces in photos.

    python -m training.proportions ../shared pipeline/stages/proportions.npz

Faces are placed by YuNet and pointed by the embedded network, in paintings and in photos alike, so
that what it does to both falls out. Shapes are brought onto one another by similarity and averaged
with their mirror images. Painters like their sitters half turned and with closed mouths: each
painted face is compared with the photos' nearest in turn, open mouth and smile only.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Models
from pipeline.stages.landmarks import MIRRORED, find_landmarks
from pipeline.stages.proportions import mapped
from pipeline.types import Points
from training.checks import DatasetError, photos_in
from training.face_finder import FaceFinder
from training.samples import read_pixels

LOOK_PX, LEAST = 640, 0.6  # YuNet's long side, and the score from which on a face is one
SURE = 0.8  # of points
SMALL = 24.0  # px between the eyes, below which points are guesses
EVERY = 2  # of the photos, so many-th
LIKE = 20  # photos that a painted face is compared with
SEEN = 0.05  # in distances between the eyes: what a style's faces differ by somewhere, at least
PHOTOS = "portraits_in_the_wild/images"
SETS = {
    "ukiyoe": ("portrait_styles/ukiyoe_faces_256",),
    "old_masters": ("portrait_styles/classical_portrait", "portrait_styles/rembrandt"),
}
EYES, BROWS, JAW = (slice(36, 42), slice(42, 48)), slice(17, 27), slice(0, 17)
# Of `large_eyes`, which nobody painted: how much larger, and how far brows give way, in distances
# between the eyes; how much narrower the jaw becomes toward the chin.
LARGER, RAISED, NARROWER = 1.3, 0.06, 0.06

Shapes = NDArray[np.float64]  # (N, 68, 2)


def main() -> None:
    """Write the mean face of photos, and how much others differ from it."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path)
    cli.add_argument("out", type=Path)
    args = cli.parse_args()
    photos = shapes_of(args.shared, (f"data/{PHOTOS}",), EVERY)
    mean = upright(mean_shape(photos))
    table = {"mean": mean, "large_eyes": large_eyes(mean)}
    for name, folders in SETS.items():
        painted = shapes_of(args.shared, tuple(f"data/{each}" for each in folders))
        differs = difference(painted, photos, mean)
        most = float(np.hypot(*differs.T).max())
        print(f"{name}: {len(painted)} faces against {len(photos)} of photos, differ by {most:.3f}")
        if most >= SEEN:
            table[name] = differs
    np.savez(args.out, **{name: np.float32(each) for name, each in table.items()})


def shapes_of(shared: Path, folders: tuple[str, ...], every: int = 1) -> Shapes:
    """Return the 68 points, (N, 68, 2) px, of the largest face of each picture of some folders.

    Raises: DatasetError: there is none.
    """
    find, network = FaceFinder(shared, LOOK_PX, LEAST), Models("cpu").load("landmarks", "embedded")
    shapes: list[Points] = []
    for file in (file for folder in folders for file in photos_in(shared / folder)[::every]):
        pixels = read_pixels(file)
        for face in find(pixels)[:1]:
            if np.hypot(*(face.points[1] - face.points[0])) >= SMALL:
                points, sure = find_landmarks(to_float(pixels), face.points, network.run)
                shapes += [points] if sure >= SURE else []
    if not shapes:
        raise DatasetError(shared, [f"{folders}: faces were wanted; none was found"])
    return np.stack(shapes).astype(np.float64)


def mean_shape(shapes: Shapes, rounds: int = 3) -> NDArray[np.float64]:
    """Return the mean of shapes and their mirror images, brought onto one another, (68, 2)."""
    mean = shapes[0]
    for _ in range(rounds):
        mean = upright(_symmetric(onto(shapes, mean)).mean(0))
    return mean


def upright(shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a shape whose eyes' middles lie at (-0.5, 0) and (0.5, 0)."""
    middles = np.stack([shape[eye].mean(0) for eye in EYES])
    return mapped(align.similarity(middles, np.array([[-0.5, 0], [0.5, 0]])), shape)


def onto(shapes: Shapes, mean: NDArray[np.float64]) -> Shapes:
    """Bring shapes onto a mean one by similarity."""
    return np.stack([mapped(align.similarity(shape, mean), shape) for shape in shapes])


def difference(
    painted: Shapes, photos: Shapes, mean: NDArray[np.float64], like: int = LIKE
) -> NDArray[np.float64]:
    """Return how painted faces differ from photos' of the same turn and mouth, (68, 2).

    The median of them; in distances between the eyes of `mean`, symmetric.
    """
    here, there = onto(painted, mean), onto(photos, mean)
    scale = poses(there).std(0)
    far = np.linalg.norm((poses(here)[:, None] - poses(there)[None]) / scale, axis=2)
    nearest = np.argsort(far, 1)[:, :like]
    alike = _symmetric(there)[nearest].mean(1)
    return _symmetric(np.median(_symmetric(here) - alike, 0)[None], about_zero=True)[0]


def poses(shapes: Shapes) -> NDArray[np.float64]:
    """Return how far faces are turned, how open the mouth is and how it smiles, (N, 3)."""
    width = shapes[:, 16, 0] - shapes[:, 0, 0]
    turned = np.abs(shapes[:, 30, 0] - (shapes[:, 16, 0] + shapes[:, 0, 0]) / 2) / width
    mouth = shapes[:, 54, 0] - shapes[:, 48, 0]
    opened = (shapes[:, 66, 1] - shapes[:, 62, 1]) / mouth
    corners = shapes[:, [48, 54], 1].mean(1)
    return np.stack([turned, opened, (corners - shapes[:, [51, 57], 1].mean(1)) / mouth], 1)


def large_eyes(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how a face with larger eyes and a slender jaw differs from the mean one, (68, 2)."""
    moved = np.zeros_like(mean)
    for eye in EYES:
        moved[eye] = (LARGER - 1) * (mean[eye] - mean[eye].mean(0))
    moved[BROWS, 1] = -RAISED
    down = np.clip(mean[JAW, 1] / mean[8, 1], 0, 1)
    moved[JAW, 0] = -NARROWER * down * mean[JAW, 0]
    return moved


def _symmetric(shapes: Shapes, *, about_zero: bool = False) -> Shapes:
    """Average shapes with their mirror images, which are moved onto them unless about x = 0."""
    other = shapes[:, MIRRORED] * (-1, 1)
    if not about_zero:
        other = np.stack(
            [mapped(align.similarity(b, a), b) for a, b in zip(shapes, other, strict=True)]
        )
    return (shapes + other) / 2


if __name__ == "__main__":
    main()
