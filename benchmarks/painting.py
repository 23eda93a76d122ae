"""Measure the painter: `python -m benchmarks.painting ../shared [--mood mist] [--sheet SHEET.png]`.

100 landscape photos that no painter was trained on, painted as the app paints them, against 100 paintings that were kept out, too, both of
256 px: how far the pictures are from Monet's, look and texture, as shares of the photos' own distance; and how much of what the photos
show is left, the likeness of relu4_1's normalized features. The painter was trained with these features: judge the sheet by eye.
"""

import argparse
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it

from benchmarks.quality import measures, sheet
from pipeline.io import read_photo
from pipeline.paint import paint
from pipeline.runtime import Models
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


def likeness(photo: Pixels, painted: Pixels, vgg: torch.nn.Module, measure: ModuleType) -> float:
    """Return the cosine of two pictures' relu4_1, each channel normalized, in [-1, 1]."""
    one, other = (F.instance_norm(vgg(measure.tensor(pixels))["conv41"]).flatten() for pixels in (photo, painted))
    return F.cosine_similarity(one, other, dim=0).item()


def shown(shared: Path) -> list[Photo]:
    """Return the photos of the sheet: landscapes that were kept out, and portraits."""
    landscapes = [
        cv2.resize(p, (SHEET_PX, SHEET_PX), interpolation=cv2.INTER_CUBIC) for p in kept_out(shared / "data/photos")[::25][:LANDSCAPES]
    ]
    portraits = photos_in(shared / "data/portraits")
    return [*map(Photo, landscapes), *(read_photo(file) for file in portraits[:: len(portraits) // PORTRAITS][:PORTRAITS])]


def main() -> None:
    """Print the figures; write a sheet, photo | painted only | result, where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--mood", default="monet", help="the embedded painter's mood")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    measure, models = measures(args.shared), Models()
    vgg, mood = measure.Vgg(), {"mood": args.mood, "weights": "embedded"}

    def painted(photo: Photo) -> Painting:
        return paint(photo, Settings.from_flat(**mood, restore=False, keep_face=False), models=models)

    photos, paintings = (kept_out(args.shared / "data" / name) for name in ("photos", "monet"))
    results = [full_size(painted(Photo(photo))) for photo in photos]
    look, texture = measure.monet_share(results, paintings, photos, vgg)
    alike = np.mean([likeness(*pair, vgg, measure) for pair in zip(photos, results, strict=True)])
    print(f"{args.mood}: look {look:.3f}, texture {texture:.3f}, likeness {alike:.3f} over {len(photos)} photos")
    if args.sheet:
        pictures = [paint(photo, Settings.from_flat(**mood), models=models) for photo in shown(args.shared)]
        cv2.imwrite(str(args.sheet), sheet(pictures)[:, :, ::-1])


if __name__ == "__main__":
    main()
