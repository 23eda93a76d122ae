"""The faces of all photos that are learned from, found once by YuNet and kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.stages.detect.spots import each_once
from pipeline.types import Points
from training.checks import photos_in
from training.face_finder import FaceFinder, Found
from training.samples import read_pixels
from training.street_data import chosen
from training.streets import held_out, set_pairs

FILE = "faces.npz"
SURE = 0.6  # YuNet's score from which on a face counts; below it may be one
LEAST = 0.3  # YuNet's score from which on something may be a face
LOOKS_PX = (1280, 480)  # long sides at which photos are looked at: for small faces, for large ones
APART = 0.5  # of a face's height: middles that are nearer are one face's
# How often a photo is drawn, relative to others.
WEIGHTS = {
    "people_parts": 1.5, "people": 1.5, "portraits_in_the_wild": 1.0, "face_parsing": 0.5,
    "portrait_styles": 0.5, "photos": 0.5, "monet": 0.2,
}  # fmt: skip
# Of these sets only so many-th pictures; landscapes and Monets have nobody.
EVERY = {"face_parsing": 3, "photos": 2, "monet": 4}
EMPTY = ("photos", "monet")
FACELESS = 0.5  # weight of a photo in which no face is found, relative to others
# Faces with eyes nearer to each other, in distances from eyes to mouth, look aside: one in ten.
# How many times as often they, and photos with one, are drawn.
ASIDE, OFTENER = 0.7, 4.0


@dataclass(frozen=True)
class FacesOf:
    """A photo, and its faces, (N, 10): score, height, and four points x, y, px; its weight."""

    file: Path
    faces: NDArray[np.float32]
    weight: float


def found_in_photos(shared: Path, run: Path) -> tuple[list[FacesOf], list[FacesOf]]:
    """Return the photos to learn from and those held out, with their faces.

    What YuNet finds is kept in the folder `run`, for a later call.
    """
    file, data = run / FILE, shared / "data"
    learned, measured = list(_learned(data)), _measured(data)
    if not file.exists():
        looks = [FaceFinder(shared, px, LEAST) for px in LOOKS_PX]
        photos = [photo for kind, photo in learned if kind not in EMPTY] + measured
        run.mkdir(parents=True, exist_ok=True)
        found = {str(photo.relative_to(data)): _faces(photo, looks) for photo in photos}
        np.savez(file, **found)
    with np.load(file) as kept:
        known = {name: kept[name] for name in kept.files}

    def source(kind: str, photo: Path) -> FacesOf:
        faces = known.get(str(photo.relative_to(data)), np.zeros((0, 10), np.float32))
        often = oftener(faces).max(initial=1.0 if len(faces) or kind in EMPTY else FACELESS)
        return FacesOf(photo, faces, WEIGHTS[kind] * often)

    return (
        [source(kind, photo) for kind, photo in learned],
        [source("people_parts", photo) for photo in measured],
    )


def oftener(faces: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how many times as often as others each of these faces, (N, 10), is drawn, (N,)."""
    return times(faces[:, 2:].reshape(-1, 4, 2)) ** (faces[:, 0] >= SURE)


def times(points: Points) -> NDArray[np.float64]:
    """Return how many times as often faces with these points, (N, 4, 2), are drawn, (N,)."""
    drops = np.hypot(*(points[:, 2:].mean(1) - points[:, :2].mean(1)).T)
    return np.where(np.hypot(*(points[:, 1] - points[:, 0]).T) < ASIDE * drops, OFTENER, 1.0)


def _measured(data: Path) -> list[Path]:
    return [photo for photo, _ in (*chosen(data, "portraits_in_the_wild"), *held_out(data))]


def _learned(data: Path) -> Iterator[tuple[str, Path]]:
    left_out = {*_measured(data), *(photo for photo, _ in chosen(data, "face_parsing"))}
    for kind in WEIGHTS:
        empty = kind in EMPTY
        photos = photos_in(data / kind) if empty else [p for p, _ in set_pairs(data, kind)]
        yield from (
            (kind, photo) for photo in photos[:: EVERY.get(kind, 1)] if photo not in left_out
        )


def _faces(photo: Path, looks: list[FaceFinder]) -> NDArray[np.float32]:
    """Return a photo's faces, (N, 10), each once, as the surest look has it."""
    pixels = read_pixels(photo)
    every = sorted((f for look in looks for f in look(pixels)), key=lambda face: -face.score)

    def same(face: Found, other: Found) -> bool:
        off = np.hypot(*np.subtract(face.middle, other.middle))
        return bool(off <= APART * max(face.height, other.height))

    rows = [(f.score, f.height, *f.points.ravel()) for f in each_once(every, same)]
    return np.array(rows, np.float32).reshape(-1, 10)
