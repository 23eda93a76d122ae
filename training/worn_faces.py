"""The endless stream of degraded faces with their truth, and where eyes and mouth are."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.types import Labels, Pixels
from training.checks import DatasetError, Pair, paired, problems_in
from training.degrade import degrade, drawn
from training.labels import CELEBA
from training.samples import read_mask, read_pixels
from training.stream import ENDLESS, loader

SIDE = 512  # of a face, px
LOOKED_AT = (4, 5, 10, 11, 12)  # CelebAMask-HQ's eyes, inner mouth and lips
REACH_PX = 12  # how far around them counts: lids, lashes, the mouth's corners
SHARP = (
    0.1  # share of the faces that stay as they are, so that a restorer learns to leave them alone
)


class Worn(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Item i: a degraded face, the true one, and where eyes and mouth are.

    The faces are (3, side, side) uint8, the places (1, side, side) uint8.

    Always the same for the same seed and i. `side` below 512: a part of the face at its own scale,
    for the network learns what pixels of this scale look like; a face made smaller has other
    eyelashes, and JPEG's blocks have another size in it.
    """

    def __init__(self, pairs: list[Pair], side: int, seed: int) -> None:
        self.pairs, self.side, self.seed = pairs, side, seed

    def __len__(self) -> int:
        return ENDLESS

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, index])
        photo, mask = self.pairs[rng.integers(len(self.pairs))]
        y, x = rng.integers(0, SIDE - self.side + 1, 2)
        part = np.s_[y : y + self.side, x : x + self.side]
        turned = np.s_[:, :: -1 if rng.random() < 0.5 else 1]
        face, look = read_pixels(photo)[part][turned], looked_at(read_mask(mask))[part][turned]
        # A photo comes to the network through a bilinear warp, a file that somebody enlarged mostly
        # through a bicubic one.
        worn = face if rng.random() < SHARP else degrade(face, drawn(rng, ("linear", "cubic")))
        return _tensor(worn), _tensor(face), _tensor(look[..., None])


def looked_at(mask: Labels) -> NDArray[np.uint8]:
    """Return where people look in a face, (H, W).

    It is 255 on eyes and mouth, softly falling to 0 around them.

    Source: Wang et al. 2021, section 3.4: the parts of a face that have a discriminator of their
    own.
    """
    parts = np.where(np.isin(mask, LOOKED_AT), 255, 0).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * REACH_PX + 1,) * 2)
    return cv2.GaussianBlur(cv2.dilate(parts, disc), (0, 0), REACH_PX / 2)


def read_pairs(folder: Path) -> list[Pair]:
    """Return the (photo, mask) files of a folder of aligned faces.

    Raises: DatasetError: files are missing or unreadable, masks hold unknown classes, or a face has
    another size.
    """
    pairs, problems = paired(folder / "images", folder / "masks")
    problems += problems_in(pairs, len(CELEBA))
    if not problems:
        sizes = [(mask, read_mask(mask).shape) for _, mask in pairs]
        problems = [
            f"{file}: {SIDE} x {SIDE} px were wanted; it has {w} x {h}"
            for file, (h, w) in sizes
            if (h, w) != (SIDE, SIDE)
        ]
    if problems:
        raise DatasetError(folder, problems)
    return pairs


def batches(
    worn: Worn, batch: int, device: torch.device, workers: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield endless batches on a device: degraded and true faces, and where people look.

    Faces are (B, 3, side, side) in [-1, 1], places in [0, 1].
    """
    for degraded, truth, look in loader(worn, batch, device, workers):
        faces = (
            t.to(device, memory_format=torch.channels_last, non_blocking=True).float() / 127.5 - 1
            for t in (degraded, truth)
        )
        yield *faces, look.to(device, non_blocking=True).float() / 255


def _tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
