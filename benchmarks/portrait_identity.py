"""Measure who is left in portrait styles: `python -m benchmarks.portrait_identity FOLDER`.

Every photo with one face is painted in each style at the defaults: by default the embedded ones,
and one's own by their names. Identity is the cosine with the photo's face, of the result, whose
face is kept, and of the generator alone (`--measures FILE.py` or `--descriptor FILE.onnx`);
likeness is by the embedded descriptor, as reports say it. Medians, and the lowest.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.identifying import Identify, add_options, identify_by
from benchmarks.portrait import markdown
from benchmarks.quality import Figures, figures_of
from pipeline.io.image_files import read_photo
from pipeline.paint import paint
from pipeline.runtime.models import Models
from pipeline.settings import Settings
from pipeline.steps.cache import StageCache
from pipeline.variants import PORTRAIT_STYLES
from pipeline.weights.catalog import CATALOG
from training.checks import photos_in

SHOWN = {
    "identity": "face kept",
    "painted identity": "generator alone",
    "likeness": "face kept, likeness",
    "painted likeness": "generator alone, likeness",
}


def measured(
    styles: Sequence[str], file: Path, models: Models, identify: Identify | None
) -> dict[str, Figures]:
    """Return a photo's figures in each style; none where it has not one face that is kept."""
    photo, cache = read_photo(file), StageCache().of(file.name)  # its faces are found once
    descriptor = models.load("descriptor", "embedded").run
    found: dict[str, Figures] = {}
    for style in styles:
        settings = Settings.from_flat(painter="tps", portrait_style=style)
        painting = paint(photo, settings, models=models, cache=cache)
        if len(painting.faces) == 1 and (
            figures := figures_of(painting, identify, None, descriptor)
        ):
            found[style] = figures
    return found


def row_of(style: str, found: Sequence[Figures]) -> dict[str, str]:
    """Return a table's row: of each figure the median; the lowest."""
    row = {"style": style, "portraits": str(len(found))}
    for key, name in SHOWN.items():
        values = [each[key] for each in found if key in each]
        if values:
            row[name] = f"{np.nanmedian(values):.3f}; {np.nanmin(values):.3f}"
    return row


def arguments() -> argparse.ArgumentParser:
    """Return the command's parser."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("folder", type=Path, help="photos")
    embedded = [key for key, each in PORTRAIT_STYLES.items() if each.network in CATALOG]
    cli.add_argument("--styles", nargs="+", default=embedded)
    add_options(cli)
    return cli


def main() -> None:
    """Print a table, a style a row."""
    args = arguments().parse_args()
    identify, models = identify_by(args), Models()
    found: dict[str, list[Figures]] = {style: [] for style in args.styles}
    for file in photos_in(args.folder):
        for style, figures in measured(args.styles, file, models, identify).items():
            found[style].append(figures)
            said = ", ".join(f"{key} {value:.3f}" for key, value in figures.items())
            print(f"{file.name:32} {style:14} {said}", flush=True)
    rows = [row_of(style, all_) for style, all_ in found.items() if all_]
    if not rows:
        raise SystemExit(f"{args.folder}: photos with one face were wanted; none is one.")
    print(f"\n{markdown(rows)}")


if __name__ == "__main__":
    main()
