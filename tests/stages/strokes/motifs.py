"""Small motifs to paint."""

import numpy as np

from pipeline.stages.strokes.motif import Motif
from pipeline.stages.strokes.subject import nobody

PALETTE = np.array([[30, 0, -12, 0.3], [60, -8, 12, 0.4], [85, 4, 14, 0.3]], np.float32)


def motif_of(lab, subject=None, calm=0.0, detail=0.0):
    """Return a motif of a target."""
    maps = (np.full(lab.shape[:2], value, np.float32) for value in (calm, detail))
    return Motif(lab, PALETTE, subject or nobody(lab.shape[:2]), *maps)


def two_halves(h=96, w=128):
    """Return a picture, CIELAB, dark on the left and light on the right."""
    lab = np.zeros((h, w, 3), np.float32)
    lab[:, : w // 2], lab[:, w // 2 :] = (30, 5, -20), (80, -3, 15)
    return lab
