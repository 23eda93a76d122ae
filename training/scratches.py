"""Teach the network that tells scratches from lines of a scene.

`python -m training.scratches SHARED OUT.npz`: scratches are drawn on photos, and of each segment
that `pipeline/stages/mend/lines.py` finds, its features are learned from; the result's place is
`pipeline/stages/mend/lines.npz`. The photos that figures are measured on are not among these.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.wear import wear
from pipeline.io.image_files import read_photo
from pipeline.ops.tensor import to_float
from pipeline.stages.mend.find import SEEN_PX
from pipeline.stages.mend.lines import Numbers, Segments, segments_in
from pipeline.stages.mend.ridges import halved

FOLDERS = ("portraits_in_the_wild/images", "people/images")
LEAST_PX = 470  # of a photo's long side
WIDTHS = (24, 16)  # of the network's layers
STEPS, BATCH, RATE = 3000, 1024, 6e-3
IS, IS_NOT = 0.5, 0.1  # of a segment's pixels on a scratch: from which on it is one, or is none
WRONG = 4.0  # how much a line of the scene that is taken for a scratch counts
LONGEST = 60.0  # pixels of a segment that count

Known = tuple[Numbers, Numbers, Numbers]  # features (N, F), is a scratch (N,), weight (N,)


def labeled(segments: Segments, scratched: NDArray[np.float32]) -> Known:
    """Say of segments whether they are scratches, where that is clear; long ones count more.

    `scratched`: the share of each pixel that is, (H/2, W/2).
    """
    flat = scratched.ravel() > IS_NOT
    on = np.array([flat[pixels].mean() for pixels in segments.pixels])
    size = np.array([len(pixels) for pixels in segments.pixels])
    clear = (on > IS) | (on < IS_NOT)
    truth = (on > IS).astype(np.float32)
    weight = np.minimum(size, LONGEST) / LONGEST * np.where(truth > 0, 1, WRONG)
    return segments.features[clear], truth[clear], weight[clear].astype(np.float32)


def examples(shared: Path, every: int) -> Iterator[Known]:
    """Yield what is known of the segments of worn photos and of the same ones clean."""
    files = [file for name in FOLDERS for file in sorted((shared / "data" / name).glob("*.jpg"))]
    for seed, file in enumerate(files[::every]):
        photo = read_photo(file)
        if max(photo.size) < LEAST_PX:
            continue
        clean = to_float(photo.pixels)  # as if it were a part of one of `SEEN_PX`
        worn = wear(clean, seed, SEEN_PX)
        lines = worn.where["scratches"] | worn.where["creases"]
        for picture, where in ((worn.picture, lines), (clean, np.zeros_like(lines))):
            segments, _ = segments_in(picture.clip(0, 1))
            if segments.pixels:
                yield labeled(segments, halved(where.astype(np.float32)))
        sys.stdout.write(f"{file.name}\n")


def train(features: Numbers, truth: Numbers, weight: Numbers, seed: int = 0) -> dict[str, Numbers]:
    """Return the arrays that `judged` reads."""
    torch.manual_seed(seed)
    mean, std = features.mean(0), features.std(0) + 1e-6
    known = torch.from_numpy((features - mean) / std), torch.from_numpy(truth)
    count = torch.from_numpy(weight)
    sizes = (features.shape[1], *WIDTHS, 1)
    layers = [nn.Linear(before, after) for before, after in pairwise(sizes)]
    network = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    loss = nn.BCEWithLogitsLoss(reduction="none")
    for _ in range(STEPS):
        chosen = torch.randint(0, len(truth), (BATCH,))
        wrong = loss(network(known[0][chosen])[:, 0], known[1][chosen]) * count[chosen]
        optimizer.zero_grad()
        wrong.mean().backward()
        optimizer.step()
        schedule.step()
    arrays = {"mean": mean, "std": std}
    for number, layer in enumerate(layers):
        arrays[f"w{number}"] = layer.weight.detach().numpy()
        arrays[f"b{number}"] = layer.bias.detach().numpy()
    return {name: values.astype(np.float32) for name, values in arrays.items()}


def main() -> None:
    """Draw, learn, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=24, help="which of the photos are taken")
    chosen = parser.parse_args()
    known = [
        np.concatenate(part) for part in zip(*examples(chosen.shared, chosen.every), strict=True)
    ]
    np.savez(chosen.out, **train(known[0], known[1], known[2]))


if __name__ == "__main__":
    main()
