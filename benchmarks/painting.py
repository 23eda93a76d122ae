"""Measure the painter on photos and paintings that were kept out of its training.

`python -m benchmarks.painting ../shared [--mood mist] [--measures FILE.py] [--sheet SHEET.png]`

100 landscape photos that no painter was trained on, painted as the app paints them, against 100
paintings that were kept out, too, both of 256 px: how much nearer to Monet's the pictures are than
the photos, and how much of what the photos show is left, the likeness of conv4_1's normalized
features, in the embedded perceptual network. With measures (`SHARED/metrics/measure.py`), also how
far from Monet's the pictures are in a distilled VGG-19, look and texture, as shares of the photos'
own distance: the features that the painter was trained with. Judge the sheet by eye.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from benchmarks.identifying import measures
from benchmarks.quality import sheet, strip
from pipeline.io.image_files import read_photo
from pipeline.metrics.content import content_likeness
from pipeline.metrics.style_share import style_of, style_shares
from pipeline.ops.tensor import to_float
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size
from pipeline.types import Painting, Photo, Pixels
from training.checks import photos_in
from training.unpaired import KEPT_OUT

COUNT = 100
LANDSCAPES, PORTRAITS = 4, 8  # on the sheet
SHEET_PX = 1024  # long side at which landscapes are painted for it


def kept_out(folder: Path) -> list[Pixels]:
    """Return pictures of a set that trainings leave out."""
    return [read_photo(file).pixels for file in photos_in(folder)[::KEPT_OUT][:COUNT]]


def shown(shared: Path) -> list[Photo]:
    """Return the photos of the sheet: landscapes that were kept out, and portraits."""
    landscapes = [
        cv2.resize(p, (SHEET_PX, SHEET_PX), interpolation=cv2.INTER_CUBIC)
        for p in kept_out(shared / "data/photos")[::25][:LANDSCAPES]
    ]
    portraits = photos_in(shared / "data/portraits")
    return [
        *map(Photo, landscapes),
        *(read_photo(file) for file in portraits[:: len(portraits) // PORTRAITS][:PORTRAITS]),
    ]


def main() -> None:
    """Print the figures; write a sheet, photo | painted only | result, where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--mood", default="monet", help="the embedded painter's mood")
    parser.add_argument(
        "--measures", type=Path, metavar="FILE.py", help="a module that has monet_share"
    )
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    measure, models = args.measures and measures(args.measures), Models()
    features, mood = (
        models.features("embedded").network,
        {
            "painter": "network",
            "network_mood": args.mood,
            "weights": "embedded",
        },
    )

    def painted(photo: Photo) -> Painting:
        return paint(
            photo, Settings.from_flat(**mood, restore=False, keep_face=False), models=models
        )

    photos, paintings = (kept_out(args.shared / "data" / name) for name in ("photos", "monet"))
    results = [full_size(painted(Photo(photo))) for photo in photos]
    style = style_of(map(to_float, paintings), features)
    pairs = [
        (to_float(photo), to_float(result)) for photo, result in zip(photos, results, strict=True)
    ]
    near = np.mean([style_shares(photo, [result], style, features) for photo, result in pairs])
    alike = np.mean([content_likeness(*pair, features) for pair in pairs])
    print(f"{args.mood}: share of style {near:.3f}, likeness {alike:.3f} over {len(photos)} photos")
    if measure:
        look, texture = measure.monet_share(results, paintings, photos)
        print(f"{args.mood}: look {look:.3f}, texture {texture:.3f} in the distilled VGG-19")
    if args.sheet:
        pictures = [
            strip(paint(photo, Settings.from_flat(**mood), models=models))
            for photo in shown(args.shared)
        ]
        cv2.imwrite(str(args.sheet), sheet(pictures)[:, :, ::-1])


if __name__ == "__main__":
    main()
