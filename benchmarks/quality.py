"""Measure what a folder's photos become: `python -m benchmarks.quality FOLDER [--sheet SHEET.png]`.

Every photo with one face is painted at the defaults. Seam: its visibility in CIELAB. Likeness of
the face that is kept, and of the painted one: as reports say it, by the embedded descriptor.
Identity of both: cosines with the photo's face, given a descriptor that judges
(`--descriptor FILE.onnx`). Style: how much nearer to paintings than the photo's face both are,
given paintings (`--paintings FOLDER`). What the parser is worth, `benchmarks.parsing` measures.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.identifying import Identify, add_options, identify_by
from pipeline.io.image_files import read_photo
from pipeline.metrics.likeness import described, likeness, points_of
from pipeline.metrics.seam import seam
from pipeline.metrics.style_share import Style, style_of, style_shares
from pipeline.ops.tensor import to_float, to_uint8
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.stages.style_transfer.losses import Features
from pipeline.steps.full_size import full_size
from pipeline.types import Face, Image, Network, Painting, Pixels
from pipeline.variants import PAINTERS
from training.checks import photos_in

SHOWN = 420
PAINTINGS = 64  # at most, evenly of a folder
STAGES = ("paint", "parse", "segment", "blend")
NO_STYLE = "Style is left out: it is measured against paintings, --paintings FOLDER."
Figures = dict[str, float]


def style_in(folder: Path, features: Features) -> Style:
    """Return what a folder's paintings have in common.

    Raises: ValueError: they are too few.
    """
    files = photos_in(folder)
    taken = files[:: max(1, len(files) // PAINTINGS)][:PAINTINGS]
    try:
        return style_of((to_float(read_photo(file).pixels) for file in taken), features)
    except ValueError as error:
        raise ValueError(f"{folder}: {error}") from error


def with_one_face(folder: Path, models: Models, settings: Settings) -> Iterator[Painting]:
    """Paint every photo in a folder; yield those in which one face was found."""
    for file in photos_in(folder):
        painting = paint(read_photo(file), settings, models=models)
        if len(painting.faces) == 1:
            yield painting


def figures_of(
    painting: Painting, identify: Identify | None, style: tuple[Style, Features] | None,
    descriptor: Network,
) -> Figures:  # fmt: skip
    """Return what a painting with one face is worth; nothing where no face was kept."""
    photo, (face,) = painting.photo.pixels, painting.faces
    if painting.styled is None or painting.mask is None:
        return {}
    figures = {"seam": seam(painting.styled, painting.result, painting.mask)}
    painted = cv2.resize(to_uint8(painting.styled), photo.shape[1::-1])
    pictures = full_size(painting, painting.photo.size), painted
    if identify:
        cosines = [identify(photo, picture, face) for picture in pictures]
        found = [np.nan if cosine is None else cosine for cosine in cosines]
        figures |= zip(("identity", "painted identity"), found, strict=True)
    alike = [alike_in(photo, picture, face, descriptor) for picture in pictures]
    figures |= zip(("likeness", "painted likeness"), alike, strict=True)
    if style:
        faces = [face_in(picture, face) for picture in pictures]
        shares = style_shares(face_in(photo, face), faces, *style)
        figures |= zip(("style", "painted style"), shares, strict=True)
    return figures


def alike_in(photo: Pixels, picture: Pixels, face: Face, descriptor: Network) -> float:
    """Return a face's likeness in a picture of the photo's size; NaN of one too small for it."""
    points = points_of(face)
    if points is None:
        return np.nan
    both = (described(to_float(each), points, descriptor) for each in (photo, picture))
    return likeness(*both)


def face_in(picture: Pixels, face: Face) -> Image:
    """Return the face's box, cut to the picture."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in face.box)
    return to_float(picture[y0 : y1 + 1, x0 : x1 + 1])


def sheet(strips: list[Pixels]) -> Pixels:
    """Return a contact sheet, two strips a row."""
    strips = strips + [np.full_like(strips[0], 255)] * (len(strips) % 2)
    return np.vstack([np.hstack(strips[i : i + 2]) for i in range(0, len(strips), 2)])


def strip(painting: Painting) -> Pixels:
    """Return photo | painted only | result, each in a square of `SHOWN` px."""
    styled = painting.original if painting.styled is None else painting.styled
    pictures = (painting.original, styled, painting.result)
    return np.hstack([_shown(to_uint8(picture)) for picture in pictures])


def _shown(pixels: Pixels) -> Pixels:
    h, w = pixels.shape[:2]
    k = SHOWN / max(h, w)
    size = max(1, round(w * k)), max(1, round(h * k))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    out = np.full((SHOWN, SHOWN, 3), 255, np.uint8)
    y, x = (SHOWN - small.shape[0]) // 2, (SHOWN - small.shape[1]) // 2
    out[y : y + small.shape[0], x : x + small.shape[1]] = small
    return out


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("folder", type=Path, help="photos")
    cli.add_argument("--paintings", type=Path, metavar="FOLDER", help="eight or more of one style")
    cli.add_argument("--painter", choices=PAINTERS, help="another than by default")
    cli.add_argument("--sheet", type=Path, metavar="SHEET.png", help="photo | painted | result")
    add_options(cli)
    return cli


def main() -> None:
    """Print every figure; write the contact sheet where one is asked for."""
    args = arguments().parse_args()
    identify, models, style = identify_by(args), Models(), None
    if args.paintings:
        features = models.features("embedded").network
        style = style_in(args.paintings, features), features
    else:
        print(NO_STYLE)
    descriptor = models.load("descriptor", "embedded").run
    rows, seconds, strips = [], [], []
    settings = Settings.from_flat(painter=args.painter) if args.painter else Settings()
    for painting in with_one_face(args.folder, models, settings):
        row = figures_of(painting, identify, style, descriptor)
        said = ", ".join(f"{key} {value:.3f}" for key, value in row.items())
        print(f"{painting.photo.name:32}", said or "no face was kept", flush=True)
        rows.append(row)
        seconds.append(painting.seconds)
        if args.sheet:
            strips.append(strip(painting))
    if not rows:
        count = len(photos_in(args.folder))
        raise SystemExit(
            f"{args.folder}: photos with one face were wanted; none of {count} is one."
        )
    for stage in STAGES:
        spent = np.median([each.get(stage, 0) for each in seconds])
        print(f"median seconds of {stage} {spent:.2f}")
    for key in dict.fromkeys(key for row in rows for key in row):
        values = [row.get(key, np.nan) for row in rows]
        print(f"median {key} {np.nanmedian(values):.3f} over {len(rows)} portraits")
    if args.sheet:
        cv2.imwrite(str(args.sheet), sheet(strips)[:, :, ::-1])


if __name__ == "__main__":
    main()
