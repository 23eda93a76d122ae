"""Pack the shared sets into one small folder for a machine that takes little.

`python -m training.pack ../shared/data PACKED`

Photos and masks that are learned from become smaller, photos are compressed as far as the limit
asks; the sets that are measured on stay as they are. `python -m training.segment shared PACKED RUN`
trains on it.
"""

import argparse
import json
import shutil
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import Pixels
from training.checks import photos_in
from training.faces import MASKS
from training.samples import read_mask, read_pixels

LEARNED = (*MASKS, "landmarks", "photos")
MEASURED = ("face_parsing_test", "portraits_in_the_wild_test")
POINTS = "portraits_in_the_wild/landmarks49.json"
QUALITIES = range(90, 25, -5)  # of WebP: half of JPEG's bytes for the same look
SMALLEST = (
    cv2.IMWRITE_PNG_COMPRESSION,
    9,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_DEFAULT,
)
TRIED = 20  # each so many-th photo is compressed to guess the whole


class PackError(ValueError):
    """What was to be packed is not there, or does not fit."""


def pack(data: Path, packed: Path, *, limit_mb: float, side: int) -> int:
    """Write the sets under `data` into a new folder of at most `limit_mb` MB.

    No photo in it is longer than `side`. Return the WebP quality.

    Raises: PackError: a set is missing, the folder is taken, or the sets do not fit at the least
    quality.
    """
    missing = [str(data / kind) for kind in (*LEARNED, *MEASURED) if not (data / kind).is_dir()]
    if missing:
        raise PackError(f"The shared sets were wanted under {data}; missing: {', '.join(missing)}.")
    if packed.exists():
        raise PackError(f"{packed} is there already; remove it or choose another folder.")
    for kind in MEASURED:
        shutil.copytree(data / kind, packed / kind)
    shrink_masks(data, packed, side)
    photos = [file for kind in LEARNED for file in photos_in(folder_of(data, kind))]
    return write_within(limit_mb, photos, data, packed, side)


def write_within(limit_mb: float, photos: list[Path], root: Path, packed: Path, side: int) -> int:
    """Write photos below `root` into a folder that may have `limit_mb` MB with what it holds.

    Return the WebP quality.

    Raises: PackError: they do not fit at the least quality; the folder is removed.
    """
    room = limit_mb * 1e6 - bytes_in(packed)
    for quality in QUALITIES:
        guess = TRIED * sum(len(compressed(file, side, quality)) for file in photos[::TRIED])
        if guess < 0.97 * room and _written(photos, root, packed, side, quality) < room:
            return quality
    shutil.rmtree(packed)
    raise PackError(
        f"{len(photos)} photos do not fit into {limit_mb:g} MB at {side} px; "
        "allow more, or fewer px a side."
    )


def bytes_in(folder: Path) -> int:
    """Return how many bytes the files below a folder have."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def shrink_masks(data: Path, packed: Path, side: int) -> None:
    """Write the masks and the points of what is learned from, at the size that their photos get."""
    for kind in MASKS:
        (packed / kind / "masks").mkdir(parents=True)
        for file in sorted((data / kind / "masks").glob("*.png")):
            mask = read_mask(file)
            size = shrunk_size(mask.shape, side)
            small = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST_EXACT)
            cv2.imwrite(str(packed / kind / "masks" / file.name), small, SMALLEST)
    points = json.loads((data / POINTS).read_text())
    sizes = {
        file.stem: read_mask(file).shape
        for file in (data / "portraits_in_the_wild/masks").glob("*.png")
    }
    (packed / POINTS).write_text(
        json.dumps(
            {
                name: _scaled(value, sizes.get(Path(name).stem), side)
                for name, value in points.items()
            }
        )
    )
    (packed / "landmarks").mkdir()
    shutil.copy(data / "landmarks/landmarks68.csv", packed / "landmarks")


def folder_of(data: Path, kind: str) -> Path:
    """Return the folder of a set's photos."""
    return data / kind if kind == "photos" else data / kind / "images"


def shrunk_size(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    """Return the (width, height) of a shrunk picture.

    Its `shape` is (height, width), and its long side may be `side` px.
    """
    k = min(1.0, side / max(shape[:2]))
    return max(1, round(shape[1] * k)), max(1, round(shape[0] * k))


def compressed(file: Path, side: int, quality: int) -> Pixels:
    """Return a photo, shrunk where it is longer than `side`, as a WebP file's bytes.

    A crop with points stays as large as they say.
    """
    photo = read_pixels(file)
    size = photo.shape[1::-1] if "landmarks" in file.parts else shrunk_size(photo.shape, side)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".webp", small[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])[1]


def _written(photos: list[Path], root: Path, packed: Path, side: int, quality: int) -> int:
    """Write every photo; return their bytes."""
    total = 0
    for file in photos:
        target = packed / file.relative_to(root).with_suffix(".webp")
        target.parent.mkdir(parents=True, exist_ok=True)
        total += target.write_bytes(compressed(file, side, quality).tobytes())
    return total


def _scaled(
    points: list[list[float]], shape: tuple[int, ...] | None, side: int
) -> list[list[float]]:
    """Return points on the shrunk photo, pixel centers at integers.

    They stay as they are where there is no such photo.
    """
    if shape is None:
        return points
    k = np.array(shrunk_size(shape, side)) / np.array(shape[1::-1])
    return np.round((np.array(points).reshape(-1, 2) + 0.5) * k - 0.5, 2).tolist()


def main() -> None:
    """Pack what the command names."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("data", type=Path)
    cli.add_argument("packed", type=Path)
    cli.add_argument("--limit-mb", type=float, default=55)
    cli.add_argument(
        "--side", type=int, default=512, help="longest side of a photo that is learned from, px"
    )
    args = cli.parse_args()
    try:
        quality = pack(args.data, args.packed, limit_mb=args.limit_mb, side=args.side)
    except PackError as error:
        raise SystemExit(str(error)) from error
    megabytes = bytes_in(args.packed) / 1e6
    print(f"{args.packed}: {megabytes:.1f} MB, WebP quality {quality}, photos up to {args.side} px")


if __name__ == "__main__":
    main()
