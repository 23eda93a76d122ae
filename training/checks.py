"""Find every unusable file of a data set before a training starts.

Otherwise one would stop the training at its thousandth step.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from training.samples import read_mask

SHOWN = 20
PHOTO_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")

Pair = tuple[Path, Path]  # photo, mask


class DatasetError(ValueError):
    """A data set that cannot be trained on.

    `problems` names every file with what is wrong with it.
    """

    def __init__(self, folder: Path, problems: list[str]) -> None:
        self.problems = problems
        more = [f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        lines = "\n  ".join(problems[:SHOWN] + more)
        super().__init__(
            f"{folder} cannot be trained on, {count}:\n  {lines}\n"
            "Repair or remove these files, then start again."
        )


def photos_in(folder: Path) -> list[Path]:
    """Return the photos in a folder, sorted."""
    return sorted(file for file in folder.glob("*") if file.suffix.lower() in PHOTO_ENDINGS)


def photos_below(folder: Path) -> list[Path]:
    """Return the photos in a folder and in all folders in it, sorted."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in PHOTO_ENDINGS)


def unreadable(photos: Sequence[Path]) -> dict[Path, str]:
    """Return the photos that cannot be decoded to their end, each with what is wrong with it."""

    def problem(photo: Path) -> str | None:
        try:
            _decoded_size(photo)
        except Exception as error:  # whatever a decoder raises, the file is the problem
            return f"{photo}: it cannot be read ({error})"
        return None

    with ThreadPoolExecutor() as pool:
        found = zip(photos, pool.map(problem, photos), strict=True)
        return {photo: what for photo, what in found if what}


def paired(images: Path, masks: Path) -> tuple[list[Pair], list[str]]:
    """Return the photos and masks that belong together by name.

    Beside them, a problem for each that stands alone.
    """
    photos = {file.stem: file for file in photos_in(images)}
    marks = {file.stem: file for file in sorted(masks.glob("*.png"))}
    if not photos and not marks:
        return [], [
            f"{images}: photos (*.jpg) were wanted there, and masks (*.png) in {masks}; "
            "there are none"
        ]
    alone = [
        f"{photos[name]}: its mask {masks / name}.png is missing"
        for name in photos
        if name not in marks
    ]
    alone += [
        f"{marks[name]}: its photo is missing in {images}" for name in marks if name not in photos
    ]
    return [(photos[name], marks[name]) for name in photos if name in marks], alone


def problems_in(pairs: list[Pair], classes: int | None) -> list[str]:
    """Return what is wrong with these files, in their order.

    Masks may hold numbers below `classes` (None: any).
    """
    with ThreadPoolExecutor() as pool:  # decoders let go of the interpreter
        return [
            problem for problem in pool.map(lambda pair: _problem(*pair, classes), pairs) if problem
        ]


def _problem(photo: Path, mask: Path, classes: int | None) -> str | None:
    file = photo
    try:
        w, h = _decoded_size(photo)
        file = mask
        labels = read_mask(mask)
    except Exception as error:  # whatever a decoder raises, the file is the problem
        return f"{file}: it cannot be read ({error})"
    if labels.shape != (h, w):
        return (
            f"{mask}: {w} x {h} px were wanted, the photo's size; "
            f"it has {labels.shape[1]} x {labels.shape[0]}"
        )
    unknown = (
        [] if classes is None else np.flatnonzero(np.bincount(labels.ravel())[classes:]) + classes
    )
    if len(unknown):
        return (
            f"{mask}: classes 0 to {classes - 1} were wanted; "
            f"it also holds {', '.join(map(str, unknown[:6]))}"
        )
    return None


def _decoded_size(photo: Path) -> tuple[int, int]:
    """Return a photo's (width, height) after decoding it to its end.

    It is decoded as small as its format allows.
    """
    with Image.open(photo) as image:
        size = image.size
        image.draft("RGB", (size[0] // 8, size[1] // 8))
        image.load()
    return size
