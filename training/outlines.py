"""Outline many photos with one segmenter, in a process of its own so that its memory can be measured.

`python -m training.outlines SEGMENTER KEPT OUT < PHOTOS` (one path a line) writes NAME.png (0 or 255) and NAME.labels.png (the nine
classes) for each photo into OUT and prints {"seconds", "parse_seconds", "megabytes"} as JSON. No torch here: it would be measured, too.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.meter import peak_megabytes
from pipeline.io.image_files import read_photo
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Kept, Segmenter, Settings
from pipeline.types import Labels, Painting, PhotoError
from pipeline.variants import SEGMENTERS


@dataclass(frozen=True)
class Cost:
    """Median seconds a photo: of a segmenter's own work, and of the parse that shows it the faces; peak memory of the process, MB.

    What the parser alone outlines is its own work from beginning to end.
    """

    seconds: float
    parse_seconds: float
    megabytes: float


def outline_all(photos: Sequence[Path], segmenter: Segmenter, kept: Kept, out: Path) -> Cost:
    """Outline the photos in a new process; masks and labels lie in `out` afterward.

    Raises: RuntimeError: the process failed, with its last line.
    """
    command = [sys.executable, "-m", "training.outlines", segmenter, kept, str(out)]
    names = "\n".join(str(photo.resolve()) for photo in photos)
    done = subprocess.run(
        command,
        input=names,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{segmenter} failed: {(done.stderr.strip().splitlines() or ['no reason was given'])[-1]}"
        )
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def outlined(
    photos: Sequence[Path], segmenter: Segmenter, kept: Kept, out: Path, *, models: Models
) -> Cost:
    """Outline the photos in this process."""
    settings = Settings.from_flat(paint=False, restore=False, segmenter=segmenter, keep=kept)
    own, parse = [], []
    for file in photos:
        try:
            photo = read_photo(file)
        except PhotoError as error:
            raise PhotoError(f"{file}: {error}") from error
        painting = paint(photo, settings, models=models)
        _write(painting, out / file.stem)
        parse.append(painting.seconds["parse"])
        own.append(
            painting.seconds["segment"] + (0 if SEGMENTERS[segmenter].network else parse[-1])
        )
    return Cost(float(np.median(own)), float(np.median(parse)), peak_megabytes())


def _write(painting: Painting, stem: Path) -> None:
    h, w = painting.photo.pixels.shape[:2]
    soft = (
        np.zeros(painting.original.shape[:2], np.float32)
        if painting.mask is None
        else painting.mask
    )
    mask = np.where(cv2.resize(soft, (w, h)) > 0.5, 255, 0).astype(np.uint8)
    labels: Labels = np.zeros_like(mask) if painting.parse is None else painting.parse
    for ending, picture in (
        ("png", mask),
        ("labels.png", cv2.resize(labels, (w, h), interpolation=cv2.INTER_NEAREST)),
    ):
        if not cv2.imwrite(f"{stem}.{ending}", picture):
            raise OSError(f"{stem}.{ending} cannot be written.")


def main() -> None:
    """Outline what standard input lists; print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("segmenter", choices=SEGMENTERS)
    parser.add_argument("kept", choices=("face", "hair", "person"))
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    photos = [Path(line) for line in sys.stdin.read().splitlines()]
    print(json.dumps(vars(outlined(photos, args.segmenter, args.kept, args.out, models=Models()))))


if __name__ == "__main__":
    main()
