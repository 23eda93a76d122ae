"""Measure strokes, light and detail of painted photos against those of Monet's own paintings.

`python -m benchmarks.brushwork SHARED/data/monet_large PHOTOS [PHOTOS …] [--csv FILE.csv]`

Photos are painted at the defaults, 1,024 px long; photos and paintings are measured by the same
functions. His spread of a measure is the middle 80 % of his paintings. `monet_large.csv` names the
paintings that it is not made of: early dark studio works are left out, and ten are held out; how
often these lie within it says what can be reached. The file holds every picture's measures.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.portrait import markdown
from pipeline.io.image_files import read_photo
from pipeline.metrics.brushwork import LONG_PX, brushwork
from pipeline.metrics.tones import tones
from pipeline.ops.resample import scaled_to_long
from pipeline.ops.tensor import to_float
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.full_size import full_size, photo_at
from pipeline.types import Photo, Pixels
from pipeline.variants import PAINTERS
from training.checks import photos_in

LIST = Path(__file__).with_name("monet_large.csv")
MIDDLE = (0.1, 0.9)  # quantiles between which a measure is as in his paintings
WANTED = 0.8  # of the pictures, within his spread
BANDS = ("dark", "dim", "bright", "light")
PHOTO = "photo"
MONET, HELD_OUT, LEFT_OUT = "Monet's", "held out", "left out"
Measures = dict[str, float]
Spreads = dict[str, tuple[float, float]]


def measures_of(pixels: Pixels) -> Measures:
    """Return every measure of a picture by its name; lengths in thousandths of the long side."""
    picture = to_float(pixels)
    strokes, tone = asdict(brushwork(picture)), tones(picture)
    for name in ("width", "length"):
        strokes[name] *= 1000
    return {
        **{name.replace("_", " "): value for name, value in strokes.items()},
        "color variety": tone.variety,
        **_named("L, quantile {}", ("5 %", "25 %", "50 %", "75 %", "95 %"), tone.light),
        **_named("chroma where {}", BANDS, tone.chroma),
        **_named("detail, 1/{}", (4, 8, 16, 32, 64, 128), tone.detail),
    }


def _named(name: str, parts: Iterable[object], values: tuple[float, ...]) -> Measures:
    return {name.format(part): value for part, value in zip(parts, values, strict=True)}


def listed() -> dict[str, str]:
    """Return the use, `left out` or `held out`, of the paintings that no spread is made of."""
    with LIST.open(newline="") as file:
        return {row["file"]: row["use"] for row in csv.DictReader(file)}


def spreads(paintings: list[Measures]) -> Spreads:
    """Return the middle 80 % of each measure over paintings; where it is NaN, it does not count."""
    return {
        name: tuple(np.nanquantile([each[name] for each in paintings], MIDDLE))
        for name in paintings[0]
    }


def share_inside(name: str, pictures: list[Measures], spread: Spreads) -> float:
    """Return the share of pictures, NaN left out, of which a measure lies within its spread."""
    low, high = spread[name]
    values = np.array([each[name] for each in pictures])
    known = values[~np.isnan(values)]
    return float(((known >= low) & (known <= high)).mean()) if known.size else np.nan


def painted(photos: list[Photo], painter: str, models: Models) -> Iterator[Measures]:
    """Yield what each photo's painting measures; what the photo does for the painter `photo`."""
    for photo in photos:
        pixels = photo.pixels
        if painter != PHOTO:
            settings = Settings.from_flat(painter=painter)
            pixels = full_size(paint(photo, settings, models=models), photo.size)
        yield measures_of(pixels)


def photos_of(folders: list[Path], count: int | None) -> list[Photo]:
    """Return photos, evenly of each folder and at most `count` of it, `LONG_PX` long."""
    files = []
    for folder in folders:
        found = photos_in(folder)
        files += found[:: max(1, len(found) // count)][:count] if count else found
    photos = [read_photo(file) for file in files]
    return [photo_at(photo, scaled_to_long(photo.size, LONG_PX)) for photo in photos]


def table(columns: dict[str, list[Measures]], spread: Spreads) -> list[dict[str, str]]:
    """Return a row a measure: his spread, and each column's median and share inside.

    Bold: fewer than `WANTED` are inside.
    """

    def cell(name: str, pictures: list[Measures]) -> str:
        middle = np.nanmedian([each[name] for each in pictures])
        inside = share_inside(name, pictures, spread)
        share = f"{100 * inside:.0f} %"
        return f"{middle:.3g}, {share if inside >= WANTED else f'**{share}**'}"

    return [
        {"measure": name, "Monet's": f"{low:.3g} to {high:.3g}"}
        | {column: cell(name, pictures) for column, pictures in columns.items()}
        for name, (low, high) in spread.items()
    ]


def write_csv(file: Path, columns: dict[str, list[Measures]]) -> None:
    """Write every picture's measures, a line each."""
    with file.open("w", newline="") as out:
        rows = [{"of": name, **each} for name, pictures in columns.items() for each in pictures]
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Print the table, and how many measures are within his spread."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("paintings", type=Path, help="Monet's, large")
    cli.add_argument("photos", type=Path, nargs="+", help="folders of photos")
    cli.add_argument("--count", type=int, help="of each folder at most; every photo by default")
    cli.add_argument("--painters", nargs="+", choices=PAINTERS, default=["strokes", "network"])
    cli.add_argument("--csv", type=Path, metavar="FILE.csv")
    args = cli.parse_args()
    uses, his = listed(), {MONET: [], HELD_OUT: [], LEFT_OUT: []}
    for file in photos_in(args.paintings):
        his[uses.get(file.name, MONET)].append(measures_of(read_photo(file).pixels))
    spread, models, photos = spreads(his[MONET]), Models(), photos_of(args.photos, args.count)
    columns = {name: list(painted(photos, name, models)) for name in (*args.painters, PHOTO)}
    columns[HELD_OUT] = his[HELD_OUT]
    print(f"{len(photos)} photos, {len(his[MONET])} paintings; median, share inside\n")
    print(markdown(table(columns, spread)), "\n")
    for column, pictures in columns.items():
        inside = [share_inside(name, pictures, spread) for name in spread]
        enough = sum(share >= WANTED for share in inside)
        print(f"{column}: {enough} of {len(inside)} measures, mean {np.nanmean(inside):.2f}")
    if args.csv:
        write_csv(args.csv, columns | his)


if __name__ == "__main__":
    main()
