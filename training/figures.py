"""What a training looks like: mean IoU, photo | prediction | truth, and the loss over time.

Source: Lai 2024, Fig. 2 (the loss curve) and Fig. 3 (a picture per sample of the test set).
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.io.encode import LABEL_COLORS
from pipeline.metrics.iou import class_iou, confusion
from pipeline.nets.unet import Parser
from pipeline.ops.resample import resized
from pipeline.stages.parse import nine_classes, parse_photo
from pipeline.types import Labels, Network, Pixels
from training.labels import PERSON
from training.samples import read_pixels

NINE = len(LABEL_COLORS)
# PERSON, a person whose parts nobody marked, in person's color.
COLORS = np.zeros((256, 3), np.uint8)
COLORS[:NINE] = LABEL_COLORS
COLORS[PERSON] = LABEL_COLORS[1]
GAP = 6  # px of white between the pictures of a panel


@dataclass(frozen=True)
class HeldOut:
    """A photo and its truth.

    `read` turns the mask file into the nine classes, or into 0 and PERSON.
    """

    photo: Path
    mask: Path
    read: Callable[[Path], Labels]


def as_network(network: nn.Module) -> Network:
    """Return a network as the pipeline calls one: a batch to a batch, arrays in and out."""
    device = next(network.parameters()).device

    @torch.inference_mode()
    def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return network(torch.from_numpy(batch).to(device)).float().cpu().numpy()

    return run


def parser_of(state: dict[str, Tensor]) -> Parser:
    """Return the parser with these weights, ready to look."""
    parser = Parser(len(state["segmentation_head.0.bias"]))
    parser.load_state_dict(state)
    return parser.eval()


def face_candidates(
    held_out: list[HeldOut], network: Network, long_px: int
) -> Iterator[tuple[HeldOut, Pixels, Labels, Labels]]:
    """Yield every photo with the network's nine classes and the truth, all at the photo's size."""
    for item in held_out:
        photo = read_pixels(item.photo)
        parts = parse_photo(photo.astype(np.float32) / 255, network, long_px=long_px)
        yield item, photo, nine_classes(resized(parts, photo.shape[:2])), item.read(item.mask)


class Scores:
    """One confusion matrix over all pictures at full size.

    It is of the nine classes, and of person or not where only that is known.
    """

    def __init__(self) -> None:
        self.nine, self.person = np.zeros((NINE, NINE), np.int64), np.zeros((2, 2), np.int64)

    def add(self, truth: Labels, guess: Labels) -> None:
        """Count a picture's pixels."""
        if (truth == PERSON).any():
            self.person += confusion(truth > 0, guess > 0, 2)
        else:
            self.nine += confusion(truth, guess, NINE)

    def figures(self) -> dict[str, float]:
        """Return mIoU and IoU by class, and a person's IoU, of what was counted."""
        figures = {}
        if self.nine.any():
            classes = np.nan_to_num(
                class_iou(self.nine), nan=1.0
            )  # absent, and not guessed either: right
            figures = {
                "miou": float(classes.mean()),
                **{f"class{i}": float(v) for i, v in enumerate(classes)},
            }
        if self.person.any():
            figures["person"] = float(class_iou(self.person)[1])
        return figures


def panel(photo: Pixels, guess: Labels, truth: Labels, long_px: int | None = None) -> Pixels:
    """Return photo | prediction | truth, at the photo's size or with its long side at `long_px`."""
    pictures = [photo, COLORS[guess], COLORS[truth]]
    if long_px:
        k = long_px / max(photo.shape[:2])
        size = max(1, round(photo.shape[1] * k)), max(1, round(photo.shape[0] * k))
        how = (cv2.INTER_AREA, cv2.INTER_NEAREST, cv2.INTER_NEAREST)
        pictures = [
            cv2.resize(p, size, interpolation=i) for p, i in zip(pictures, how, strict=True)
        ]
    gap = np.full((pictures[0].shape[0], GAP, 3), 255, np.uint8)
    return np.hstack([pictures[0], gap, pictures[1], gap, pictures[2]])


def sheet(panels: list[Pixels], columns: int = 2) -> Pixels:
    """Return panels of any size on one page."""
    h, w = (max(p.shape[axis] for p in panels) + GAP for axis in (0, 1))
    page = np.full((h * -(-len(panels) // columns), w * columns, 3), 255, np.uint8)
    for i, p in enumerate(panels):
        y, x = i // columns * h, i % columns * w
        page[y : y + p.shape[0], x : x + p.shape[1]] = p
    return page


def draw_curve(run: Path, file: Path) -> None:
    """Plot the loss and its parts over the training's minutes from `log.csv`.

    mIoU on held-out data is plotted with them where `held_out.csv` has it.
    """
    log = {"minutes": [], "loss": []} | (
        read_log(run / "log.csv") if (run / "log.csv").exists() else {}
    )
    from matplotlib.figure import Figure  # whoever runs the page has no Matplotlib

    figure = Figure((7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="minutes of training", ylabel="loss (running mean)")
    for name in (name for name in log if name not in ("step", "minutes", "rate")):
        axes.plot(log["minutes"], log[name], ".-", markersize=3, label=name)
    axes.grid(alpha=0.3)
    held_out = read_log(run / "held_out.csv") if (run / "held_out.csv").exists() else {}
    if "miou" in held_out:
        right = axes.twinx()
        right.plot(
            held_out["minutes"], held_out["miou"], "o-", color="black", label="mIoU, held out"
        )
        right.set_ylabel("mIoU, held out")
    figure.legend(loc="outside upper right", ncols=6)
    figure.savefig(file, dpi=120)


def read_log(file: Path) -> dict[str, list[float]]:
    """Read a CSV log's columns."""
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    return {key: [float(row[key]) for row in rows] for key in rows[0]} if rows else {}
