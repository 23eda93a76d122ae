"""Find moods among the paintings by their colors: `python -m training.moods SHARED`.

Groups the paintings by mean and deviation of their Lab and writes the coolest and the warmest
group's file names into `training/moods/`, for `training.painter --paintings`.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.checks import photos_in
from training.palettes import palettes_of
from training.samples import read_pixels

FOLDER = Path(__file__).parent / "moods"
GROUPS = 5
YELLOW = 2  # of a palette: mean b, from blue to yellow


def grouped(palettes: NDArray[np.float32], groups: int) -> NDArray[np.int32]:
    """Return the group of each palette, (N,), groups sorted from blue to yellow.

    Source: Arthur and Vassilvitskii 2007, "k-means++".
    """
    cv2.setRNGSeed(0)  # the same groups every time
    even = ((palettes - palettes.mean(0)) / (palettes.std(0) + 1e-6)).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 100, 1e-4)
    _, labels, _ = cv2.kmeans(
        even, groups, np.zeros((len(even), 1), np.int32), criteria, 10, cv2.KMEANS_PP_CENTERS
    )
    labels = labels.ravel()
    order = np.argsort([palettes[labels == group, YELLOW].mean() for group in range(groups)])
    return np.argsort(order).astype(np.int32)[labels]


def main() -> None:
    """Write the lists."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("shared", type=Path)
    args = cli.parse_args()
    files = photos_in(args.shared / "data/monet")
    groups = grouped(palettes_of([read_pixels(file) for file in files]), GROUPS)
    FOLDER.mkdir(exist_ok=True)
    for name, group in (("mist", 0), ("dusk", GROUPS - 1)):
        chosen = [file.name for file, its in zip(files, groups, strict=True) if its == group]
        (FOLDER / f"{name}.txt").write_text("\n".join(chosen) + "\n")
        print(f"{name}: {len(chosen)} of {len(files)} paintings")


if __name__ == "__main__":
    main()
