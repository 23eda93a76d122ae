"""Learn Monet's light from paintings: how light they are, their palettes, their color by light.

    python -m training.light ../shared pipeline/stages/strokes/monet.npz

The table holds statistics only; no painting can be made of it.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.io.atomic import write_whole
from pipeline.stages.strokes.light import LIGHTS, QUANTILES, SIDE, main_colors
from training.checks import photos_in
from training.samples import read_pixels

COLORS = 16  # of a palette
TRIES = 3  # of k-means


def light_of(paintings: list[NDArray[np.float32]]) -> dict[str, NDArray[np.float16]]:
    """Return the table of paintings, (SIDE, SIDE, 3) CIELAB each."""
    palettes, weights = zip(*(main_colors(lab, COLORS, TRIES) for lab in paintings), strict=True)
    every = np.concatenate([lab.reshape(-1, 3) for lab in paintings])
    chroma = np.hypot(every[:, 1], every[:, 2])
    middles = [(low + high) / 2 for low, high in pairwise(LIGHTS)]
    bins = np.digitize(every[:, 0], middles)
    table = {
        "quantiles": np.mean(
            [np.quantile(lab[..., 0], np.linspace(0, 1, QUANTILES)) for lab in paintings], 0
        ),
        "palettes": np.array(palettes),
        "weights": np.array(weights),
        "chroma": np.array([chroma[bins == i].mean() for i in range(len(LIGHTS))]),
    }
    return {name: values.astype(np.float16) for name, values in table.items()}


def main() -> None:
    """Learn the table and write it."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("shared", type=Path)
    asked.add_argument("out", type=Path)
    args = asked.parse_args()
    paintings = []
    for file in photos_in(args.shared / "data" / "monet"):
        small = cv2.resize(read_pixels(file), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        paintings.append(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))
    table = light_of(paintings)
    write_whole(args.out, lambda file: np.savez_compressed(file, **table), overwrite=True)
    print(f"{len(paintings)} paintings, {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
