"""What painted portraits are like, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

PARTS = GROUND, CLOTH, HAIR, SKIN = range(4)  # of a portrait
RANKS, COLORS = 17, 6  # quantiles of L, and main colors, of each part


@dataclass(frozen=True)
class Portraits:
    """What portraits are like, CIELAB, N of them, four parts each.

    `quantiles`: of L, (N, 4, RANKS). `colors`: main ones, (N, 4, COLORS, 3), and `weights`, (N, 4,
    COLORS): how much of the picture each is, 0 where a part is missing. `fall`: how the ground's L
    changes to the right, downward and away from people, each across the long side, (N, 3).
    """

    quantiles: Float
    colors: Float
    weights: Float
    fall: Float

    @property
    def shares(self) -> Float:
        """How much of the picture each part is, (N, 4)."""
        return np.asarray(self.weights.sum(-1), np.float32)

    @property
    def means(self) -> Float:
        """The mean color of each part, (N, 4, 3)."""
        total = (self.colors * self.weights[..., None]).sum(2)
        return np.asarray(total / np.maximum(self.shares, 1e-6)[..., None], np.float32)

    @property
    def skin(self) -> tuple[Float, Float]:
        """Quantiles of L, (RANKS,), and mean a and b, (2,), of all portraits' skin."""
        bare = self.shares[:, SKIN] > 0
        return self.quantiles[bare, SKIN].mean(0), self.means[bare, SKIN, 1:].mean(0)

    @property
    def palettes(self) -> tuple[Float, Float]:
        """Each portrait's colors, (N, C, 3), and how much of it each is, (N, C)."""
        weights = self.weights.reshape(len(self.weights), -1)
        total = np.maximum(weights.sum(1, keepdims=True), 1e-6)
        colors = self.colors.reshape(len(weights), -1, 3)
        return colors, np.asarray(weights / total, np.float32)

    @property
    def palette(self) -> Float:
        """All colors, and how much of them each is, (N, 4)."""
        weights = self.weights.ravel() / np.maximum(self.weights.sum(), 1e-6)
        return np.column_stack([self.colors.reshape(-1, 3), weights]).astype(np.float32)

    def one(self, at: int) -> "Portraits":
        """Return one of them."""
        return Portraits(**{f.name: getattr(self, f.name)[at : at + 1] for f in fields(self)})


def joined(portraits: Sequence[Portraits]) -> Portraits:
    """Put what is known of portraits together."""
    names = [field.name for field in fields(Portraits)]
    return Portraits(
        **{name: np.concatenate([getattr(each, name) for each in portraits]) for name in names}
    )
