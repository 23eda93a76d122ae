"""Look closer at people who stand far away: in a look at the whole photo they are too small."""

import numpy as np

from pipeline.ops.parts import Window
from pipeline.stages.detect.fitting import LONG_PX
from pipeline.stages.parse import FigureParse, parse_photo
from pipeline.types import Face, Image, Network

# Height of a face in the first parse, px, below which whoever it is is looked at closer; and how
# many looks there are at most, at the largest.
FAR_PX, MOST = 26.0, 8
PASSING = 0.6  # of the largest face's height: a smaller one is a passer-by's
# Where somebody may be, in a face's heights from its middle: to each side, up, and down.
BESIDE, ABOVE, BELOW = 4.5, 1.8, 9.0
# So far from a look's middle, likewise, another face's figure is seen as well.
AS_WELL = 2.0


def parse_figures(
    photo: Image, faces: tuple[Face, ...], network: Network
) -> tuple[FigureParse, ...]:
    """Parse the surroundings of each face that is far away, the largest first.

    Passers-by behind somebody who is nearer are left to the look at the whole photo.
    """
    size = (photo.shape[0], photo.shape[1])
    least = PASSING * max((face.height for face in faces), default=0.0)
    most = FAR_PX * max(size) / LONG_PX
    far = [face for face in faces if least <= face.height < most]
    looked: list[Face] = []
    for face in far:
        if len(looked) < MOST and not any(_beside(face, each) for each in looked):
            looked.append(face)
    windows = [_around(face, size) for face in looked]
    return tuple(
        FigureParse(parse_photo(photo[window], network, long_px=LONG_PX), window)
        for window in windows
    )


def _around(face: Face, size: tuple[int, int]) -> Window:
    (x, y), height = _middle(face), face.height
    left, right = (int(np.clip(x + side * BESIDE * height, 0, size[1])) for side in (-1, 1))
    top, bottom = (int(np.clip(y + way * height, 0, size[0])) for way in (-ABOVE, BELOW))
    return slice(top, bottom), slice(left, right)


def _beside(face: Face, other: Face) -> bool:
    """Tell whether a face's figure is seen well in the look at a larger one's."""
    off = np.abs(_middle(face) - _middle(other)) / other.height
    return bool((off < AS_WELL).all())


def _middle(face: Face) -> np.ndarray:
    return np.array(face.box, np.float32).reshape(2, 2).mean(0)
