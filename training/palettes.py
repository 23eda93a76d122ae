"""The palettes of paintings, and the light that some of them have."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Pixels
from training.strokes import lit_like_monet
from training.unpaired import Domains, read_domains

Field = NDArray[np.float32]
Light = Callable[[Field], Field]


def read_mood(data: Path, listed: Path | None) -> tuple[Domains, Domains, Light]:
    """Return the pictures to train on, those kept out, and the light of some paintings.

    These are the paintings that a file lists; without a file, all of them.

    Raises: DatasetError: a set is missing.
    """
    everything = read_domains(data)
    if listed is None:
        return *everything, lit_like_monet
    some = read_domains(data, listed.read_text().split())
    return *some, lit_like(palettes_of(some[0].paintings), palettes_of(everything[0].paintings))


def palette(picture: Field) -> Field:
    """Return mean and deviation of a picture's Lab, (6,)."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    return np.concatenate([lab.mean(0), lab.std(0)])


def palettes_of(paintings: list[Pixels]) -> Field:
    """Return the palette of each painting, (N, 6)."""
    return np.stack([palette(painting.astype(np.float32) / 255) for painting in paintings])


def lit_like(paintings: Field, all_of_them: Field) -> Light:
    """Return what gives a photo, (H, W, 3) in [0, 1], the light of these paintings.

    It is Monet's light, moved as far as their palettes are from all others'.

    Source: Reinhard et al. 2001, "Color Transfer between Images".
    """
    (mean, deviation), (usual, spread) = (
        np.split(palettes.mean(0), 2) for palettes in (paintings, all_of_them)
    )

    def light(photo: Field) -> Field:
        lab = (cv2.cvtColor(lit_like_monet(photo), cv2.COLOR_RGB2LAB) - usual) * (
            deviation / np.maximum(spread, 1e-3)
        ) + mean
        return cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB).clip(0, 1)

    return light
