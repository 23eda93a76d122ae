"""Measure how far the colors of paintings have turned away from their photos'.

`python -m benchmarks.hues PHOTOS [PHOTOS …]` paints them at the defaults.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.portrait import markdown
from pipeline.io.image_files import read_photo
from pipeline.metrics.hue import hue_shift
from pipeline.ops.tensor import to_float
from pipeline.paint import paint
from pipeline.runtime.models import Models
from training.checks import photos_in

QUANTILES = (0.5, 0.9)


def main() -> None:
    """Print each photo's median and 90th percentile of the shift, degrees, and those of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    files = [file for folder in parser.parse_args().photos for file in photos_in(folder)]
    models, rows = Models(), []
    for file in files:
        photo = read_photo(file)
        shift = hue_shift(to_float(photo.pixels), paint(photo, models=models).result)
        if shift is not None:
            rows.append((file.stem, *np.quantile(shift, QUANTILES)))
            print(f"{file.stem:32} {rows[-1][1]:.1f} {rows[-1][2]:.1f}", flush=True)
    shifts = np.array([row[1:] for row in rows])
    over = {"median": np.median(shifts, 0), "worst": shifts.max(0)}
    print(f"{len(rows)} of {len(files)} pictures have vivid colors; degrees")
    print(
        markdown(
            [
                {"over them": name, "median": f"{m:.1f}", "90th percentile": f"{n:.1f}"}
                for name, (m, n) in over.items()
            ]
        )
    )


if __name__ == "__main__":
    main()
