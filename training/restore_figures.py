"""Measure what a restorer is worth on faces whose truth is known.

That is decibels gained, nearness in features, and sharp faces left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor

from pipeline.metrics.similarity import psnr
from pipeline.ops.tensor import to_batch, to_picture, to_uint8
from pipeline.types import Network, Pixels
from training.checks import DatasetError, photos_in
from training.degrade import degrade, drawn
from training.samples import read_pixels
from training.teachers import Perceptual

FEATURES = (
    "conv21",
    "conv31",
    "conv41",
)  # of the teacher; the pictures at 1/2, 1/4 and 1/8 of their size
SEED = 2021


@dataclass(frozen=True)
class Outcome:
    """A face, the same degraded, and what was made of the degraded and of the sharp one.

    All are (H, W, 3).
    """

    sharp: Pixels
    degraded: Pixels
    restored: Pixels
    passed: Pixels


def trials(folder: Path, count: int | None = None) -> list[tuple[Pixels, Pixels]]:
    """Return a folder's faces, or the first ones, each (sharp, degraded).

    The damage is always the same.

    Raises: DatasetError: there are no faces.
    """
    files = photos_in(folder)[:count]
    if not files:
        raise DatasetError(
            folder, [f"{folder}: aligned faces of 512 x 512 px were wanted there; there are none"]
        )
    faces = [read_pixels(file) for file in files]
    return [
        (face, degrade(face, drawn(np.random.default_rng([SEED, i]))))
        for i, face in enumerate(faces)
    ]


def outcome(sharp: Pixels, degraded: Pixels, network: Network) -> Outcome:
    """Return what a restorer makes of a face."""
    return Outcome(sharp, degraded, restored(degraded, network), restored(sharp, network))


def restored(face: Pixels, network: Network) -> Pixels:
    """Return a face, (H, W, 3), restored, in 8 bit."""
    return to_uint8(to_picture(network(to_batch(face.astype(np.float32) / 127.5 - 1))) / 2 + 0.5)


def figures(outcomes: Sequence[Outcome], vgg: Perceptual) -> dict[str, float]:
    """Return means over all faces.

    `gain_db`: PSNR of the restored less that of the degraded; `feature_ratio`: distance in features
    from the truth, restored over degraded; `sharp_db`: PSNR of what was sharp before;
    `sharp_worst_db`: the lowest of these.
    """
    gains = [psnr(o.restored, o.sharp) - psnr(o.degraded, o.sharp) for o in outcomes]
    passed = [psnr(o.passed, o.sharp) for o in outcomes]
    after, before = np.sum(
        [[distance(made, o.sharp, vgg) for made in (o.restored, o.degraded)] for o in outcomes], 0
    )
    return {
        "gain_db": float(np.mean(gains)), "feature_ratio": float(after / before),
        "sharp_db": float(np.mean(passed)), "sharp_worst_db": min(passed),
    }  # fmt: skip


@torch.inference_mode()
def distance(found: Pixels, wanted: Pixels, vgg: Perceptual) -> float:
    """Return how far one picture is from another in features, relative to the other's."""
    device = vgg.conv0_weight.device
    pictures = [
        torch.from_numpy(to_batch(p.astype(np.float32) / 127.5 - 1)).to(device)
        for p in (found, wanted)
    ]
    return feature_distance(pictures[0], pictures[1], vgg).item()


def feature_distance(
    found: Tensor, wanted: Tensor, vgg: Perceptual, weight: Tensor | None = None
) -> Tensor:
    """Return how far pictures are from others in features, the mean over the layers: (B,).

    Both are (B, 3, H, W) in [-1, 1].

    In each layer the mean absolute difference over the mean of the wanted features. `weight`: how
    much a pixel counts, (B, 1, H, W).
    """
    got = vgg(found / 2 + 0.5)
    with torch.no_grad():
        want = vgg(wanted / 2 + 0.5)
    distances = []
    for name in FEATURES:
        error = (got[name].float() - want[name].float()).abs().mean(1, keepdim=True)
        if weight is not None:
            error = error * F.adaptive_avg_pool2d(weight, error.shape[2:])
        distances.append(error.mean((1, 2, 3)) / want[name].float().mean((1, 2, 3)))
    return torch.stack(distances).mean(0)
