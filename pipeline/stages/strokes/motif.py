"""What is painted, by which brushes, and what strokes follow in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.stages.strokes.subject import Subject

Float = NDArray[np.float32]

BESIDE = 2.2  # times as far as the outline: the most a stroke is wide


@dataclass(frozen=True)
class Brush:
    """What a person chooses: factors, 1 as usual.

    `size`: of all brushes but the face's. `loose`: strokes are longer, more bent, wilder in
    direction and color. `face_detail`: as in `layer_widths`, 0 to 1. `long`, `wild` and `lively`:
    of length, of direction and of color alone. `flow`: how far strokes behind people flow around
    them, 0 to 1.
    """

    size: float = 1.0
    loose: float = 1.0
    face_detail: float = 1.0
    long: float = 1.0
    wild: float = 1.0
    lively: float = 1.0
    flow: float = 0.0


USUAL = Brush()


@dataclass(frozen=True)
class Motif:
    """What is painted, (H, W, …): all of it at one size.

    `target`: CIELAB. `palette`: colors that strokes go to, and their weights, (N, 4). `calm`: how
    far the picture is out of focus, `detail`: how much fine structure it has, in [0, 1]. `gray`:
    whether the photo has no color. `loosely`: where faces are painted as broadly as the rest, in
    [0, 1]; nowhere without.
    """

    target: Float
    palette: Float
    subject: Subject
    calm: Float
    detail: Float
    gray: bool = False
    loosely: Float | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), px."""
        return self.target.shape[0], self.target.shape[1]


@dataclass(frozen=True)
class Guide:
    """What strokes of all layers follow: directions, (H, W, 2), and regions that end them.

    `lead`: how far form leads, (H, W) in [0, 1]. `sides`, `region`, `edge`: as `outline.regions`
    has them; `outline`: how far that of people is, (H, W) px. `softened`: the target of people or
    of what is behind, blurred by a deviation, px. `alone`: where something small stands alone,
    (H, W) in [0, 1]. `contrast`: of people to what is behind them, (H, W) CIELAB. `people`: whether
    there are any, in [0, 1]. `near_features`: how near eyes, nose and mouth are, (H, W) in [0, 1].
    `form`: where bare skin has form as fine as fingers, (H, W) in [0, 1].
    """

    field: Float
    lead: Float
    sides: Float
    region: NDArray[np.uint8]
    edge: Float
    outline: Float
    softened: Callable[[float, bool], Float]
    alone: Float
    contrast: Float
    people: float
    near_features: Float
    form: Float

    @cached_property
    def inward(self) -> Float:
        """The way from the outline inward, (H, W, 2) unit vectors x and y; 0 where it is far."""
        near = np.minimum(self.edge, np.float32(max(self.edge.shape)))
        way = np.dstack([cv2.Sobel(near, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1))])
        length = np.linalg.norm(way, axis=-1, keepdims=True)
        return np.asarray(way / np.maximum(length, 1e-3), np.float32)

    @cached_property
    def room(self) -> Float:
        """The logarithm of how wide, px, a stroke may be not to pass an outline, (H, W)."""
        return np.log(np.float32(BESIDE) * np.maximum(self.edge, np.float32(0.1)))
