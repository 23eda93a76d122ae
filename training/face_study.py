"""Study the face loss: one style, learned with several weights of it from the same start.

`python -m training.face_study SHARED RUNS --style PICTURE --start WEIGHTS [--measures FILE.py]`

Each weight is a run of `training.fast_style` in a folder of its own, resumable. The held-out
portraits are then painted by each network; `study.csv` has the losses without their weights, and
identity where `--measures` names a module that has FaceNet; `study.jpg` shows some of them, those
with hair or stubble over the face first.

Source: Group 22, "Image style transfer with Facial preservation" (the table with and without it).
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from benchmarks.identifying import measures
from pipeline.nets.johnson import Johnson
from pipeline.runtime.perceptual import load_features
from pipeline.types import Pixels, Points
from pipeline.weights.catalog import CATALOG
from pipeline.weights.resolve import obtain
from training import fast_style
from training.checks import photos_in
from training.face_descriptor import Descriptor, chips, to_chip
from training.fast_style import PAINTED_PX, SLIM, measure_of, paint, resized_to, tensor_of
from training.loop import single
from training.samples import read_pixels
from training.styled_contents import HELD_OUT, known_points

WEIGHTS = (0.0, 0.1, 1.0, 10.0)  # of the face loss, in times its usual one
STEPS = 3000
# Held-out portraits with a beard, stubble or hair over the face, chosen by eye.
HAIRY = (
    "00286", "00446", "00489", "00754", "00897", "01093", "01114", "02245", "02282", "02310",
    "02324", "02420", "02462",
)  # fmt: skip
SHOWN = 8  # portraits on the sheet
TILE_PX = 256
Row = dict[str, float]


def portraits(shared: Path) -> Iterator[tuple[str, Pixels, Points]]:
    """Yield the held-out portraits that have a known face: name, photo and five points."""
    data = shared / "data/portraits_in_the_wild"
    points = known_points(data / "landmarks49.json")
    for file in photos_in(data / "images")[::HELD_OUT]:
        if file.stem in points:
            photo = read_pixels(file)
            small = resized_to(photo, PAINTED_PX)
            yield file.stem, small, points[file.stem] * (small.shape[1] / photo.shape[1])


class Figures:
    """What a painted portrait is measured by."""

    def __init__(self, shared: Path, style: Path, judge: Path | None) -> None:
        features = load_features(obtain(CATALOG["perceptual_light"]), "cpu")
        self._features = features
        measured = [read_pixels(style)], features, "cpu"
        self._styles = {
            "style": measure_of("sliced", *measured), "gram": measure_of("gram", *measured)
        }  # fmt: skip
        self._descriptor = Descriptor(shared)
        self._judge: Any = measures(judge).FaceNet() if judge else None

    @torch.inference_mode()
    def __call__(self, photo: Pixels, painted: Pixels, five: Points) -> Row:
        """Return a painting's face and style losses and, where there is a judge, identity.

        Two style losses: the sliced distance that is learned by, and the paper's, of Gram matrices.
        """
        torch.manual_seed(0)  # the same directions for all paintings
        matrix = torch.from_numpy(to_chip(five))[None]
        one, other = (tensor_of(p) / 2 + 0.5 for p in (photo, painted))
        apart = self._descriptor(chips(one, matrix)) - self._descriptor(chips(other, matrix))
        maps = self._features(
            other, {name for each in self._styles.values() for name in each.layers}
        )
        row = {"face": apart.square().sum().item()}
        for name, style in self._styles.items():
            row[name] = style.distance(maps, torch.tensor([0])).item()
        if self._judge is not None:
            identity = self._judge.identity(photo, painted)
            row |= {} if identity is None else {"identity": float(identity)}
        return row


def learned(args: argparse.Namespace, weight: float) -> Johnson:
    """Train with one weight of the face loss, or go on; return the averaged network."""
    run = args.runs / f"face_{weight:g}"
    how = [
        str(args.shared), str(run), "--slim", "--style", str(args.style), "--face", str(weight),
        "--steps", str(args.steps), "--batch", str(args.batch), "--side", str(args.side),
        "--start", *map(str, args.start), "--content-weight", str(args.content_weight),
    ]  # fmt: skip
    fast_style.train(fast_style.arguments().parse_args(how))
    network = Johnson(**SLIM, styles=1)
    network.load_state_dict(single(run / "average.safetensors"))
    return network.eval()


def main() -> None:
    """Train, measure, write the table and the sheet."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("shared", type=Path)
    cli.add_argument("runs", type=Path, help="the folder of its runs")
    cli.add_argument("--style", type=Path, required=True)
    cli.add_argument("--start", type=Path, nargs="+", required=True, help="the shared trunk")
    cli.add_argument("--weights", type=float, nargs="+", default=list(WEIGHTS))
    cli.add_argument(
        "--content-weight", type=float, default=1.0, help="of the content loss, times its usual one"
    )
    cli.add_argument("--steps", type=int, default=STEPS)
    cli.add_argument("--batch", type=int, default=2)
    cli.add_argument("--side", type=int, default=192)
    cli.add_argument("--measures", type=Path, metavar="FILE.py", help="a module with FaceNet")
    args = cli.parse_args()
    shown = sorted(portraits(args.shared), key=lambda each: each[0] not in HAIRY)
    networks = {weight: learned(args, weight) for weight in args.weights}
    figures, table = Figures(args.shared, args.style, args.measures), []
    columns = [[_tile(photo) for _, photo, _ in shown[:SHOWN]]]
    for weight, network in networks.items():
        made = [paint(network, photo, 0) for _, photo, _ in shown]
        rows = [
            figures(photo, each, five) for (_, photo, five), each in zip(shown, made, strict=True)
        ]
        hairy = [row for (name, *_), row in zip(shown, rows, strict=True) if name in HAIRY]
        table.append({"weight": weight, **means(rows), **means(hairy, "hairy ")})
        columns.append([_tile(each) for each in made[:SHOWN]])
        print(table[-1], flush=True)
    with (args.runs / "study.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    page = np.hstack([np.vstack(column) for column in columns])
    cv2.imwrite(str(args.runs / "study.jpg"), page[:, :, ::-1])


def means(rows: list[Row], before: str = "") -> Row:
    """Average each figure over those rows that have it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {
        before + name: round(float(np.mean([row[name] for row in rows if name in row])), 4)
        for name in names
    }


def _tile(picture: Pixels) -> Pixels:
    side = min(picture.shape[:2])
    left = (picture.shape[1] - side) // 2
    cut = picture[:side, left : left + side]
    return cv2.resize(cut, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main()
