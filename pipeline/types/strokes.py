"""A painting as strokes: what is planned, kept in files, and rendered at any size."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Strokes:
    """Strokes in painting order, N of them; lengths are shares of the painting's long side.

    `points`: the spine, (N, P, 2) x, y from the top left; `counts`: how many of the P points a
    stroke has, (N,) int16. `width`: (N,). `color`, `streak`: the paint, and the second color that
    is half mixed into it, (N, 3) sRGB in [0, 1]. `opacity`: (N,) in [0, 1]. `relief`: how thick the
    paint is, (N,), 1: as thick as most. `tip`: which brush tip, (N,) uint8. `layer`: 0 is the
    broadest, (N,) uint8. `ground`: the color of the canvas before the first stroke, (3,). `size`:
    the painting's (height, width) over its long side.
    """

    points: Float
    counts: NDArray[np.int16]
    width: Float
    color: Float
    streak: Float
    opacity: Float
    relief: Float
    tip: NDArray[np.uint8]
    layer: NDArray[np.uint8]
    ground: Float
    size: tuple[float, float]

    def __len__(self) -> int:
        """Return how many strokes there are."""
        return len(self.counts)

    def __getitem__(self, which: NDArray[np.intp]) -> "Strokes":
        """Return some of the strokes, in the order asked for."""
        return replace(self, **{name: getattr(self, name)[which] for name in OF_EACH})

    def px(self, long_px: int) -> tuple[int, int]:
        """Return the (height, width), px, of a rendering with this long side."""
        return max(1, round(self.size[0] * long_px)), max(1, round(self.size[1] * long_px))


OF_EACH = tuple(field.name for field in fields(Strokes) if field.name not in ("ground", "size"))


def joined(many: list[Strokes]) -> Strokes:
    """Lay strokes after one another; ground and size are the first one's."""
    arrays = {name: np.concatenate([getattr(each, name) for each in many]) for name in OF_EACH}
    return replace(many[0], **arrays)
