"""Pack what a training in the street reads into one small folder, for a machine that takes little.

    python -m training.pack_streets ../shared runs/labels PACKED

`python -m training.segment streets PACKED RUN --labels PACKED/labels --views streets` trains on it.
What is held out to measure by stays as it is.
"""

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np

from training.checks import photos_in
from training.faces import pairs_of
from training.pack import SMALLEST, PackError, bytes_in, shrunk_size, write_within
from training.samples import read_mask
from training.street_data import chosen
from training.streets import FACES, HELD_OUT_SET, SETS, held_out, listed

LEARNED = tuple(kind for kind in SETS if kind != HELD_OUT_SET)
SCENES = ("photos", "monet")
EVERY = {"photos": 2, "landmarks": 4}  # of these sets, only so many-th pictures


def pack_streets(shared: Path, memory: Path, packed: Path, *, limit_mb: float, side: int) -> int:
    """Write photos, masks and `memory`'s labels into a new folder of at most `limit_mb` MB.

    No photo that is learned from is longer than `side`. Return the WebP quality.

    Raises: PackError: labels are missing, the folder is taken, or nothing fits.
    """
    data = shared / "data"
    missing = [kind for kind in SETS if not (memory / kind).is_dir()]
    if missing:
        wanted = f"`python -m training.streets {shared} {memory}` makes them"
        raise PackError(f"Labels were wanted in {memory}; missing: {', '.join(missing)}; {wanted}.")
    if packed.exists():
        raise PackError(f"{packed} is there already; remove it or choose another folder.")
    measured = [pair for kind in ("face_parsing", "portraits_in_the_wild")
                for pair in chosen(data, kind)] + list(held_out(data))  # fmt: skip
    for file in (file for pair in measured for file in pair):
        _copy(file, packed / file.relative_to(shared))
    shutil.copytree(memory / HELD_OUT_SET, packed / "labels" / HELD_OUT_SET)
    _copy(data / "landmarks/landmarks68.csv", packed / "data/landmarks/landmarks68.csv")
    _shrink_labels(shared, memory, packed, side, {mask for _, mask in measured})
    photos = [file for file in _photos(data) if file not in {photo for photo, _ in measured}]
    return write_within(limit_mb, photos, shared, packed, side)


def _photos(data: Path) -> list[Path]:
    """Return every photo that is learned from; some of them are held out to measure by."""
    photos = [photo for _, photo, _ in listed(data, LEARNED)]
    photos += [photo for photo, _ in pairs_of(data, "face_parsing")]
    for kind in SCENES:
        photos += photos_in(data / kind)[:: EVERY.get(kind, 4)]
    return photos + photos_in(data / "landmarks/images")[:: EVERY["landmarks"]]


def _shrink_labels(
    shared: Path, memory: Path, packed: Path, side: int, left_out: set[Path]
) -> None:
    """Write masks and kept labels, with their faces, at the size that their photos get."""
    for kind, photo, mask in listed(shared / "data", LEARNED):
        kept = memory / kind / f"{photo.stem}.png"
        k = _shrink(kept, packed / "labels" / kind / kept.name, side)
        rows = np.load(memory / kind / FACES / f"{photo.stem}.npy")
        rows[:, :8] = (rows[:, :8] + 0.5) * k - 0.5
        rows[:, 8] *= k
        target = packed / "labels" / kind / FACES / f"{photo.stem}.npy"
        target.parent.mkdir(parents=True, exist_ok=True)
        np.save(target, rows)
        if mask is not None and mask not in left_out:
            # Only its name is read: what it says is in the labels.
            _empty(packed / mask.relative_to(shared))
    for _, mask in pairs_of(shared / "data", "face_parsing"):
        if mask not in left_out:
            _shrink(mask, packed / mask.relative_to(shared), side)


def _shrink(mask: Path, target: Path, side: int) -> float:
    """Write a mask no longer than `side`; return by how much it is smaller."""
    labels = read_mask(mask)
    size = shrunk_size(labels.shape, side)
    target.parent.mkdir(parents=True, exist_ok=True)
    small = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT)
    cv2.imwrite(str(target), small, SMALLEST)
    return size[0] / labels.shape[1]


def _empty(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(target), np.zeros((1, 1), np.uint8))


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target)


def main() -> None:
    """Pack what the command names."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("shared", type=Path)
    cli.add_argument("labels", type=Path, help="the folder that keeps labels")
    cli.add_argument("packed", type=Path)
    cli.add_argument("--limit-mb", type=float, default=38)
    cli.add_argument("--side", type=int, default=448, help="longest side of a photo, px")
    args = cli.parse_args()
    try:
        quality = pack_streets(
            args.shared, args.labels, args.packed, limit_mb=args.limit_mb, side=args.side
        )
    except PackError as error:
        raise SystemExit(str(error)) from error
    print(f"{args.packed}: {bytes_in(args.packed) / 1e6:.1f} MB, WebP quality {quality}")


if __name__ == "__main__":
    main()
