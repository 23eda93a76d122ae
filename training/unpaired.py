"""Read photos and paintings that do not belong together.

Landscapes and people are on one side, Monet's pictures on the other.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from pipeline.types import Pixels
from training.checks import DatasetError, photos_in
from training.samples import read_pixels

KEPT_OUT = 8  # each so-many-th picture is
LANDSCAPES = (
    0.5  # share of the photos drawn; the others show people: the published model never saw a face
)
ENLARGED = 286 / 256  # a crop leaves this much out, as the paper's does


@dataclass(frozen=True)
class Domains:
    """Pictures of both kinds; photos are landscapes or show people."""

    landscapes: list[Pixels]
    people: list[Pixels]
    paintings: list[Pixels]


def read_domains(data: Path, paintings: Collection[str] = ()) -> tuple[Domains, Domains]:
    """Read landscapes, portraits and paintings of the shared sets.

    Return those to train on, and those kept out.

    `paintings`: the names of those that count; empty: all.
    Raises: DatasetError: a set is missing.
    """
    sets = {
        "photos": photos_in(data / "photos"),
        "portraits_in_the_wild": photos_in(data / "portraits_in_the_wild/images")
        + photos_in(data / "face_parsing/images")[::4],
        "monet": [
            file for file in photos_in(data / "monet") if not paintings or file.name in paintings
        ],
    }
    if missing := [
        f"{data / name}: pictures were wanted there; there are none"
        for name, files in sets.items()
        if not files
    ]:
        raise DatasetError(data, missing)
    kept_out = Domains(*([read_pixels(f) for f in files[::KEPT_OUT]] for files in sets.values()))
    return Domains(
        *([read_pixels(f) for i, f in enumerate(files) if i % KEPT_OUT] for files in sets.values())
    ), kept_out


def batches(
    data: Domains, batch: int, side: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield endless (photos, paintings), each (B, 3, side, side) in [-1, 1]."""

    def drawn(pictures: list[Pixels]) -> Pixels:
        return cropped(pictures[rng.integers(len(pictures))], side, rng)

    while True:
        photos = [
            drawn(data.landscapes if rng.random() < LANDSCAPES else data.people)
            for _ in range(batch)
        ]
        yield _tensor(photos), _tensor([drawn(data.paintings) for _ in range(batch)])


def cropped(picture: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    """Return a (side, side) part of a picture, mirrored half of the time.

    The picture's short side was brought to a little more.
    """
    h, w = picture.shape[:2]
    k = side * ENLARGED / min(h, w)
    large = cv2.resize(
        picture,
        (round(w * k), round(h * k)),
        interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC,
    )
    y, x = (int(rng.integers(0, n - side + 1)) for n in large.shape[:2])
    part = large[y : y + side, x : x + side]
    return np.ascontiguousarray(part[:, ::-1] if rng.random() < 0.5 else part)


def part(picture: Pixels, short_px: float, side: int, rng: np.random.Generator) -> Pixels:
    """Return a (side, side) part of a picture, mirrored half of the time.

    The picture was brought to a short side.
    """
    h, w = picture.shape[:2]
    k = max(side, short_px) / min(h, w)
    if k != 1:
        size = max(side, round(w * k)), max(side, round(h * k))
        picture = cv2.resize(
            picture, size, interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC
        )
    y, x = (int(rng.integers(0, n - side + 1)) for n in picture.shape[:2])
    cut = picture[y : y + side, x : x + side]
    return np.ascontiguousarray(cut[:, ::-1] if rng.random() < 0.5 else cut)


def _tensor(pictures: list[Pixels]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
