"""Measure what coloring photos without color is worth: `python -m benchmarks.coloring ../shared`.

Photos that no training sees are made gray by their luminance. Printed are how far the guessed
colors are off those that the photos had, and what the whole pipeline sees in the gray photos, which
are toned toward skin, and in the colored ones; and of portraits, how many points of bare skin are
seen, and how many of clothes and hair are called skin.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.given_parsers import add_arguments, models_of
from benchmarks.parsing import looked_at
from benchmarks.skin_points import seen_as_skin
from benchmarks.street_parsing import classes_at
from pipeline.metrics.iou import confusion, mean_iou
from pipeline.ops.color import luminance, repeated, to_lab
from pipeline.ops.resample import resized
from pipeline.ops.tensor import to_float
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.parse import Part, Probabilities, likeliest, parse_photo
from pipeline.steps.colorize import colored
from pipeline.steps.detect import see_photo
from pipeline.steps.parts import parts_in
from pipeline.steps.run import Run
from pipeline.types import Photo, Pixels
from training.labels import CELEBA, NINE
from training.samples import read_mask, read_pixels
from training.street_data import chosen
from training.street_figures import counts, figures
from training.streets import held_out

BARE = (Part.SKIN, Part.BODY_SKIN)
LOOK_PX = 384


def gray(pixels: Pixels) -> Photo:
    """Return a photo without its color."""
    return Photo(repeated(luminance(pixels)))


def in_color(photo: Photo, models: Models) -> Photo:
    """Return a photo in the colors that are guessed for it."""
    return colored(Run(photo, Settings(), models)).photo


def colors_off(files: list[Path], models: Models) -> dict[str, float]:
    """Return how far colors are off on average, a and b, CIELAB; of skin; and if all stays gray.

    `chroma`: how colorful the guesses are, as a share of how colorful the photos are.
    """
    parser, rows, bare = models.load("parser", "embedded").run, [], []
    for file in files:
        pixels = read_pixels(file)
        guess = in_color(gray(pixels), models).pixels
        truth, mine = (to_lab(to_float(each))[..., 1:] for each in (pixels, guess))
        away, chroma, own = (np.hypot(*np.moveaxis(ab, 2, 0)) for ab in (mine - truth, truth, mine))
        rows.append((away.mean(), chroma.mean(), own.mean()))
        parts = parse_photo(to_float(pixels), parser, long_px=LOOK_PX)[..., BARE].sum(2)
        skin = resized(parts, away.shape) > 0.9
        if skin.any():
            bare.append((away[skin].mean(), chroma[skin].mean()))
    off, none, own = np.mean(rows, 0)
    skin, skin_none = np.mean(bare, 0)
    return {"off": off, "if gray": none, "chroma": own / none, "skin off": skin,
            "skin if gray": skin_none}  # fmt: skip


def parts_of(photo: Photo, models: Models) -> Probabilities:
    """Return what the whole pipeline sees in a photo, (H, W, 13)."""
    original, seen = see_photo(photo, models=models)
    return parts_in(original, seen, guessed=photo.guessed)


def main() -> None:
    """Print the figures."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("shared", type=Path)
    add_arguments(cli)
    args = cli.parse_args()
    data, models = args.shared / "data", models_of(args)
    streets, faces = list(held_out(data)), list(chosen(data, "face_parsing"))
    portraits = [photo for photo, _ in chosen(data, "portraits_in_the_wild")]
    for name, files in (
        ("streets", [photo for photo, _ in streets]),
        ("portraits", portraits),
        ("faces", [photo for photo, _ in faces]),
    ):
        said = ", ".join(f"{key} {value:.2f}" for key, value in colors_off(files, models).items())
        print(f"{name}: {said}", flush=True)
    for name, shown in (("toned", gray), ("colored", lambda each: in_color(gray(each), models))):
        rows, confused = [], np.zeros((9, 9), np.int64)
        for photo, mask in streets:
            truth = read_mask(mask)
            parts = parts_of(shown(read_pixels(photo)), models)
            rows.append(counts(truth, *classes_at(parts, truth)))
        for photo, mask in faces:
            _, _, nine = looked_at(shown(read_pixels(photo)), models)
            confused += confusion(NINE[CELEBA[read_mask(mask)]], nine, 9)
        said = ", ".join(f"{key} {value:.3f}" for key, value in figures(rows).items())
        print(f"{name}: {said}, mIoU of faces {mean_iou(confused):.4f}", flush=True)
        bare, worn = seen_as_skin(
            data,
            lambda file, shown=shown: likeliest(parts_of(shown(read_pixels(file)), models)),
            True,
        )
        print(f"{name}: bare skin seen {sum(bare)} of {len(bare)}, "
              f"clothes and hair called skin {sum(worn)} of {len(worn)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
