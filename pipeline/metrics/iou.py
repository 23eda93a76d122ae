"""Measure how well regions and classes overlap: intersection over union."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Region = NDArray[np.bool_]  # (H, W)
Confusion = NDArray[np.int64]  # (C, C) pixel counts: true class, guessed class


def confusion(truth: NDArray[np.generic], guess: NDArray[np.generic], classes: int) -> Confusion:
    """Count a picture's pixels by true and guessed class, both (H, W) in 0 to `classes` - 1.

    The matrices of several pictures are added before they are divided: small pictures and rare
    classes then count by their pixels.

    Raises: ValueError: the two differ in size, or hold another class.
    """
    if truth.shape != guess.shape:
        raise ValueError(f"Labels of one size were wanted, not {truth.shape} and {guess.shape}.")
    pairs = truth.astype(np.int64).ravel() * classes + guess.astype(np.int64).ravel()
    for labels in (truth, guess):
        least, most = (int(labels.min()), int(labels.max())) if labels.size else (0, 0)
        if least < 0 or most >= classes:
            raise ValueError(f"Classes 0 to {classes - 1} were wanted, not {least} to {most}.")
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def class_iou(counts: Confusion) -> NDArray[np.float64]:
    """Divide each class' intersection by its union, (C,) in [0, 1]; NaN for one that is nowhere."""
    both = np.diag(counts)
    either = counts.sum(0) + counts.sum(1) - both
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def mean_iou(counts: Confusion) -> float:
    """Average `class_iou` over the classes that occur."""
    return float(np.nanmean(class_iou(counts)))


@dataclass
class Overlap:
    """One region's intersection and union, px, summed over many pictures."""

    both: int = 0
    either: int = 0

    def add(self, guess: Region, truth: Region) -> None:
        """Add one picture."""
        self.both += int(np.count_nonzero(guess & truth))
        self.either += int(np.count_nonzero(guess | truth))

    @property
    def iou(self) -> float:
        """Intersection over union; 1 where there was nothing to find and nothing was found."""
        return self.both / self.either if self.either else 1.0


def region_iou(guess: Region, truth: Region) -> float:
    """Divide the area that two regions share by what either has; 1 where neither has any."""
    overlap = Overlap()
    overlap.add(guess, truth)
    return overlap.iou
