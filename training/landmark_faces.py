"""Faces whose points are known: photos of two shared sets, and painted portraits as PFLD sees them.

`training.landmark_taught` adds what an earlier network says. Points: iBUG 68
(`pipeline.stages.landmarks`); those that nobody knows are NaN. Held out are 200 photos of
`landmarks`, whole persons, and every fourth of the painters' portraits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.ops import align
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.runtime.models import Models
from pipeline.stages.landmarks import SIDE, matrix_at
from pipeline.types import Pixels, Points
from training import landmarks
from training.checks import photos_in
from training.face_finder import FaceFinder, Found
from training.faces import wild_points
from training.likeness_faces import name_of, painted
from training.pfld import Pfld
from training.samples import read_pixels

FILE = "faces.npz"
HELD_OUT = 200  # photos
EVERY = 4  # of the painters' portraits, so many-th are held out
PAINTERS = ("classical_portrait", "impressionist", "postimpressionist", "rembrandt", "vangogh")
DRAWN = ("cartoon_cc0", "ink_cc0", "ukiyoe_faces_256")
KINDS = ("landmarks", "wild", "portraits", "taught")
ROOM = 1.5  # times: crops are kept larger, so that views of them may be turned and moved
KEPT = round(ROOM * SIDE)
# Of the 68 points, those that 49 are.
OF_49 = [*range(17, 60), 61, 62, 63, 65, 66, 67]
LOOK_PX, LEAST = 640, 0.4  # YuNet's long side, and the score from which on a face is one
FAR = 0.5  # of a face's height: a face found farther from its points is another one


@dataclass(frozen=True)
class Faces:
    """Crops of faces with room around them, (N, 192, 192, 3), as they are, and painted.

    `points`: (N, 68, 2) px of the crop. `kind`: an index of `KINDS`, (N,). `name`: (N,).
    """

    pixels: Pixels
    painted: Pixels
    points: Points
    kind: NDArray[np.int64]
    name: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.name)

    def some(self, which: NDArray[np.bool_]) -> "Faces":
        """Return those of them that are chosen, (N,)."""
        return Faces(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True)
class Seen:
    """A photo, its face as YuNet finds it, and its 68 points, px; NaN where unknown."""

    photo: Pixels
    face: Found
    points: Points


Learned = tuple[str, str, Seen]  # kind, name, face


def held_out_photos(stems: list[str], count: int = HELD_OUT) -> set[str]:
    """Choose photos by whole names, every so-many-th name first, to exactly `count` if it can be.

    A name whose photos are too many for what is left is passed over.
    """
    by_name: dict[str, list[str]] = {}
    for stem in sorted(stems):
        by_name.setdefault(name_of(stem), []).append(stem)
    names = list(by_name)
    step = max(1, len(stems) // count)
    out: set[str] = set()
    for name in (name for start in range(step) for name in names[start::step]):
        if len(out) + len(by_name[name]) <= count:
            out.update(by_name[name])
    return out


def held_out_portraits(data: Path) -> list[Path]:
    """Return the painted portraits that no training sees."""
    return [file for style in PAINTERS for file in _portraits(data, style)[::EVERY]]


def known_points(data: Path) -> dict[str, Points]:
    """Read the points of `landmarks`' photos, which count pixels from 1, by the photos' names.

    Found by mirroring: what is found of a photo and of its mirror image has, in the mean, no side;
    the points lie 0.92 px right of it, in small photos and in large ones.
    """
    found = landmarks.read_points(data / "landmarks/landmarks68.csv")
    return {name: points - 1 for name, points in found.items()}


def measured(shared: Path) -> Iterator[Seen]:
    """Yield the held-out photos of `landmarks`; the face is placed as YuNet finds it."""
    data = shared / "data"
    known = known_points(data)
    find = FaceFinder(shared, LOOK_PX, LEAST)
    for stem in sorted(held_out_photos(list(known))):
        photo = read_pixels(data / "landmarks/images" / f"{stem}.jpg")
        yield Seen(photo, found_at(find(photo), known[stem]), known[stem])


def found_at(faces: list[Found], points: Points) -> Found:
    """Return the face that points, (N, 2) px, are of; one around them where it is not found."""
    inner = points[17:]  # of 49 points the jaw is unknown
    middle = np.nanmean(inner, 0)
    height = float((np.nanmax(inner, 0) - np.nanmin(inner, 0)).max())
    near = [face for face in faces if np.hypot(*(face.middle - middle)) < FAR * face.height]
    if near:
        return min(near, key=lambda face: float(np.hypot(*(face.middle - middle))))
    template = align.FFHQ_512 - align.FFHQ_512.mean(0)
    return Found((middle + template * height / 190).astype(np.float32), 1.3 * height, 0.0)


def load_faces(rows: Iterable[Learned], run: Path) -> Faces:
    """Return the faces to learn from; the folder `run` keeps them for a later call.

    Raises: ValueError: there is none.
    """
    file = run / FILE
    if not file.exists():
        run.mkdir(parents=True, exist_ok=True)
        faces = _cut_out(rows)
        kept = {field.name: getattr(faces, field.name) for field in fields(faces)}
        kept["painted"] = painted(faces.pixels, Models("cpu").load("fast_style", "embedded"))
        np.savez(file, **kept)
    with np.load(file) as kept:
        return Faces(*(kept[field.name] for field in fields(Faces)))


def _cut_out(rows: Iterable[Learned]) -> Faces:
    """Cut out every face; nothing is painted yet."""
    cut = [(kind, name, *_cut(seen)) for kind, name, seen in rows]
    if not cut:
        raise ValueError("Faces with points were wanted in SHARED/data; there are none.")
    kinds, names, pixels, points = zip(*cut, strict=True)
    both = np.stack(pixels)
    return Faces(
        both, both, np.stack(points), np.array([KINDS.index(k) for k in kinds]), np.array(names)
    )


def learned(shared: Path) -> Iterator[Learned]:
    """Yield each face to learn from, with its kind and name."""
    data, find = shared / "data", FaceFinder(shared, LOOK_PX, LEAST)
    known = known_points(data)
    out = held_out_photos(list(known))
    for stem in sorted(set(known) - out):
        photo = read_pixels(data / "landmarks/images" / f"{stem}.jpg")
        yield "landmarks", stem, Seen(photo, found_at(find(photo), known[stem]), known[stem])
    folder = data / "portraits_in_the_wild"
    wild = wild_points(folder / "landmarks49.json")
    for file in photos_in(folder / "images"):
        if file.stem in wild:
            points = np.full((68, 2), np.nan, np.float32)
            points[OF_49] = wild[file.stem]
            photo = read_pixels(file)
            yield "wild", file.stem, Seen(photo, found_at(find(photo), points), points)
    teacher, left_out = Pfld(shared), set(held_out_portraits(data))
    for file in (file for style in (*PAINTERS, *DRAWN) for file in _portraits(data, style)):
        photo = read_pixels(file)
        for face in find(photo)[:1] if file not in left_out else []:
            said = teacher.sure(photo, face)
            if said is not None:
                yield "portraits", file.stem, Seen(photo, face, said)


def _portraits(data: Path, style: str) -> list[Path]:
    return photos_in(data / "portrait_styles" / style)


def _cut(seen: Seen) -> tuple[Pixels, Points]:
    matrix = matrix_at(seen.face.points, ROOM)
    pixels = to_uint8(align.crop(to_float(seen.photo), matrix, KEPT))
    return pixels, align.map_points(matrix, seen.points)
