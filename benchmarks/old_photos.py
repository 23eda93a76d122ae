"""Measure how well damage is found and repaired: `python -m benchmarks.old_photos FOLDER`.

Damage is drawn on photos of a folder (`benchmarks/wear.py`), found, and repaired; the clean photos
say what is taken for damage that is none.
"""

import argparse
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import mean

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.wear import wear
from pipeline.io.image_files import read_photo
from pipeline.ops.resample import pixels_resized, size_of_long
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.stages.mend.find import find_damage
from pipeline.stages.mend.repair import filled, repaired
from pipeline.types import Image, Photo

LONG_PX = 1024  # long side at which photos are measured; smaller ones stay as they are
EDGE = 3  # px around a pixel of damage within which it counts as found


@dataclass(frozen=True)
class Measured:
    """What was measured of one photo.

    `scratches`, `creases`, `dust`, `stains`: the share of each one's pixels that is found, `lines`
    of scratches and creases together. `wrong`: the share of the worn photo that is flagged and not
    worn; `clean`: of the clean photo. `gain`: by how many dB the repair of the places that were
    found and damaged is nearer to the clean photo than the damage.
    """

    lines: float
    scratches: float
    creases: float
    dust: float
    stains: float
    wrong: float
    clean: float
    gain: float


def measure(clean: Image, seed: int) -> tuple[Measured, list[Image]]:
    """Wear a photo, (H, W, 3) in [0, 1], find and repair it; return figures and pictures."""
    worn = wear(clean, seed)
    picture = to_float(to_uint8(worn.picture))
    found, false = find_damage(picture), find_damage(clean)
    mended = to_float(repaired(Photo(to_uint8(picture)), filled(picture, found), found).pixels)
    lines = worn.where["scratches"] | worn.where["creases"]
    damaged = cv2.dilate(worn.anywhere.astype(np.uint8), np.ones((2 * EDGE + 1,) * 2)) > 0
    both = found & worn.anywhere
    figures = Measured(
        _share(found, lines),
        *(_share(found, worn.where[kind]) for kind in ("scratches", "creases", "dust", "stains")),
        wrong=float((found & ~damaged).mean()),
        clean=float(false.mean()),
        gain=_psnr(mended, clean, both) - _psnr(picture, clean, both),
    )
    return figures, [picture, _marked(picture, found), mended, _marked(clean, false)]


def _share(found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return float(found[wanted].mean()) if wanted.any() else float("nan")


def _psnr(one: Image, other: Image, where: NDArray[np.bool_]) -> float:
    """Return how alike two pictures are at some places, dB."""
    if not where.any():
        return float("nan")
    return float(-10 * np.log10(max(np.mean((one[where] - other[where]) ** 2), 1e-8)))


def _marked(picture: Image, where: NDArray[np.bool_]) -> Image:
    gray = np.repeat(picture.mean(2, keepdims=True), 3, 2) * 0.8
    return np.where(where[..., None], np.array([1, 0.1, 0.1], np.float32), gray)


def read(file: Path) -> Image:
    """Read a photo at `LONG_PX`, or as it is where it is smaller."""
    photo = read_photo(file)
    return to_float(pixels_resized(photo.pixels, size_of_long(photo.size, LONG_PX)))


def main() -> None:
    """Measure, print a line a photo and the means, and write a sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=20, help="of the folder's photos, in order")
    parser.add_argument("--sheet", type=Path, metavar="DIR", help="also write pictures there")
    chosen = parser.parse_args()
    files = sorted(each for each in chosen.folder.iterdir() if each.suffix in (".jpg", ".png"))
    names = [field.name for field in fields(Measured)]
    sys.stdout.write(f"{'photo':24} {' '.join(f'{name:>9}' for name in names)}\n")
    rows = []
    for seed, file in enumerate(files[: chosen.most]):
        measured, pictures = measure(read(file), seed)
        rows.append([getattr(measured, name) for name in names])
        _tell(file.stem, rows[-1])
        if chosen.sheet:
            chosen.sheet.mkdir(parents=True, exist_ok=True)
            row = np.hstack([to_uint8(each) for each in pictures])
            cv2.imwrite(str(chosen.sheet / f"{file.stem}.png"), row[..., ::-1])
    _tell("mean", [mean(v for v in column if v == v) for column in zip(*rows, strict=True)])


def _tell(name: str, values: list[float]) -> None:
    *shares, gain = values
    said = " ".join(f"{100 * value:8.2f}%" for value in shares)
    sys.stdout.write(f"{name[:24]:24} {said} {gain:+8.1f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
