"""Name the arrays that pass between stages, and the networks that make them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]  # (H, W, 3) sRGB in [0, 1]


Mask = NDArray[np.float32]  # (H, W) in [0, 1], soft; 1 inside the region


Points = NDArray[np.float32]  # (N, 2) x, y in px; the origin is the center of the top-left pixel


Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB, as files hold it


Labels = NDArray[np.uint8]  # (H, W) EasyPortrait classes 0-8


Marks = NDArray[np.uint8]  # (H, W) scribbles of a person: 0 none, else `ADDED` or `TAKEN`


ADDED, TAKEN = 1, 2


Logits = NDArray[np.float32]  # above 0 inside a mask, below outside


Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (N, C, H, W) -> (N, C', H', W')


# A whole picture as a batch, at any size -> the network for tiles of it.
Freeze = Callable[[NDArray[np.float32]], Network]


# Embedding (1, 256, 64, 64), points (1, N, 2), labels (1, N), mask (1, 1, 256, 256), has_mask (1,)
# -> logits (1, 4, 256, 256), scores (1, 4)
Decoder = Callable[..., tuple[NDArray[np.float32], NDArray[np.float32]]]
