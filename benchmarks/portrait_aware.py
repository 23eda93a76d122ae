"""Compare imitations of styles: `python -m benchmarks.portrait_aware PHOTOS STYLES [--out FOLDER]`.

PHOTOS, STYLES: folders; of each, `--photos` and `--styles` pictures are taken, evenly. Every photo
is painted in every style by Gatys, by Gatys+ and portrait-aware (presets paper and fast, the mask
in the photo or in every layer). SSIM, FSIMc and GMSD compare the person in photo and result, both
laid over the same gray outside the person's mask; the distance of style compares the background's
Gram matrices with the style's; border says how much darker a rim around the person is;
`--descriptor FILE.onnx` measures identity, too. Each run's figures are kept as it is done
(`--figures`), so a benchmark that is called again goes on; then the table is printed and the sheet
of those pictures written that are in OUT.
"""

import argparse
import csv
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.identifying import Identify, add_options, identify_by
from benchmarks.portrait import markdown
from pipeline.io.image_files import read_photo
from pipeline.metrics.gram_distance import gram_distance
from pipeline.metrics.rim import rim
from pipeline.metrics.similarity import load_piq, person_similarity
from pipeline.ops.resample import resized, size_of_short
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.style_transfer.losses import LOSS_WEIGHTS, Features
from pipeline.stages.style_transfer.transfer import PRESETS, StyleImage, transfer_style
from pipeline.steps.detect import see_photo
from pipeline.types import Image, Mask, Photo
from training.checks import photos_in

Row = dict[str, str]

ROWS = {  # by name: recipe and preset
    "Gatys": ("gatys", "paper"),
    "Gatys+": ("gatys+", "paper"),
    "paper": ("portrait-aware", "paper"),
    "fast": ("portrait-aware", "fast"),
    "fast, layers": ("portrait-aware, layers", "fast"),
}
KEYS = ("photo", "style picture", "row", "side", "looks")  # what tells runs apart


