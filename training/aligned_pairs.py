"""Pairs of a photo and a style's portrait, both cut around their faces, endlessly."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.types import Pixels, Points
from training.aligned_faces import FINER
from training.portrait_faces import POINTS, Portrait, height, middle
from training.stream import ENDLESS, loader

EXTENTS = (1.35, 2.4)  # sides of a view, in heights of the face: how near it is looked at
TURN, SHIFT = 10.0, 0.08  # most degrees that a view is turned, and parts of its side it is shifted
STILL = np.zeros(3)
# Share of faces, those nearest in pose, that look the same way as a face. In pairs portraits are
# drawn first: of 24 van Goghs, drawn for photos, which look straight ahead, 15 would count.
NEAREST = 0.3
LIGHT, TINGE = 0.3, 0.05  # deviations of the exponent of photos' light, and of each color's gain
# Where each point's counterpart is when a face is mirrored.
MIRRORED = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
     45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
     *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65]
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """Photos, (B, 3, S, S) in [-1, 1], and styles, finer: (B, 3, 2 S, 2 S).

    Points are (B, 68, 2) px of pictures of S px, both.
    """

    photos: Tensor
    points: Tensor
    styles: Tensor
    style_points: Tensor

    def to(self, device: torch.device) -> "Pairs":
        """Move all to a device; pictures may still be uint8, of a loader."""
        moved = (getattr(self, f.name).to(device, non_blocking=True) for f in fields(self))
        return Pairs(*(each.float() / 127.5 - 1 if each.dtype == torch.uint8 else each
                       for each in moved))  # fmt: skip


class PairsDataset(Dataset[tuple[Tensor, ...]]):
    """Item i: a photo's view, its points, a style's view and its points; the same for a seed and i.

    `posed`: whether a portrait meets photos that look the same way; else any.
    """

    def __init__(
        self, photos: list[Portrait], styles: list[Portrait], side: int, seed: int, posed: bool
    ) -> None:
        self.photos, self.styles = photos, styles
        self.side, self.seed, self.posed = side, seed, posed
        self.poses = np.stack([pose(each.points) for each in [*photos, *map(mirrored, photos)]])

    def __len__(self) -> int:
        return ENDLESS

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        rng = np.random.default_rng([self.seed, index])
        style = self.styles[rng.integers(len(self.styles))]
        style = mirrored(style) if rng.random() < 0.5 else style
        photo = self._partner(style.points, rng)
        widest = min(EXTENTS[1], photo.extent, style.extent)
        extent = float(np.exp(rng.uniform(np.log(EXTENTS[0]), np.log(widest))))
        by = rng.uniform(-1, 1, 3)  # the same for both: only the faces' own proportions differ
        view = seen(relit(photo, rng), self.side, extent, by)
        fine = seen(style, FINER * self.side, extent, by)
        return *_tensors(view), *_tensors(fine, FINER)

    def _partner(self, points: Points, rng: np.random.Generator) -> Portrait:
        """Draw a photo for a portrait with `points`, (68, 2); half of them are mirrored."""
        place = rng.integers(len(self.poses))
        if self.posed:
            place = rng.choice(alike_in_pose(self.poses, points))
        again, which = divmod(int(place), len(self.photos))
        return mirrored(self.photos[which]) if again else self.photos[which]


def relit(photo: Portrait, rng: np.random.Generator) -> Portrait:
    """Show a photo darker or lighter, and in warmer or colder light: there are other rooms, too."""
    gamma, gains = np.exp(rng.normal(0, LIGHT)), np.exp(rng.normal(0, TINGE, 3))
    levels = np.linspace(0, 1, 256)[:, None] ** gamma * gains
    table = np.clip(255 * levels + 0.5, 0, 255).astype(np.uint8)
    return replace(photo, picture=cv2.LUT(photo.picture, table[:, None]))


def batches(pairs: PairsDataset, batch: int, device: torch.device, workers: int) -> Iterator[Pairs]:
    """Yield endless batches on a device; workers beside the training make them."""
    for tensors in loader(pairs, batch, device, workers):
        yield Pairs(*tensors).to(device)


def pose(points: Points) -> NDArray[np.float32]:
    """Return points whose middle is 0 and whose mean distance from it is 1, turned upright."""
    at = points - points.mean(0)
    x, y = at[42:48].mean(0) - at[36:42].mean(0)
    turn = np.array([[x, -y], [y, x]], np.float32) / max(np.hypot(x, y), 1e-6)
    return (at @ turn) / max(np.linalg.norm(at, axis=1).mean(), 1e-6)


def by_pose(poses: NDArray[np.float32], points: Points) -> NDArray[np.intp]:
    """Return the places of poses, (N, 68, 2), the nearest to that of points, (68, 2), first."""
    return np.argsort(((poses - pose(points)) ** 2).sum((1, 2)))


def alike_in_pose(poses: NDArray[np.float32], points: Points) -> NDArray[np.intp]:
    """Return the places of those of `by_pose` that look the same way."""
    return by_pose(poses, points)[: max(2, round(NEAREST * len(poses)))]


def mirrored(portrait: Portrait) -> Portrait:
    """Mirror a portrait and its points."""
    picture = np.ascontiguousarray(portrait.picture[:, ::-1])
    points = portrait.points[MIRRORED] * [-1, 1] + [picture.shape[1] - 1, 0]
    return Portrait(picture, points.astype(np.float32), portrait.name)


def seen(portrait: Portrait, side: int, extent: float, by: NDArray[np.float64] = STILL) -> Portrait:
    """View a portrait at `side` px, its face 1 / `extent` of them, or more where the cut is narrow.

    `by`: how far it is turned, and shifted in x and y, (3,) in [-1, 1].
    """
    k = side / (min(extent, portrait.extent) * height(portrait.points))
    x, y = middle(portrait.points)
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), TURN * by[0], k)
    matrix[:, 2] += (0.5 + SHIFT * by[1:]) * side - 0.5 - [x, y]
    source = portrait.picture
    if k < 0.6:  # what `warpAffine` would sample too sparsely
        source = cv2.GaussianBlur(source, (0, 0), 0.35 / k)
    how = cv2.INTER_LINEAR if k < 1 else cv2.INTER_CUBIC
    picture = cv2.warpAffine(
        source, matrix, (side, side), flags=how, borderMode=cv2.BORDER_REFLECT_101
    )
    points = portrait.points @ matrix[:, :2].T + matrix[:, 2]
    return Portrait(picture, points.astype(np.float32), portrait.name)


def _tensors(portrait: Portrait, finer: int = 1) -> tuple[Tensor, Tensor]:
    picture: Pixels = portrait.picture
    assert portrait.points.shape == (POINTS, 2)
    pixels = torch.from_numpy(picture).permute(2, 0, 1).contiguous()
    return pixels, torch.from_numpy((portrait.points + 0.5) / finer - 0.5)


def as_pairs(photos: list[Portrait], styles: list[Portrait], device: torch.device) -> Pairs:
    """Put views of one size together, as many photos as styles, which are finer."""
    both = [[torch.stack(t) for t in zip(*(_tensors(one, finer) for one in each), strict=True)]
            for each, finer in ((photos, 1), (styles, FINER))]  # fmt: skip
    return Pairs(*both[0], *both[1]).to(device)
