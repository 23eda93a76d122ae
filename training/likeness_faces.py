"""Faces to describe: those of three shared sets, cut out with eyes, mouth and dlib's five points.

A hundred names of `landmarks` are held out, whole persons with all of their pictures.
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.tensor import to_batch, to_float, to_picture, to_uint8
from pipeline.runtime.models import Loaded, Models
from pipeline.runtime.styles import Mix
from pipeline.types import Pixels, Points
from training import landmarks
from training.checks import DatasetError, photos_in
from training.face_descriptor import CHIP_PX, FIVE
from training.samples import read_pixels
from training.styled_contents import IBUG_49, points_of_49

FILE = "faces.npz"
HELD_OUT_NAMES = 100
# A face is kept with room around it, at the size at which dlib sees it.
SIDE = 224
PLACES = align.template(SIDE, 1.4 * CHIP_PX / SIDE, 296)
LEFT_EYES, RIGHT_EYES, MOUTHS = slice(42, 48), slice(36, 42), (48, 54)
# Classes of `face_parsing`.
NOSE, LEFT_EYE, RIGHT_EYE, LIPS = 2, 4, 5, (10, 11, 12)
BASE = 0.15  # of a nose's height: its lowest part


@dataclass(frozen=True)
class Faces:
    """Faces with room around them, (N, 224, 224, 3), and the same painted by a network.

    `four`: eyes and mouth corners, (N, 4, 2) px, the picture's left one first. `five`: dlib's
    points, `face_descriptor.FIVE`, (N, 5, 2) px. `name`: whose they are, (N,).
    """

    pixels: Pixels
    painted: Pixels
    four: Points
    five: Points
    name: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.name)

    def some(self, which: NDArray[np.bool_]) -> "Faces":
        """Return those of them that are chosen, (N,)."""
        return Faces(*(getattr(self, field.name)[which] for field in fields(self)))


def four_of(points: Points) -> Points:
    """Return eyes and mouth corners, (4, 2), of the 68 points, or of those from `IBUG_49` on."""
    skipped = 0 if len(points) == 68 else IBUG_49
    eyes = [
        points[each.start - skipped : each.stop - skipped].mean(0)
        for each in (RIGHT_EYES, LEFT_EYES)
    ]
    return np.float32([*eyes, *(points[each - skipped] for each in MOUTHS)])


def from_parts(labels: NDArray[np.uint8]) -> tuple[Points, Points] | None:
    """Return eyes and mouth corners, (4, 2), and dlib's points, (5, 2), of classes, (H, W).

    None where a part of the face is not to be seen.
    """
    nose, left, right, lips = (
        np.stack(np.nonzero(np.isin(labels, part))[::-1], 1).astype(np.float32)
        for part in (NOSE, LEFT_EYE, RIGHT_EYE, LIPS)
    )
    if min(map(len, (nose, left, right, lips))) < 20:
        return None
    low = nose[:, 1].max() - BASE * np.ptp(nose[:, 1])
    base = [nose[nose[:, 1] >= low, 0].mean(), nose[:, 1].max()]
    ends = [_ends(part) for part in (left, right, lips)]
    five = np.float32([ends[0][1], ends[0][0], ends[1][0], ends[1][1], base])
    return np.float32([right.mean(0), left.mean(0), *ends[2]]), five


def _ends(part: Points) -> tuple[Points, Points]:
    """Return the left and the right end of a part's pixels, (N, 2)."""
    x = part[:, 0]
    return part[x <= x.min() + 1].mean(0), part[x >= x.max() - 1].mean(0)


def name_of(stem: str) -> str:
    """Return whose picture of `landmarks` it is: its name up to the digits."""
    return re.split(r"_?\d", stem)[0]


def held_out_names(names: list[str]) -> set[str]:
    """Choose every so-many-th of the names that have several pictures."""
    several = sorted({name for name in names if names.count(name) > 1})
    return set(several[:: max(1, len(several) // HELD_OUT_NAMES)][:HELD_OUT_NAMES])


def read_faces(data: Path) -> Faces:
    """Cut out every face of the shared sets; nothing is painted yet.

    Raises: DatasetError: a set is missing.
    """
    rows = []
    known = landmarks.read_points(data / "landmarks/landmarks68.csv")
    for file in photos_in(data / "landmarks/images"):
        points = known[file.stem]
        rows.append((file, four_of(points), points[list(FIVE)], name_of(file.stem)))
    folder = data / "portraits_in_the_wild"
    wild = points_of_49(folder / "landmarks49.json")
    for file in photos_in(folder / "images"):
        if file.stem in wild:
            points = wild[file.stem]
            five = points[[point - IBUG_49 for point in FIVE]]
            rows.append((file, four_of(points), five, f"wild {file.stem}"))
    for file in photos_in(data / "face_parsing/images"):
        mask = data / "face_parsing/masks" / f"{file.stem}.png"
        found = from_parts(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
        if found:
            rows.append((file, *found, f"parsing {file.stem}"))
    if not rows:
        raise DatasetError(data, [f"{data}: faces with points were wanted; there are none"])
    cut = [_cut(read_pixels(file), four, five) for file, four, five, _ in rows]
    pixels, four, five = (np.stack(each) for each in zip(*cut, strict=True))
    return Faces(pixels, pixels, four, five, np.array([row[3] for row in rows]))


def _cut(pixels: Pixels, four: Points, five: Points) -> tuple[Pixels, Points, Points]:
    matrix = align.similarity(four, PLACES)
    cut = to_uint8(align.crop(to_float(pixels), matrix, SIDE))
    return cut, align.map_points(matrix, four), align.map_points(matrix, five)


def painted(faces: Pixels, painter: Loaded, seed: int = 0) -> Pixels:
    """Paint each face, (N, S, S, 3), by the fast painter in a mix of two styles by chance."""
    rng, count = np.random.default_rng(seed), len(painter.entry.styles)
    out = np.empty_like(faces)
    for i, pixels in enumerate(faces):
        mix, share = np.zeros(count), rng.random()
        mix[rng.integers(count)] += share
        mix[rng.integers(count)] += 1 - share
        made = painter.styled(Mix(tuple(mix)))(to_batch(to_float(pixels)) * 2 - 1)
        out[i] = to_uint8((to_picture(made) + 1) / 2)
    return out


def load_faces(shared: Path, run: Path) -> tuple[Faces, Faces]:
    """Return the faces to learn from and those held out; `run` keeps them for a later call."""
    file = run / FILE
    if not file.exists():
        run.mkdir(parents=True, exist_ok=True)
        faces = read_faces(shared / "data")
        kept = {field.name: getattr(faces, field.name) for field in fields(faces)}
        kept["painted"] = painted(faces.pixels, Models("cpu").load("fast_style", "embedded"))
        np.savez(file, **kept)
    with np.load(file) as kept:
        faces = Faces(*(kept[field.name] for field in fields(Faces)))
    names = [name for name in faces.name if " " not in name]
    out = np.isin(faces.name, list(held_out_names(names)))
    return faces.some(~out), faces.some(out)
