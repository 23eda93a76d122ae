"""Measure how near a picture is to paintings, by the statistics of a perceptual network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.ops.resample import resized, size_of_short
from pipeline.ops.tensor import to_batch
from pipeline.types import Image

if TYPE_CHECKING:
    from pipeline.stages.style_transfer.losses import Features

Statistics = NDArray[np.float64]  # (S,) mean and deviation of each channel of `LAYERS`

LAYERS = ("conv2_1", "conv3_1", "conv4_1", "conv5_1")  # conv1_1 depends on little but brightness
SHORT_PX = 256  # short side at which pictures are compared, so that strokes are of like size
LEAST_PAINTINGS = 8
FLOOR = 1e-3  # added to deviations: that of a channel which is never active is 0


@dataclass(frozen=True)
class Style:
    """Mean and deviation of each of several paintings' `Statistics`."""

    mean: Statistics
    deviation: Statistics


def statistics(picture: Image, features: "Features") -> Statistics:
    """Measure mean and deviation of each channel's activations for a picture, (S,)."""
    import torch

    size = size_of_short(picture.shape[:2], SHORT_PX, 1)
    batch = to_batch(np.clip(resized(picture, size), 0, 1))
    with torch.no_grad():
        maps = features(torch.from_numpy(batch), LAYERS)
        rows = [maps[layer][0].flatten(1).double() for layer in LAYERS]
        found = torch.cat([*(row.mean(1) for row in rows), *(row.std(1) for row in rows)])
    return found.cpu().numpy()


def style_of(paintings: Iterable[Image], features: "Features") -> Style:
    """Measure the mean and the deviation of several paintings' statistics.

    Raises: ValueError: there are fewer than `LEAST_PAINTINGS`.
    """
    rows = [statistics(painting, features) for painting in paintings]
    if len(rows) < LEAST_PAINTINGS:
        raise ValueError(f"{LEAST_PAINTINGS} paintings or more were wanted, not {len(rows)}.")
    return Style(np.mean(rows, 0), np.std(rows, 0) + FLOOR)


def style_distance(picture: Image, style: Style, features: "Features") -> float:
    """Measure the mean distance of a picture's statistics to the paintings', in deviations.

    The paintings themselves are less than 1 away in the mean. Absolute values are averaged, not
    squares, because few paintings underestimate the deviation of a channel that is seldom active.
    """
    return float(np.mean(np.abs(statistics(picture, features) - style.mean) / style.deviation))


def style_shares(
    photo: Image, pictures: Sequence[Image], style: Style, features: "Features",
) -> list[float]:  # fmt: skip
    """Measure how much nearer to paintings pictures are than the photo that they were made of.

    One each. 0: as far as the photo; 1: what paintings are in the mean; negative: farther.
    """
    away = style_distance(photo, style, features)
    return [1 - style_distance(picture, style, features) / away for picture in pictures]
