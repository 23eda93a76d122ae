"""A photo, the faces in it, and the pictures it is painted like."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.types.arrays import Pixels, Points

MIN_SIDE = 16  # px; a smaller picture has nothing to paint


class PhotoError(ValueError):
    """A picture that cannot be used; the message says what was wanted, found, and what to do."""


@dataclass(frozen=True)
class Photo:
    """An upright sRGB photo at its full size.

    `alpha`: (H, W) uint8, or None where the photo is opaque. `notes`: what reading the file
    changed, one sentence each ("Only the first of 12 frames is used."). `guessed`: whether its
    colors are guessed.
    """

    pixels: Pixels
    alpha: NDArray[np.uint8] | None = None
    name: str = "photo"
    notes: tuple[str, ...] = ()
    guessed: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), px."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @cached_property
    def key(self) -> str:
        """Hash of size, pixels and alpha."""
        content = hashlib.blake2b(repr(self.size).encode(), digest_size=16)
        content.update(np.ascontiguousarray(self.pixels).data)
        if self.alpha is not None:
            content.update(np.ascontiguousarray(self.alpha).data)
        return content.hexdigest()


@dataclass(frozen=True)
class Face:
    """One face, in photo px.

    `box`: (x0, y0, x1, y1). `eyes`, `mouth`: centers of the eyes and corners of the mouth, (2, 2)
    points each, the one at the picture's left first. `score`: confidence in [0, 1].
    """

    box: tuple[float, float, float, float]
    eyes: Points
    mouth: Points
    score: float

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return self.box[3] - self.box[1]

    @property
    def points(self) -> Points:
        """Eyes, then corners of the mouth, (4, 2)."""
        return np.concatenate([self.eyes, self.mouth])


@dataclass(frozen=True, eq=False)
class Style:
    """A style picture; two are equal where their contents are.

    `share`: its weight among several style pictures, above 0.
    `mask`: where its style counts, (H, W) uint8; None where all of it does.
    """

    pixels: Pixels
    share: float = 1.0
    mask: NDArray[np.uint8] | None = None

    @cached_property
    def key(self) -> str:
        """Hash of weight, pixels and mask."""
        parts = [self.pixels] if self.mask is None else [self.pixels, self.mask]
        whole = hashlib.blake2b(repr((self.share, self.pixels.shape)).encode(), digest_size=16)
        for part in parts:
            whole.update(np.ascontiguousarray(part).data)
        return whole.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Compare contents by their hashes."""
        return isinstance(other, Style) and self.key == other.key

    def __hash__(self) -> int:
        """Hash the content, so that equal styles have equal hashes."""
        return hash(self.key)
