"""The folder of a portrait style that is learned: faces that are kept, and what was said."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from pipeline.io.atomic import write_whole
from pipeline.types import Pixels
from training.pack_portraits import OWN, write
from training.portrait_faces import INDEX, Portrait, height, middle, read_portraits
from training.style_pictures import Looked
from training.told_progress import LOOKS, NAMES

PORTRAITS, PEOPLE = "portraits", "people"  # folders in a run's: the style's faces, and photos'
TILES = "tiles"
QUALITY = 92  # of WebP
TILE_PX, AROUND = 128, 1.5  # side of a small picture of a face, in px and in heights of the face
DOT = (60, 230, 90)


def keep(folder: Path, portraits: Sequence[Portrait]) -> None:
    """Keep portraits in a folder, all or none; what was there goes."""
    part = folder.with_name(f".{folder.name}.part")
    for old in (part, folder):
        shutil.rmtree(old, ignore_errors=True)
    numbered = [Portrait(each.picture, each.points, f"{i:03}") for i, each in enumerate(portraits)]
    write(part, {OWN: numbered}, {OWN: [_encoded(each.picture, ".webp") for each in numbered]})
    part.rename(folder)


def is_kept(folder: Path) -> bool:
    """Tell whether portraits are kept there."""
    return (folder / INDEX).is_file()


def kept(folder: Path) -> list[Portrait]:
    """Read the portraits that are kept in a folder."""
    return read_portraits(folder, OWN)


def keep_looks(run: Path, looked: Sequence[Looked]) -> None:
    """Keep what was said of the pictures so far, and a small picture of each face."""
    rows = []
    for number, each in enumerate(looked):
        tile = f"{TILES}/{number:03}.png"
        rows.append({
            "name": each.name, "reason": each.reason, "warning": each.warning,
            "tile": tile if each.portrait else "",
        })  # fmt: skip
        if each.portrait and (each is looked[-1] or not (run / tile).exists()):
            data = _encoded(tile_of(each.portrait), ".png")
            write_whole(run / tile, lambda file, data=data: file.write(data), overwrite=True)
    text = json.dumps(rows).encode()
    write_whole(run / LOOKS, lambda file: file.write(text), overwrite=True)


def pictures_in(folder: Path) -> list[Path]:
    """List the files that are given as pictures, sorted; hidden ones are none."""
    files = (file for file in folder.iterdir() if file.is_file() and file.name != NAMES)
    return sorted(file for file in files if not file.name.startswith("."))


def tile_of(portrait: Portrait) -> Pixels:
    """Draw a face with its points, small, (128, 128, 3)."""
    half = AROUND / 2 * height(portrait.points)
    k = TILE_PX / (2 * half)
    shift = (TILE_PX - 1) / 2 - k * middle(portrait.points)
    matrix = np.array([[k, 0, shift[0]], [0, k, shift[1]]])
    seen = cv2.warpAffine(
        portrait.picture, matrix, (TILE_PX, TILE_PX), flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    for x, y in k * portrait.points + shift:
        cv2.circle(seen, (round(8 * x), round(8 * y)), 10, DOT, -1, cv2.LINE_AA, shift=3)
    return seen


def _encoded(picture: Pixels, ending: str) -> bytes:
    how = [cv2.IMWRITE_WEBP_QUALITY, QUALITY] if ending == ".webp" else []
    return cv2.imencode(ending, np.ascontiguousarray(picture[:, :, ::-1]), how)[1].tobytes()
