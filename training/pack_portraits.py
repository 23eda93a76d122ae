"""Pack what a training on portraits reads: `python -m training.pack_portraits SHARED PACKED`.

Faces of photos and of painted portraits with their 68 points, and dlib's descriptor; at most 20 MB.
`python -m training.tps_gan PACKED RUN --style vangogh` trains on it.
"""

import argparse
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import Points
from training.checks import photos_in
from training.face_descriptor import FILE
from training.pack import PackError, bytes_in
from training.portrait_faces import (
    INDEX,
    NARROW,
    PointFinder,
    Portrait,
    cut_out,
    height,
    read_portraits,
)
from training.samples import read_upright
from training.styled_contents import IBUG_49, points_of_49

PHOTOS, OWN = "photos", "own"  # the set of photos, and that of a folder of pictures
STYLES = Path("data/portrait_styles")
# Folders of photos, and every how many-th photo is looked at.
SETS = (("data/portraits_in_the_wild/images", 1), ("data/face_parsing/images", 2))
FEWEST = 10  # faces; a set in which fewer are found is left out
MOST_PHOTOS = 700
PHOTO_PX, STYLE_PX = 256, 384  # sides of their cuts, at most
QUALITIES = range(92, 40, -6)  # of WebP
INDEX_BYTES = 1200  # at most, of a face's points
WRONG = 0.08  # of a face's height: farther from known points, a photo's found ones are wrong


def pack(shared: Path, packed: Path, *, limit_mb: float = 20.0, most: int = MOST_PHOTOS) -> int:
    """Write the folder; return the WebP quality of its pictures.

    Raises: PackError: the folder is taken, no faces are found, or they do not fit.
    """
    if packed.exists():
        raise PackError(f"{packed} is there already; remove it or choose another folder.")
    finder = PointFinder(shared)
    sets = {PHOTOS: list(photos_of(shared, finder))[:most]}
    for folder in sorted(path for path in (shared / STYLES).iterdir() if path.is_dir()):
        found = list(portraits_of(photos_in(folder), finder, STYLE_PX))
        if len(found) >= FEWEST:
            sets[folder.name] = found
    target = packed / FILE
    target.parent.mkdir(parents=True)
    shutil.copy(shared / FILE, target)
    faces = sum(map(len, sets.values()))
    room = limit_mb * 1e6 - bytes_in(packed) - INDEX_BYTES * faces
    for quality in QUALITIES:
        files = {name: [_encoded(each, quality) for each in all_] for name, all_ in sets.items()}
        if sum(len(data) for all_ in files.values() for data in all_) < room:
            write(packed, sets, files)
            return quality
    shutil.rmtree(packed)
    raise PackError(f"The faces do not fit into {limit_mb:g} MB; allow more, or fewer photos.")


def pack_pictures(shared: Path, pictures: Path, kept: Path) -> list[Portrait]:
    """Find the faces of a folder's pictures once, and keep them in the folder `kept`."""
    if not (kept / INDEX).is_file():
        found = list(portraits_of(photos_in(pictures), PointFinder(shared), STYLE_PX))
        write(kept, {OWN: found}, {OWN: [_encoded(each, QUALITIES[0]) for each in found]})
    return read_portraits(kept, OWN)


def photos_of(shared: Path, finder: PointFinder) -> Iterator[Portrait]:
    """Yield the photos' faces, the sets mixed by a fixed lot."""
    known = points_of_49(shared / "data/portraits_in_the_wild/landmarks49.json")
    files = [file for name, every in SETS for file in photos_in(shared / name)[::every]]
    order = np.random.default_rng(0).permutation(len(files))
    for portrait in portraits_of([files[i] for i in order], finder, PHOTO_PX, known):
        if portrait.extent > 1.05 * NARROW:  # else the photo ends at the face: there are others
            yield portrait


def portraits_of(
    files: Iterable[Path], finder: PointFinder, side: int, known: Mapping[str, Points] | None = None
) -> Iterator[Portrait]:
    """Yield the faces found in pictures, each a cut; pictures without a clear face are left out.

    `known`: 49 of the points of some pictures, by name: where they say something else, the face is
    left out.
    """
    for file in files:
        picture = read_upright(file)
        points = finder(picture)
        if points is None or _differs(points, (known or {}).get(file.stem)):
            continue
        cut = cut_out(picture, points, side)
        yield Portrait(cut.picture, cut.points, file.stem)


def write(packed: Path, sets: dict[str, list[Portrait]], files: dict[str, list[bytes]]) -> None:
    """Write portraits' files and their index."""
    index = {}
    for name, portraits in sets.items():
        (packed / name).mkdir(parents=True)
        index[name] = []
        for portrait, data in zip(portraits, files[name], strict=True):
            file = f"{name}/{portrait.name}.webp"
            (packed / file).write_bytes(data)
            index[name].append(
                {"file": file, "points": portrait.points.astype(float).round(1).tolist()}
            )
    (packed / INDEX).write_text(json.dumps(index))


def _differs(points: Points, known: Points | None) -> bool:
    if known is None:
        return False
    # The 49 lack the jaw and the inner mouth's corners: lips' outlines and what is above suffice.
    mine = points[IBUG_49 : IBUG_49 + 31]
    apart = np.linalg.norm(mine - known[:31], axis=1).mean()
    return bool(apart > WRONG * height(points))


def _encoded(portrait: Portrait, quality: int) -> bytes:
    bgr = np.ascontiguousarray(portrait.picture[:, :, ::-1])
    return cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()


def main() -> None:
    """Pack what the command names."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("shared", type=Path)
    cli.add_argument("packed", type=Path)
    cli.add_argument("--limit-mb", type=float, default=20)
    cli.add_argument("--photos", type=int, default=MOST_PHOTOS)
    args = cli.parse_args()
    try:
        quality = pack(args.shared, args.packed, limit_mb=args.limit_mb, most=args.photos)
    except PackError as error:
        raise SystemExit(str(error)) from error
    index = json.loads((args.packed / INDEX).read_text())
    counts = ", ".join(f"{name} {len(rows)}" for name, rows in index.items())
    print(f"{args.packed}: {bytes_in(args.packed) / 1e6:.1f} MB, WebP quality {quality}; {counts}")


if __name__ == "__main__":
    main()
