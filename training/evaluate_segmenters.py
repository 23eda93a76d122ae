"""Compare all segmenters on a labelled set: `python -m training.evaluate_segmenters FOLDER [--out runs/segmenters]`.

FOLDER: EasyPortrait's layout (`images/test`, `annotations/test`), or `images` and `masks` of CelebAMask-HQ's 19 classes or of persons
(0 and 255). Prints a table and writes it as OUT.csv and OUT.md. Each segmenter runs in a process of its own. Those that know persons
only are held to the whole person, the others to the face; on a set of persons all are held to the person.
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np

from pipeline.metrics.boundary import boundary_score
from pipeline.metrics.iou import Overlap, Region, confusion, mean_iou
from pipeline.ops.filters import without_holes
from pipeline.settings import Kept, Segmenter
from pipeline.steps.segmenters import entries_of
from pipeline.variants import SEGMENTERS
from pipeline.weights.catalog import CATALOG
from pipeline.weights.parameters import count_parameters
from pipeline.weights.resolve import WeightError
from training.checks import DatasetError, Pair, paired, problems_in
from training.labels import CELEBA, NINE
from training.outlines import Cost, outline_all
from training.samples import read_mask

Kind = Literal["nine", "celeba", "person"]
CLASSES: dict[Kind, int | None] = {"nine": 9, "celeba": len(CELEBA), "person": None}
CELEBA_FACE = (1, 2, 3, 4, 5, 6, 7, 10, 11, 12)  # with glasses, without ears
NO_CHECKPOINT = {"fcn8s_vgg16": 134_489_759}  # the network that Xing et al. 2018 name
COLUMNS = (
    "segmenter",
    "state",
    "parameters_M",
    "MB",
    "seconds",
    "peak_MB",
    "mIoU",
    "region",
    "IoU",
    "boundary_F",
)
Row = dict[str, str]


@dataclass(frozen=True)
class LabelledSet:
    """Photos with masks of one kind."""

    pairs: list[Pair]
    kind: Kind

    def region(self, mask: Path, kept: Kept) -> Region:
        """Return what is to be kept of one photo, with all that lies inside it."""
        labels = read_mask(mask)
        if self.kind == "person":
            return labels > 127
        if kept == "person":
            return labels > 0
        return without_holes(np.isin(labels, CELEBA_FACE) if self.kind == "celeba" else labels > 1)


def read_set(folder: Path, kind: Kind | None = None, limit: int | None = None) -> LabelledSet:
    """Return the photos and masks in a folder, after reading each once; the kind of masks is guessed where it is not said.

    Raises: DatasetError: files are missing or unusable, or the kind cannot be guessed.
    """
    of_easyportrait = (folder / "annotations").is_dir()
    places = ("images/test", "annotations/test") if of_easyportrait else ("images", "masks")
    pairs, problems = paired(folder / places[0], folder / places[1])
    pairs = pairs[:limit]
    kind = kind or ("nine" if of_easyportrait else _guessed(pairs))
    if kind is None and not problems:
        problems = [
            "--labels nine, celeba or person is needed: the masks' numbers fit more than one"
        ]
    problems += problems_in(pairs, CLASSES[kind] if kind else None)
    if problems or kind is None:
        raise DatasetError(folder, problems)
    return LabelledSet(pairs, kind)


def _guessed(pairs: list[Pair]) -> Kind | None:
    found = set().union(*(np.unique(read_mask(mask)).tolist() for _, mask in pairs[:50]))
    if found and found <= {0, 255}:
        return "person"
    return "celeba" if found and 8 < max(found) < len(CELEBA) else None


def evaluate(data: LabelledSet, segmenter: Segmenter) -> Row:
    """Return one segmenter's row."""
    own = SEGMENTERS[segmenter]
    kept: Kept = "person" if own.persons_only or data.kind == "person" else "face"
    with tempfile.TemporaryDirectory() as folder:
        cost = outline_all([photo for photo, _ in data.pairs], segmenter, kept, Path(folder))
        overlap, edges = Overlap(), []
        counts = np.zeros((9, 9), np.int64)
        for photo, mask in data.pairs:
            guess, truth = _read(Path(folder) / f"{photo.stem}.png") > 127, data.region(mask, kept)
            overlap.add(guess, truth)
            edges.append(boundary_score(guess, truth))
            if data.kind != "person":
                nine = NINE[CELEBA[read_mask(mask)]] if data.kind == "celeba" else read_mask(mask)
                labels = _read(Path(folder) / f"{photo.stem}.labels.png")
                counts += confusion(nine, labels, 9)
    is_parser = own.network is None and data.kind != "person"
    measured = {
        "mIoU": f"{mean_iou(counts):.4f}" if is_parser else "",
        "region": kept,
        "IoU": f"{overlap.iou:.4f}",
    }
    return described(segmenter) | _cost(cost) | measured | {"boundary_F": f"{np.mean(edges):.4f}"}


