"""Some photos of any folder as contents, at hand in a minute; nobody looks for faces in them."""

from pathlib import Path

import cv2
import numpy as np

from training.checks import DatasetError, photos_below
from training.samples import read_upright
from training.styled_contents import HELD_OUT, Content

# So many at most, at this short side, and at least so many; smaller ones are left out.
MOST, SHORT_PX, LEAST, SMALLEST_PX = 500, 480, 16, 120


def read_folder(folder: Path) -> tuple[list[Content], list[Content]]:
    """Read photos of a folder and the folders in it: those to train on, and those held out.

    Of many, some are drawn, always the same.

    Raises: DatasetError: too few of them can be read.
    """
    files = photos_below(folder)
    contents: list[Content] = []
    for number in np.random.default_rng(0).permutation(len(files)):
        try:
            photo = read_upright(files[number])
        except FileNotFoundError:  # some are broken in every large set
            continue
        short = min(photo.shape[:2])
        if short < SMALLEST_PX:
            continue
        scale = min(1.0, SHORT_PX / short)
        contents.append(
            Content(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        )
        if len(contents) == MOST:
            break
    if len(contents) < LEAST:
        wanted = f"at least {LEAST} photos were wanted in it or in its folders"
        raise DatasetError(folder, [f"{wanted}; {len(contents)} can be used"])
    held_out = [each for number, each in enumerate(contents) if number % HELD_OUT == 0]
    return [each for number, each in enumerate(contents) if number % HELD_OUT], held_out
