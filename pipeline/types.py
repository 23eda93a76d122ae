"""The values that pass between stages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.settings import Settings

Image = NDArray[np.float32]  # (H, W, 3) sRGB in [0, 1]
Mask = NDArray[np.float32]  # (H, W) in [0, 1], soft; 1 = kept
Points = NDArray[np.float32]  # (N, 2) x, y in px; the origin is the center of the top-left pixel
Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB, as files hold it
Labels = NDArray[np.uint8]  # (H, W) EasyPortrait classes 0-8

Logits = NDArray[np.float32]  # above 0 inside a mask, below outside
StageName = Literal["paint", "parse", "restore", "segment", "blend"]
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (N, C, H, W) -> (N, C', H', W')
# Embedding (1, 256, 64, 64), points (1, N, 2), labels (1, N), mask (1, 1, 256, 256), has_mask (1,)
# -> logits (1, 4, 256, 256), scores (1, 4)
Decoder = Callable[..., tuple[NDArray[np.float32], NDArray[np.float32]]]


class PhotoError(ValueError):
    """A picture that cannot be used; the message says what was wanted, what was found, what to do."""


class PromptError(ValueError):
    """A prompt that points at nothing; the message says the picture's limits."""


class Cancelled(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised by a progress callback to stop a run between stages."""


@dataclass(frozen=True)
class Photo:
    """An upright sRGB photo at its full size.

    `alpha`: (H, W) uint8 or None. `notes`: what reading changed, one sentence each ("Only the first of 12 frames is used.").
    """

    pixels: Pixels
    alpha: NDArray[np.uint8] | None = None
    name: str = "photo"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Face:
    """One face in photo px: `box` (x0, y0, x1, y1); `eyes` and `mouth` (2, 2) points, the picture's left one first."""

    box: tuple[float, float, float, float]
    eyes: Points
    mouth: Points
    score: float

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Prompt:
    """What a person points at, in photo px.

    `points`: (x, y, add); add=True adds what lies there, False takes it away. `box`: (x0, y0, x1, y1) of what is kept, or None.
    """

    points: tuple[tuple[float, float, bool], ...] = ()
    box: tuple[float, float, float, float] | None = None

    def __bool__(self) -> bool:
        """Say whether anything is pointed at."""
        return bool(self.points) or self.box is not None


@dataclass(frozen=True)
class Progress:
    """Where a run stands: the stage that begins, and the share of the whole work done before it, in [0, 1]."""

    stage: StageName
    done: float


Report = Callable[[Progress], None]  # may raise Cancelled


@dataclass(frozen=True)
class WeightUse:
    """A weight that made a painting."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Painting:
    """Everything one run made. Pictures are at working size (at most 2 MP); `full_size` makes the result at the photo's.

    `original` is the photo at working size; `styled`, `restored`, `mask` are None where their stage did not run, and
    `skipped` then says why. `result` is the blend. `detail`: how much of the photo's fine structure returns, (H, W) in [0, 1].
    `faces` are in photo px. `hints`: sentences for the person.
    """

    photo: Photo
    settings: Settings
    original: Image
    result: Image
    detail: Mask
    styled: Image | None
    restored: Image | None
    parse: Labels | None
    mask: Mask | None
    faces: tuple[Face, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    weights: tuple[WeightUse, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
