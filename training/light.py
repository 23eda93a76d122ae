"""Learn Monet's light from paintings: how light they are, their palettes, their color by light.

    python -m training.light ../shared pipeline/stages/strokes/monet.npz
    python -m training.light ../shared pipeline/stages/strokes/portraits.npz --portraits

The second learns that of the painters of portrait styles; every fifth portrait is held out. Moods
are those of Monet's paintings that come nearest to a few words: `MOODS`. The tables hold
statistics only; no painting can be made of them.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.io.atomic import write_whole
from pipeline.ops.color import to_lab
from pipeline.stages.strokes.light import ALL, COLORS, SIDE, TRIES, main_colors, statistics
from pipeline.variants import PORTRAIT_STYLES
from training.checks import photos_in
from training.own_light import measured
from training.samples import read_pixels
from training.tps_gan import STYLE_HELD_OUT

Float = NDArray[np.float32]

FOLDERS = {"ukiyoe": "ukiyoe_faces_256"}  # of portraits, where they have no style's name
IN_MOOD = 96  # paintings of each mood
LIGHTEST, DARKEST = 0.7, 0.3  # quantiles of L from which on a painting is light, to which dark
# What makes a painting one of a mood: weights of its measures, which are in deviations of all's.
MOODS = {
    "morning": {"light": 1.0, "contrast": -0.7, "a": 1.0, "b": -0.6, "chroma": -0.2},
    "noon": {"light": 0.7, "contrast": 0.3, "a": -0.7, "b of lights": 0.3, "chroma": 1.0},
    "dusk": {"light": -0.7, "a": 0.7, "b of lights": 0.7, "b of darks": -0.4, "chroma": 0.6},
    "winter": {"light": 1.0, "b": -0.8, "chroma": -1.2},
}


def light_of(paintings: list[Float]) -> dict[str, NDArray[np.float16]]:
    """Return the table of paintings, (SIDE, SIDE, 3) CIELAB each."""
    every = np.stack(paintings)
    palettes, weights = zip(*(main_colors(lab, COLORS, TRIES) for lab in paintings), strict=True)
    table = {"palettes": np.array(palettes), "weights": np.array(weights)}
    scores = measures(every)
    for mood, wanted in {ALL: {}, **MOODS}.items():
        score = sum(
            (weight * scores[name] for name, weight in wanted.items()), np.zeros(len(every))
        )
        nearest = np.argsort(-score, kind="stable")[: IN_MOOD if wanted else len(every)]
        members = np.zeros(len(every))
        members[nearest] = 1
        own = {"members": members, **statistics(every[nearest])}
        table |= {f"{mood}_{name}": values for name, values in own.items()}
    return {name: values.astype(np.float16) for name, values in table.items()}


def portraits_light(shared: Path) -> dict[str, NDArray[np.float16]]:
    """Return the table of the portraits of each style that is painted by strokes, or printed."""
    table = {}
    for style in (key for key, each in PORTRAIT_STYLES.items() if each.brush or each.printed):
        folder = shared / "data/portrait_styles" / FOLDERS.get(style, style)
        files = learned(photos_in(folder))
        found = parts_light(files)
        table |= {f"{style}_{name}": values for name, values in found.items()}
    return {name: values.astype(np.float16) for name, values in table.items()}


def parts_light(files: list[Path]) -> dict[str, Float]:
    """Return what portraits are like part by part, of those in which a face is seen.

    Raises: ValueError: there is none.
    """
    found = measured(files)
    if found is None:
        raise ValueError(f"A portrait was wanted, and no face is seen in {len(files)} pictures.")
    return vars(found)


def learned(files: list[Path]) -> list[Path]:
    """Leave out the portraits that are held out."""
    return [file for i, file in enumerate(files) if (i + 1) % STYLE_HELD_OUT]


def read(files: list[Path]) -> list[Float]:
    """Read paintings, small, (SIDE, SIDE, 3) CIELAB each."""
    found = []
    for file in files:
        small = cv2.resize(read_pixels(file), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found.append(to_lab(small.astype(np.float32) / 255))
    return found


def measures(paintings: Float) -> dict[str, NDArray[np.floating]]:
    """Return what moods are told by, (N,) each, in deviations from the mean of all paintings."""
    light, a, b = np.moveaxis(paintings, -1, 0)
    lights, darks = (
        compare(light, np.quantile(light, at, axis=(1, 2), keepdims=True))
        for compare, at in ((np.greater_equal, LIGHTEST), (np.less_equal, DARKEST))
    )
    found = {
        "light": light.mean((1, 2)),
        "contrast": light.std((1, 2)),
        "chroma": np.hypot(a, b).mean((1, 2)),
        "a": a.mean((1, 2)),
        "b": b.mean((1, 2)),
        "b of lights": b.mean((1, 2), where=lights),
        "b of darks": b.mean((1, 2), where=darks),
    }
    return {name: (each - each.mean()) / (each.std() + 1e-6) for name, each in found.items()}


def main() -> None:
    """Learn the table and write it."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("shared", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--portraits", action="store_true", help="of the portrait styles")
    args = asked.parse_args()
    table = (
        portraits_light(args.shared)
        if args.portraits
        else light_of(read(photos_in(args.shared / "data" / "monet")))
    )
    write_whole(args.out, lambda file: np.savez_compressed(file, **table), overwrite=True)
    print(f"{len(table)} arrays, {args.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
