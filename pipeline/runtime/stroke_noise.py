"""Draw the noise that a fast painter's strokes grow from, on a photo or through a film."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.nets.spots import SPOTS


def stroke_noise(size: tuple[int, int, int]) -> NDArray[np.float32]:
    """Draw noise in spots of a size a channel, (H, W, C), always the same; its variance is 1.

    A film carries it along as it is: noise that is blurred after it was carried changes far around
    whatever moves.
    """
    white = np.random.default_rng(0).standard_normal(size, np.float32)
    for channel in range(size[2]):
        width = SPOTS[channel % len(SPOTS)]
        plane = np.ascontiguousarray(white[..., channel])
        white[..., channel] = width * cv2.blur(
            plane, (width, width), borderType=cv2.BORDER_REFLECT_101
        )
    return white