def described(segmenter: Segmenter) -> Row:
    """Return what is known of a segmenter without running it, whether its weights are here or not."""
    state = "measured"
    try:
        entries = entries_of(segmenter, "auto")
    except WeightError:
        state, entries = (
            "missing",
            tuple(filter(None, [CATALOG.get(SEGMENTERS[segmenter].network or "")])),
        )
    row = {"segmenter": segmenter, "state": state}
    if not entries:
        return row
    parameters, size = (
        sum(map(count_parameters, entries)),
        sum(entry.bytes or 0 for entry in entries),
    )
    return row | {"parameters_M": f"{parameters / 1e6:.2f}", "MB": f"{size / 1e6:.1f}"}


def _cost(cost: Cost) -> Row:
    return {"seconds": f"{cost.seconds:.3f}", "peak_MB": f"{cost.megabytes:.0f}"}


def _read(file: Path) -> np.ndarray:
    picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise FileNotFoundError(f"{file} was wanted; it is not there.")
    return picture


def table(data: LabelledSet, segmenters: Sequence[Segmenter]) -> list[Row]:
    """Return a row for each segmenter, the missing ones last; print each as it is ready."""
    rows = []
    for name in sorted(segmenters, key=lambda name: described(name)["state"] == "missing"):
        row = described(name)
        try:
            rows.append(evaluate(data, name) if row["state"] == "measured" else row)
        except RuntimeError as error:  # weights that are not what they should be, say; the others are measured all the same
            print(error, flush=True)
            rows.append(row | {"state": "failed"})
        print(", ".join(f"{key} {value}" for key, value in rows[-1].items() if value), flush=True)
    nowhere = [
        {"segmenter": k, "state": "missing", "parameters_M": f"{n / 1e6:.2f}", "MB": ""}
        for k, n in NO_CHECKPOINT.items()
    ]
    return rows + nowhere


def write(rows: list[Row], out: Path, title: str) -> None:
    """Write the table as OUT.csv and OUT.md."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    lines = [
        f"| {' | '.join(c.replace('_', ' ') for c in COLUMNS)} |",
        "|---|---|" + "---:|" * 5 + "---|" + "---:|" * 2,
    ]
    lines += [f"| {' | '.join(row.get(c, '') for c in COLUMNS)} |" for row in rows]
    notes = (
        "Seconds: the median a photo of the segmenter's own work; what shows it the faces (the parse) is counted for the U-Net only. "
        "IoU: of the region, summed over all pictures. Boundary F: edges within 0.75 % of the diagonal."
    )
    out.with_suffix(".md").write_text(f"{title}\n\n" + "\n".join(lines) + f"\n\n{notes}\n")


def main() -> None:
    """Evaluate, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/segmenters"))
    parser.add_argument(
        "--labels",
        choices=get_args(Kind),
        help="what the masks' numbers mean, where it cannot be guessed",
    )
    parser.add_argument(
        "--only", nargs="+", choices=SEGMENTERS, default=list(SEGMENTERS), metavar="SEGMENTER"
    )
    parser.add_argument("--limit", type=int, help="only the first photos")
    args = parser.parse_args()
    try:
        data = read_set(args.folder, args.labels, args.limit)
    except DatasetError as error:
        raise SystemExit(str(error)) from error
    rows = table(data, args.only)
    write(rows, args.out, f"{len(data.pairs)} photos of {args.folder.name}")
    print(args.out.with_suffix(".md").read_text())


if __name__ == "__main__":
    main()
