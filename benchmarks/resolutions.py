"""Paint one photo by the fast painter at the sizes of the paper's study; say how alike they are.

`python -m benchmarks.resolutions SHARED [PHOTO] [--sheet SHEET.jpg] [--styles blue_swirls ...]`

Strokes are the same part of the picture at every size if the distances from the style are alike:
they are measured at the smallest one's height, from each style's picture in SHARED.

Source: Group 22, "Image style transfer with Facial preservation" (the study of resolutions).
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.outlining import EXAMPLE
from pipeline.io.image_files import read_photo
from pipeline.metrics.gram_distance import gram_distance
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Models
from pipeline.runtime.perceptual import load_features
from pipeline.settings import Settings
from pipeline.types import Image, Pixels
from pipeline.variants import FAST_STYLES
from pipeline.video.job import FilmJob
from pipeline.video.painters import painter_of
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training.fast_style import read_styles

SIZES = ((1920, 1080), (960, 540), (480, 270), (240, 135))
COMPARED = 135  # height at which distances are measured, px
SHOWN = (640, 360)  # of each painting on a sheet, px
RATE = 25.0


def wide(photo: Pixels, size: tuple[int, int]) -> Pixels:
    """Cut the largest part of a photo of a (width, height)'s shape, its upper part, and resize."""
    (w, h), (full_h, full_w) = size, photo.shape[:2]
    scale = min(full_w / w, full_h / h)
    cut_w, cut_h = round(w * scale), round(h * scale)
    top, left = (full_h - cut_h) // 4, (full_w - cut_w) // 2
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return cv2.resize(photo[top : top + cut_h, left : left + cut_w], size, interpolation=how)


def at_height(picture: Pixels, height: int) -> Image:
    """Resize a picture to a height, as floats in [0, 1]."""
    h, w = picture.shape[:2]
    how = cv2.INTER_AREA if h > height else cv2.INTER_CUBIC
    return to_float(cv2.resize(picture, (round(w * height / h), height), interpolation=how))


def paintings(photo: Pixels, style: str, models: Models) -> list[Pixels]:
    """Paint a photo at every size as a film's first picture is."""
    settings = Settings.from_flat(painter="fast", fast_style=style, keep_face=False)
    return [painter_of(FilmJob(settings, models, RATE))(wide(photo, size), None) for size in SIZES]


def distances(made: Sequence[Pixels], wanted: Pixels) -> Iterator[tuple[float, float]]:
    """Yield of each painting its distance from the style, and its difference from the largest."""
    features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
    style, first = at_height(wanted, COMPARED), at_height(made[0], COMPARED)
    for picture in made:
        small = at_height(picture, COMPARED)
        yield gram_distance(small, style, features), float(np.abs(small - first).mean())


def sheet(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Lay paintings side by side, a style a row, all at one size."""
    how = cv2.INTER_NEAREST  # as they are: an enlarged one shows its own pixels
    return np.vstack(
        [np.hstack([cv2.resize(p, SHOWN, interpolation=how) for p in r]) for r in rows]
    )


def main() -> None:
    """Print a table, and write a sheet where one is asked for."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("shared", type=Path)
    cli.add_argument("photo", type=Path, nargs="?", default=EXAMPLE)
    cli.add_argument("--sheet", type=Path)
    cli.add_argument("--styles", nargs="+", choices=FAST_STYLES, default=list(FAST_STYLES))
    args = cli.parse_args()
    photo, models = read_photo(args.photo).pixels, Models()
    pictures, rows, sums = dict(read_styles(args.shared, [])), [], []
    for style in args.styles:
        made = paintings(photo, style, models)
        rows.append(made)
        sums.append(list(distances(made, pictures[style])))
    print("| size | distance from the style | mean difference from the largest |\n|---|---|---|")
    for size, (distance, other) in zip(SIZES, np.mean(sums, 0), strict=True):
        print(f"| {size[0]} x {size[1]} | {distance:.3f} | {other:.3f} |")
    if args.sheet:
        cv2.imwrite(str(args.sheet), sheet(rows)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    main()
