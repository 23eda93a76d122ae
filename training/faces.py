"""The shared sets of faces and people as samples.

What each knows becomes labels, what none knows stays unknown.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from torch import nn

from pipeline.stages.parse import Part
from pipeline.types import Labels, Pixels, Points
from training import landmarks
from training.checks import DatasetError, Pair, paired, photos_in, problems_in
from training.labels import CELEBA, NINE, PERSON
from training.samples import Sample, Spot, read_mask, read_pixels
from training.taught import taught, upright

# How often a sample of a set is drawn, relative to others; the share of its draws that show the
# whole photo; its masks' classes.
WEIGHTS = {"face_parsing": 1.5, "portraits_in_the_wild": 1.2, "people": 0.4, "landmarks": 0.15}
WHOLE = {"face_parsing": 0.1, "portraits_in_the_wild": 0.55, "people": 1.0, "landmarks": 0.1}
MASKS = {"face_parsing": len(CELEBA), "portraits_in_the_wild": None, "people": None}
CELEBA_FACE = (256.0, 290.0, 330.0)  # where its faces are aligned to, of 512 px
WORN, RARE = (
    0.006,
    3.0,
)  # from this share of a photo on glasses and hats, which few wear, make it worth so many draws
NO_CHANGE: Mapping[str, float] = MappingProxyType({})
ENLARGED = 2  # landmarks' crops are small: parts are drawn at twice their size


@dataclass
class Drawn:
    """Samples with how often each is drawn.

    `sets`: how much more often than by its own weight a set is.
    """

    sets: Mapping[str, float] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(
        self, kind: str, photo: Pixels, labels: Labels, face: Spot | None, *, solid: bool = True
    ) -> None:
        """Append a sample of a set."""
        rare = np.isin(labels, (Part.GLASSES, Part.HEADWEAR)).mean() > WORN
        self.samples.append(Sample(photo, labels, face, WHOLE[kind], solid))
        self.weights.append(WEIGHTS[kind] * self.sets.get(kind, 1.0) * (RARE if rare else 1.0))


def nine_truth(mask: Labels) -> Labels:
    """Return CelebAMask-HQ's nineteen indices as EasyPortrait's nine."""
    return NINE[CELEBA[mask]]


def load_shared(
    data: Path, teacher: nn.Module | None, memory: Path, sets: Mapping[str, float] = NO_CHANGE
) -> Drawn:
    """Load every labelled picture under `data`, a folder of sets as the README names them.

    `teacher`: a trained parser that marks the parts of faces in the wild, or None; what it said is
    kept in the folder `memory`.
    `sets`: how much more often than usual samples of a set are drawn.
    Raises: DatasetError: see `check`.
    """
    check(data)
    drawn = Drawn(sets)
    for photo, mask in pairs_of(data, "face_parsing"):
        pixels = read_pixels(photo)
        scale = pixels.shape[0] / 512
        x, y, height = (v * scale for v in CELEBA_FACE)
        drawn.add("face_parsing", pixels, CELEBA[read_mask(mask)], (x, y, height))
    _add_wild(drawn, data, teacher, memory)
    for photo, mask in pairs_of(data, "people"):
        drawn.add("people", read_pixels(photo), person_labels(mask), None)
    _add_pointed(drawn, data / "landmarks")
    return drawn


def _add_wild(drawn: Drawn, data: Path, teacher: nn.Module | None, memory: Path) -> None:
    points = wild_points(data / "portraits_in_the_wild/landmarks49.json")
    for photo, mask in pairs_of(data, "portraits_in_the_wild"):
        pixels, labels, face = read_pixels(photo), person_labels(mask), None
        if photo.stem in points:
            face, matrix = upright(points[photo.stem])
            labels = taught(teacher, pixels, labels, matrix, memory / f"{photo.stem}.png")
        drawn.add("portraits_in_the_wild", pixels, labels, face)


def _add_pointed(drawn: Drawn, folder: Path) -> None:
    known = landmarks.read_points(folder / "landmarks68.csv")
    for file in photos_in(folder / "images"):
        pixels, points = read_pixels(file), (known[file.stem] + 0.5) * ENLARGED - 0.5
        pixels = cv2.resize(pixels, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
        drawn.add(
            "landmarks",
            pixels,
            landmarks.drawn(points, pixels.shape[:2]),
            landmarks.spot(points),
            solid=False,
        )


def check(data: Path) -> None:
    """Read every file of the shared sets once.

    Raises: DatasetError: files are missing or unreadable, or masks hold unknown classes or have
    another size than their photo.
    """
    problems = []
    for kind, classes in MASKS.items():
        pairs, alone = paired(data / kind / "images", data / kind / "masks")
        problems += alone + problems_in(pairs, classes)
    points, images = data / "landmarks/landmarks68.csv", data / "landmarks/images"
    lists = [data / "portraits_in_the_wild/landmarks49.json", points]
    problems += [f"{file}: it is missing" for file in lists if not file.is_file()]
    if points.is_file():
        photos, known = (
            {file.stem: file for file in photos_in(images)},
            landmarks.read_points(points),
        )
        problems += [
            f"{photos[name]}: its points are missing in {points}"
            for name in photos
            if name not in known
        ]
        problems += [
            f"{images / name}: {points} names it; it is missing"
            for name in known
            if name not in photos
        ]
    if problems:
        raise DatasetError(data, problems)


def pairs_of(data: Path, kind: str) -> list[Pair]:
    """Return a set's (photo, mask) files."""
    return paired(data / kind / "images", data / kind / "masks")[0]


def person_labels(mask: Path) -> Labels:
    """Return a person mask, 0 or 255, as labels: the person's parts are unknown."""
    return np.where(read_mask(mask) > 127, PERSON, 0).astype(np.uint8)


def wild_points(file: Path) -> dict[str, Points]:
    """Return the 49 points of every portrait that has them, by its name without ending."""
    found = {
        Path(name).stem: np.array(points, np.float32).reshape(-1, 2)
        for name, points in json.loads(file.read_text()).items()
    }
    return {name: points for name, points in found.items() if len(points) == 49}