def taken(folder: Path, count: int) -> list[Path]:
    """Return so many pictures of a folder, evenly."""
    files = photos_in(folder)
    return files[:: max(1, len(files) // count)][:count]


def at_short(file: Path, side: int) -> Image:
    """Return a picture with a short side of so many px."""
    picture = to_float(read_photo(file).pixels)
    return np.clip(resized(picture, size_of_short(picture.shape[:2], side, 1)), 0, 1)


def person_of(photo: Image, models: Models) -> Mask | None:
    """Return the person's mask, (H, W); None where nobody is found."""
    return paint(
        Photo(to_uint8(photo)), Settings.from_flat(keep="person", restore=False), models=models
    ).mask


def runs(args: argparse.Namespace, features: Features, models: Models) -> Iterator[Row]:
    """Yield the figures of every run that was asked for: kept ones, or new ones, which are kept."""
    kept = {tuple(row[key] for key in KEYS): row for row in read_rows(args.figures)}
    for photo_file in taken(args.photos_folder, args.photos):
        photo = at_short(photo_file, args.side)
        person = person_of(photo, models)
        if person is None or not person.max() > 0.5:
            print(f"{photo_file.name}: nobody was found; left out")
            continue
        for style_file in taken(args.styles_folder, args.styles):
            for name in ROWS:
                key = (
                    photo_file.name,
                    style_file.name,
                    name,
                    str(args.side),
                    str(args.evaluations),
                )
                row = kept.get(key)
                if row is None:
                    picture, figures = painted(
                        photo,
                        at_short(style_file, args.side),
                        person,
                        name,
                        args.evaluations,
                        features,
                    )
                    cv2.imwrite(str(picture_of(key, args.out)), to_uint8(picture)[:, :, ::-1])
                    row = dict(zip(KEYS, key, strict=True)) | {
                        measure: f"{value:.4f}" for measure, value in figures.items()
                    }
                    keep(row, args.figures)
                    print(", ".join(row.values()), flush=True)
                yield row


def painted(
    photo: Image, style: Image, person: Mask, name: str, evaluations: int, features: Features
) -> tuple[Image, dict[str, float]]:
    """Return a new run's picture and figures."""
    loss_weights, preset = ROWS[name]
    how = (
        PRESETS[preset] if preset != "paper" else replace(PRESETS[preset], evaluations=evaluations)
    )
    began = time.perf_counter()
    done = transfer_style(
        photo,
        [StyleImage(style)],
        1 - person,
        features,
        loss_weights=LOSS_WEIGHTS[loss_weights],
        preset=how,
    )
    spent = {"seconds": time.perf_counter() - began, "energy": done.loss}
    alike = person_similarity(photo, done.picture, person)
    kept = {"SSIM": alike.ssim, "FSIMc": alike.fsimc, "GMSD": alike.gmsd}
    seen = {
        "style": gram_distance(done.picture, style, features, shown=1 - person),
        "border": rim(photo, done.picture, person),
    }
    return done.picture, kept | seen | spent


def picture_of(key: tuple[str, ...], folder: Path) -> Path:
    """Return where a run's picture lies."""
    photo, style, *rest = key
    return folder / ("-".join((Path(photo).stem, Path(style).stem, *rest)) + ".png")


def read_rows(file: Path) -> list[Row]:
    """Return the runs whose figures are kept."""
    with file.open(newline="") if file.exists() else io.StringIO() as lines:
        return list(csv.DictReader(lines))


def keep(row: Row, file: Path) -> None:
    """Add a run's figures to those that are kept."""
    new = not file.exists()
    with file.open("a", newline="") as lines:
        writer = csv.DictWriter(lines, row.keys(), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def sheet(rows: list[Row], args: argparse.Namespace) -> None:
    """Write the sheet: photo | style | each row's result, one pair below another.

    It shows those pairs whose pictures are all there.
    """
    strips = []
    for pair in dict.fromkeys((row["photo"], row["style picture"]) for row in rows):
        files = [
            picture_of((*pair, name, str(args.side), str(args.evaluations)), args.out)
            for name in ROWS
        ]
        if all(file.exists() for file in files):
            pictures = [args.photos_folder / pair[0], args.styles_folder / pair[1], *files]
            strips.append(
                np.hstack([_square(read_photo(picture).pixels, args.side) for picture in pictures])
            )
    if strips:
        cv2.imwrite(str(args.out / f"sheet-{args.side}.png"), np.vstack(strips)[:, :, ::-1])


def identified(
    rows: list[Row], identify: Identify, models: Models, args: argparse.Namespace
) -> list[Row]:
    """Return the rows with the cosine of the photo's and the picture's face descriptors.

    A row gets one where the picture is there and shows a face.
    """
    with_it = []
    for row in rows:
        file, cosine = picture_of(tuple(row[key] for key in KEYS), args.out), None
        if file.exists():
            photo = to_uint8(at_short(args.photos_folder / row["photo"], args.side))
            faces = see_photo(Photo(photo), models=models)[1].faces  # the largest first
            cosine = identify(photo, read_photo(file).pixels, faces[0] if faces else None)
        with_it.append(row if cosine is None else row | {"identity": f"{cosine:.4f}"})
    return with_it


def _square(pixels: np.ndarray, side: int) -> np.ndarray:
    k = side / max(pixels.shape[:2])
    small = cv2.resize(
        pixels,
        (round(pixels.shape[1] * k), round(pixels.shape[0] * k)),
        interpolation=cv2.INTER_AREA,
    )
    return cv2.copyMakeBorder(
        small,
        0,
        side - small.shape[0],
        0,
        side - small.shape[1],
        cv2.BORDER_CONSTANT,
        value=(255, 255, 255),
    )


def main() -> None:
    """Run what is not done yet; print the table, write it and the sheet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos_folder", type=Path)
    parser.add_argument("styles_folder", type=Path)
    parser.add_argument(
        "--out", type=Path, default=Path("runs/portrait_aware"), help="folder of the pictures"
    )
    parser.add_argument("--figures", type=Path, default=Path(__file__).with_suffix(".csv"))
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--styles", type=int, default=2)
    parser.add_argument("--side", type=int, default=256, help="short side, px")
    parser.add_argument(
        "--looks",
        type=int,
        default=PRESETS["paper"].evaluations,
        help="looks of the preset paper, and of the baselines",
    )
    add_options(parser)
    args = parser.parse_args()
    load_piq()  # before anything is painted
    args.out.mkdir(parents=True, exist_ok=True)
    identify, models = identify_by(args), Models()
    rows = list(runs(args, models.features("embedded").network, models))
    columns = ["SSIM", "FSIMc", "GMSD", "style", "border", "seconds"]
    if identify:
        rows, columns = identified(rows, identify, models, args), [*columns, "identity"]
    table = [
        {
            "method": name,
            **{
                key: (
                    f"{np.mean([float(r[key]) for r in rows if r['row'] == name and key in r]):.3f}"
                )
                for key in columns
            },
        }
        for name in ROWS
    ]
    print(markdown(table))
    energies = {
        name: np.array([float(r["energy"]) for r in rows if r["row"] == name])
        for name in ("paper", "fast")
    }
    print(
        "energy that fast leaves, beside paper's: "
        f"{(energies['fast'] / energies['paper']).round(3).tolist()}"
    )
    sheet(rows, args)


if __name__ == "__main__":
    main()
