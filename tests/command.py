"""The command with a negative in the networks' place, and what tests of it share."""

import numpy as np
from PIL import Image

from pipeline.cli.main import main
from pipeline.types import Face, Painting, WeightUse

SHA256 = "ab" * 32


def save(path, height=40, width=60, **options):
    y, x = np.mgrid[0:height, 0:width]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.stack([x * 3 % 256, y * 5 % 256, (x + y) % 256], -1).astype(np.uint8)).save(
        path, **options
    )
    return path


def painting_of(photo, settings):
    picture = photo.pixels.astype(np.float32) / 255
    points = np.array([[10, 12], [20, 12]], np.float32)
    return Painting(
        photo=photo, settings=settings, original=picture, result=1 - picture,
        alpha=np.ones(picture.shape[:2], np.float32), styled=1 - picture, restored=None,
        parse=np.zeros(picture.shape[:2], np.uint8), mask=np.ones(picture.shape[:2], np.float32),
        faces=(Face((5.0, 6.0, 25.0, 30.0), points, points + 8, 0.9),), seconds={"paint": 0.5},
        weights=(WeightUse("painter", SHA256),), skipped={"restore": "Its weights are missing."},
        hints=("A hint.",),
    )  # fmt: skip


def run(*arguments):
    return main([str(a) for a in arguments])
