"""What a parser learns of people as they stand before a camera, and what is held out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.stages.parse import Part
from pipeline.types import Labels
from training import landmarks
from training.checks import DatasetError, Pair, photos_in
from training.face_finder import Found
from training.faces import CELEBA_FACE, ENLARGED, RARE, WORN, pairs_of
from training.guesses import kept_guess
from training.labels import CELEBA, UNKNOWN
from training.samples import Sample, Spot, read_mask, read_pixels
from training.streets import SETS, kept, listed
from training.swapped import face_points, fitting, with_face
from training.views import Views

# How often a sample is drawn, relative to others; the share of its draws that show the whole photo.
WEIGHTS = {
    "people_parts": 2.0, "swapped": 1.0, "face_parsing": 0.8, "portraits_in_the_wild": 0.8,
    "people": 0.7, "portrait_styles": 0.25, "landmarks": 0.05,
}  # fmt: skip
WHOLE = {
    "people_parts": 0.1, "swapped": 0.1, "face_parsing": 0.1, "portraits_in_the_wild": 0.5,
    "people": 0.4, "portrait_styles": 0.5, "landmarks": 0.1,
}  # fmt: skip
EVERY = 30  # of face_parsing and portraits_in_the_wild, too, some are held out to choose by
SWAPPED = 300  # figures that get another face
TRIED = 8  # faces that are tried on a figure
LEAST_FIGURE = 1.5  # times as high as wide: a person who stands
PAINTINGS = 4  # every fourth Monet is a scene without people, as the landscapes are


@dataclass(frozen=True)
class Streets:
    """Samples, how often each is drawn, and scenes without people."""

    samples: list[Sample]
    weights: list[float]
    scenes: list[Path]


def load_streets(shared: Path, memory: Path, views: Views, seed: int = 0) -> Streets:
    """Load the photos whose labels `memory` keeps, and the sets that need no resolving.

    Raises: DatasetError: `memory` keeps none.
    """
    data = shared / "data"
    if not (memory / "people_parts").is_dir():
        wanted = (
            f"labels were wanted there; `python -m training.streets {shared} {memory}` makes them"
        )
        raise DatasetError(memory, [wanted])
    samples: dict[str, list[Sample]] = {"face_parsing": _donors(data)}
    faces: list[Found | None] = []
    left_out = set(chosen(data, "portraits_in_the_wild"))
    for kind, photo, mask in listed(data, tuple(kind for kind in SETS if kind in WEIGHTS)):
        file = memory / kind / f"{photo.stem}.png"
        if (photo, mask) in left_out or not file.exists():
            continue
        labels, found = kept(file)
        faces += [_own(labels, found)] * (kind == "people_parts")
        sample = _sample(kind, read_pixels(photo), labels, _own(labels, found))
        sample = replace(sample, guess=kept_guess(file))
        samples.setdefault(kind, []).append(sample)
    samples["swapped"] = _swapped(samples["people_parts"], faces, samples["face_parsing"], seed)
    samples["landmarks"] = _pointed(data / "landmarks")
    every = [(kind, sample) for kind, all_of in samples.items() for sample in all_of]
    shown = [views.whole > 0 or sample.face is not None for _, sample in every]  # heads need faces
    weights = [
        WEIGHTS[kind] * views.sets.get(kind, 1.0) * _rare(sample.labels) * is_shown
        for (kind, sample), is_shown in zip(every, shown, strict=True)
    ]
    scenes = photos_in(data / "photos") + photos_in(data / "monet")[::PAINTINGS]
    return Streets([sample for _, sample in every], weights, scenes)


def chosen(data: Path, kind: str) -> list[Pair]:
    """Return the photos and masks of a set that are held out to choose settings by."""
    return pairs_of(data, kind)[::EVERY]


def _rare(labels: Labels) -> float:
    worn = (labels == Part.GLASSES) | (labels == Part.HEADWEAR)
    return RARE if worn.mean() > WORN else 1.0


def _own(labels: Labels, found: list[Found]) -> Found | None:
    """Return the largest face that lies on somebody who is labelled."""
    h, w = labels.shape
    for face in found:
        x, y = face.middle
        if labels[int(np.clip(y, 0, h - 1)), int(np.clip(x, 0, w - 1))] not in (0, UNKNOWN):
            return face
    return None


def _sample(kind: str, photo: np.ndarray, labels: Labels, face: Found | None) -> Sample:
    spot = None if face is None else _spot(face)
    solid = kind != "portrait_styles"
    return Sample(photo, labels, spot, WHOLE[kind], solid, figure_in(labels) if solid else None)


def _spot(face: Found) -> Spot:
    """Return a face's center and height, brows to chin, as the other sets' are."""
    (x, y), down = face.middle, face.points[2:].mean(0) - face.points[:2].mean(0)
    across = float(np.hypot(*(face.points[1] - face.points[0])))
    return float(x - 0.15 * down[0]), float(y - 0.15 * down[1]), max(face.drop * 2.6, across * 2.4)


def figure_in(labels: Labels) -> Spot | None:
    """Return where somebody stands: center and height of the largest piece, if it is upright."""
    known = ((labels != 0) & (labels != UNKNOWN)).astype(np.uint8)
    joined = cv2.morphologyEx(known, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, _, stats, centers = cv2.connectedComponentsWithStats(joined)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    _, top, w, h, _ = stats[best]
    return (float(centers[best][0]), top + h / 2, float(h)) if h > LEAST_FIGURE * w else None


def _donors(data: Path) -> list[Sample]:
    """Return face_parsing, without what is held out."""
    left_out = set(chosen(data, "face_parsing"))
    samples = []
    for photo, mask in pairs_of(data, "face_parsing"):
        if (photo, mask) not in left_out:
            pixels = read_pixels(photo)
            x, y, height = (v * len(pixels) / 512 for v in CELEBA_FACE)
            labels = CELEBA[read_mask(mask)]
            samples.append(Sample(pixels, labels, (x, y, height), WHOLE["face_parsing"]))
    return samples


def _swapped(
    figures: list[Sample], faces: list[Found | None], donors: list[Sample], seed: int
) -> list[Sample]:
    """Return some figures with other faces."""
    rng = np.random.default_rng(seed)
    points = [face_points(donor.labels) for donor in donors]
    made: list[Sample] = []
    for i in rng.permutation(len(figures)):
        face = faces[i]
        if face is None or len(made) == SWAPPED:
            continue
        for j in rng.choice(len(donors), min(TRIED, len(donors)), replace=False):
            known = points[j]
            matrix = None if known is None else fitting(known, face)
            if matrix is not None:
                made.append(with_face(figures[i], face, donors[j], matrix))
                break
    return made


def _pointed(folder: Path) -> list[Sample]:
    known: Mapping[str, np.ndarray] = landmarks.read_points(folder / "landmarks68.csv")
    samples = []
    for file in photos_in(folder / "images"):
        points = (known[file.stem] + 0.5) * ENLARGED - 0.5
        pixels = read_pixels(file)
        pixels = cv2.resize(pixels, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
        labels = landmarks.drawn(points, pixels.shape[:2])
        spot = landmarks.spot(points)
        samples.append(Sample(pixels, labels, spot, WHOLE["landmarks"], solid=False))
    return samples
