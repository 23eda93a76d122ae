"""Pictures that stand for painted portraits, and what finds their faces without a network."""

import cv2
import numpy as np

from tests.training.test_aligned_faces import face
from training.style_pictures import UnfitError

SIDE = 200


def picture(seed, side=SIDE):
    """Make a picture that is like no other, (side, side, 3)."""
    noise = np.random.default_rng(seed).normal(128, 200, (side, side, 3))
    return cv2.GaussianBlur(noise, (0, 0), side / 25).clip(0, 255).astype(np.uint8)


def paint(folder, count, first=0):
    """Write so many of them; return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:03}.png" for number in range(first, first + count)]
    for number, file in enumerate(files, first):
        cv2.imwrite(str(file), picture(number))
    return files


class StandIn:
    """Find a face in the middle of each picture, but in none that is all black."""

    def __call__(self, picture):
        if not picture.any():
            raise UnfitError("no face was found in it")
        side = min(picture.shape[:2])
        return (0.38 * side * face(int(picture[0, 0, 0])) + side / 2).astype(np.float32)
