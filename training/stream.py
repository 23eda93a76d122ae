"""The endless stream of varied pictures that a training sees."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import tv_tensors

from pipeline.ops.monochrome import in_tone_of_skin
from pipeline.ops.tensor import to_float, to_uint8
from training.damage import DAMAGE, FAINT
from training.framing import composed
from training.labels import MEAN, STD
from training.samples import Samples
from training.views import VIEWS, Views

ENDLESS = 1 << 31


class Varied(Dataset[tuple[Tensor, Tensor]]):
    """Item i: a photo (3, side, side) uint8 and its labels (side, side) uint8.

    It is always the same for the same seed and i.

    `weights`: how often each sample is drawn, relative to the others. `scenes`: landscapes without
    people; may be empty.
    """

    def __init__(
        self,
        samples: Samples,
        weights: NDArray[np.float64],
        scenes: list[Path],
        side: int,
        seed: int,
        views: Views = VIEWS["any"],
    ) -> None:
        self.samples, self.scenes, self.side, self.seed, self.views = (
            samples,
            scenes,
            side,
            seed,
            views,
        )
        self.cumulated = np.cumsum(weights) / np.sum(weights)

    def __len__(self) -> int:
        return ENDLESS

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, index])

        def draw() -> int:
            return min(
                int(np.searchsorted(self.cumulated, rng.random(), side="right")),
                len(self.cumulated) - 1,
            )

        photo, labels = composed(
            lambda: self.samples[draw()], self.scenes, self.side, rng, self.views
        )
        picture = tv_tensors.Image(torch.from_numpy(photo).permute(2, 0, 1).contiguous())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(1 << 62)))
            mask = tv_tensors.Mask(torch.from_numpy(labels))
            if rng.random() < self.views.damaged:
                picture, mask = DAMAGE(picture, mask)
            if rng.random() < self.views.faint:
                picture, mask = FAINT(picture, mask)
        if self.views.toned:
            toned = in_tone_of_skin(to_float(picture.permute(1, 2, 0).numpy()))
            picture = tv_tensors.Image(
                torch.from_numpy(to_uint8(toned)).permute(2, 0, 1).contiguous()
            )
        return picture.as_subclass(Tensor), mask.as_subclass(Tensor)


def batches(
    varied: Varied, batch: int, device: torch.device, workers: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield endless batches of normalized photos and their labels on a device.

    Photos are (B, 3, side, side), labels (B, side, side).
    """
    mean, std = MEAN.to(device), STD.to(device)
    for photos, labels in loader(varied, batch, device, workers):
        yield (
            (photos.to(device, non_blocking=True).float() / 255 - mean) / std,
            labels.to(device, non_blocking=True),
        )


def loader(items: Dataset[Any], batch: int, device: torch.device, workers: int) -> DataLoader[Any]:
    """Return what makes batches of items in their order.

    It works in processes beside the training where `workers` are wanted.
    """
    if workers:
        cv2.setNumThreads(1)  # processes forked while OpenCV has threads wait for these forever
    return DataLoader(
        items, batch, num_workers=workers, pin_memory=device.type == "cuda",
        worker_init_fn=_alone, prefetch_factor=4 if workers else None,
    )  # fmt: skip


def _alone(_: int) -> None:
    """Keep a worker to one thread: there are as many workers as are wanted."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
