"""What a style is learned on: photos of any folders, at random sizes, with the faces in them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from pipeline.types import Pixels, Points
from training.checks import DatasetError, photos_in
from training.face_descriptor import FIVE, to_chip
from training.samples import read_pixels, read_upright

HELD_OUT = 8  # each so-many-th picture is
SHORT_PX = (256, 640)  # short side of photos of which a part is shown
PORTRAITS = 0.6  # share of the photos drawn that have a known face
LEAST_FACE_PX = 28  # distance of the outer corners of the eyes: smaller faces are not compared
# Shared sets, and how many of each set's photos are read.
SETS = (
    ("portraits_in_the_wild/images", 1),
    ("photos", 2),
    ("people/images", 1),
    ("people_parts/images", 3),
)
UNKNOWN = np.full(4, np.nan, np.float32)  # a box
IBUG_49 = 17  # the points of the jaw, which 49 points begin after


@dataclass(frozen=True)
class Content:
    """A photo, in memory or in a file that is read whenever it is asked for.

    `five`: a face's points of `face_descriptor.FIVE`, (5, 2) px; None: none is known. `box`: its
    edges as MTCNN has them, (4,) px; None: they are not known.
    """

    stored: Pixels | Path
    five: Points | None = None
    box: NDArray[np.float32] | None = None

    @property
    def photo(self) -> Pixels:
        """The photo, (H, W, 3)."""
        return read_upright(self.stored) if isinstance(self.stored, Path) else self.stored


@dataclass(frozen=True)
class Batch:
    """Photos, (B, 3, H, H) in [-1, 1]; of some of them a face.

    `which`: the pictures' numbers, (F,). `matrices`: what moves their faces onto chips, (F, 2, 3).
    `boxes`: their edges, (F, 4) px; NaN where only points are known.
    """

    photos: Tensor
    which: Tensor
    matrices: Tensor
    boxes: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Move photos and numbers to a device."""
        return replace(self, photos=self.photos.to(device), which=self.which.to(device))


def read_shared(data: Path) -> tuple[list[Content], list[Content]]:
    """Read the shared sets' photos: those to train on, and those held out.

    Raises: DatasetError: a set is missing.
    """
    points = known_points(data / "portraits_in_the_wild/landmarks49.json")
    learned: list[Content] = []
    held_out: list[Content] = []
    for name, every in SETS:
        for number, file in enumerate(files_of(data, name, every)):
            content = Content(read_pixels(file), points.get(file.stem) if "wild" in name else None)
            (learned if number % HELD_OUT else held_out).append(content)
    return learned, held_out


def files_of(data: Path, name: str, every: int) -> list[Path]:
    """Return each so-many-th photo of a shared set.

    Raises: DatasetError: it has none.
    """
    files = photos_in(data / name)
    if not files:
        raise DatasetError(data, [f"{data / name}: photos were wanted there; there are none"])
    return files[::every]


def points_of_49(file: Path) -> Mapping[str, Points]:
    """Read `landmarks49.json`: 49 points, (49, 2) px, of each photo that has them."""
    rows = json.loads(file.read_text()) if file.exists() else {}
    return {name: np.array(points, np.float32) for name, points in rows.items() if points}


def known_points(file: Path) -> Mapping[str, Points]:
    """Read the points of `face_descriptor.FIVE`, (5, 2) px, of photos whose 49 points are known."""
    five = [point - IBUG_49 for point in FIVE]
    return {name: points[five] for name, points in points_of_49(file).items()}


def batches(
    contents: list[Content], batch: int, side: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """Yield endless parts of photos, `side` px large, of random scales."""
    known = [content for content in contents if content.five is not None]
    while True:
        photos, which, matrices, boxes = [], [], [], []
        for number in range(batch):
            pool = known if known and rng.random() < PORTRAITS else contents
            shown = part(pool[rng.integers(len(pool))], side, rng)
            photos.append(shown.photo)
            if shown.five is not None:
                which.append(number)
                matrices.append(to_chip(shown.five))
                boxes.append(UNKNOWN if shown.box is None else shown.box)
        tensor = torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float() / 127.5 - 1
        yield Batch(
            tensor.contiguous(memory_format=torch.channels_last),
            torch.tensor(which, dtype=torch.long),
            torch.from_numpy(np.stack(matrices)) if matrices else torch.zeros(0, 2, 3),
            torch.from_numpy(np.stack(boxes)) if boxes else torch.zeros(0, 4),
        )


@dataclass(frozen=True)
class Stream(IterableDataset[Batch]):
    """Endless batches, other ones in each process that makes some."""

    contents: list[Content]
    batch: int
    side: int

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        return batches(self.contents, self.batch, self.side, np.random.default_rng())


def prefetched(contents: list[Content], batch: int, side: int, workers: int) -> Iterator[Batch]:
    """Yield what `batches` does; it is made in processes beside, where `workers` are wanted."""
    if not workers:
        return batches(contents, batch, side, np.random.default_rng())
    cv2.setNumThreads(1)  # processes forked while OpenCV has threads wait for these forever
    stream = Stream(contents, batch, side)
    return iter(DataLoader(stream, None, num_workers=workers, prefetch_factor=4))


def part(content: Content, side: int, rng: np.random.Generator) -> Content:
    """Cut a part of a photo, (side, side), half of the time mirrored; its face is in it.

    The part's face is None where the photo's is not known, or small. A box ends where the part
    does.
    """
    photo = content.photo
    h, w = photo.shape[:2]
    low, high = max(SHORT_PX[0], side), SHORT_PX[1]
    scale = np.exp(rng.uniform(np.log(low), np.log(high))) / min(h, w)
    size = max(side, round(w * scale)), max(side, round(h * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    photo = cv2.resize(photo, size, interpolation=how)
    scales = np.float32(size) / np.float32([w, h])
    five = None if content.five is None else (content.five + 0.5) * scales - 0.5
    corner = _corner(np.int64(size), side, five, rng)
    x, y = corner
    cut = photo[y : y + side, x : x + side]
    box = None
    if five is not None:
        if content.box is not None:
            box = (content.box * np.tile(scales, 2) - np.tile(corner, 2)).clip(0, side)
        five = (five - corner).astype(np.float32)
        wide = float(np.hypot(*(five[0] - five[2])))
        if wide < LEAST_FACE_PX or five.min() < 0 or five.max() > side - 1:
            five = box = None
    if rng.random() < 0.5:
        cut = cut[:, ::-1]
        if five is not None:
            five = np.stack([side - 1 - five[:, 0], five[:, 1]], 1)[[2, 3, 0, 1, 4]]
        if box is not None:
            box = np.array([side - box[2], box[1], side - box[0], box[3]])
    return Content(np.ascontiguousarray(cut), five, None if box is None else np.float32(box))


def _corner(
    size: np.ndarray, side: int, five: Points | None, rng: np.random.Generator
) -> np.ndarray:
    """Choose where a part begins, (x, y): anywhere, or so that a face is well within it."""
    most = size - side
    if five is None:
        return rng.integers(0, most + 1)
    middle = five.mean(0) + rng.uniform(-0.2, 0.2, 2) * side
    return np.clip(np.round(middle - side / 2), 0, most).astype(np.int64)
