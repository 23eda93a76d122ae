"""Leave out of what is found the lines that eyes and mouths have themselves."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Face

EYE, MOUTH = 0.14, 0.2  # of a face's height, around an eye's center and a mouth's


def without_features(damaged: NDArray[np.bool_], faces: Iterable[Face]) -> NDArray[np.bool_]:
    """Return what is damaged, (H, W), without pieces that lie wholly within an eye or a mouth.

    A scratch across a face goes on beyond them and stays. `faces`: in px of `damaged`.
    """
    within = np.zeros(damaged.shape, np.uint8)
    for face in faces:
        for center, share in (*((eye, EYE) for eye in face.eyes), (face.mouth.mean(0), MOUTH)):
            x, y = (round(float(value)) for value in center)
            cv2.circle(within, (x, y), max(1, round(share * face.height)), 1, -1)
    count, labels = cv2.connectedComponents(damaged.astype(np.uint8), connectivity=8)
    beyond = np.zeros(count, bool)
    beyond[labels[within == 0]] = True
    beyond[0] = False
    return beyond[labels]
