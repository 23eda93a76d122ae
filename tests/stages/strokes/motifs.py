"""Small motifs to paint, and what is seen of them when they are painted."""

import numpy as np

from pipeline.ops.color import to_lab
from pipeline.ops.resample import resized
from pipeline.stages.strokes.motif import Motif
from pipeline.stages.strokes.render import Surface, render
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


def seen(strokes, long_px):
    """Return a painting's colors, (H, W, 3) CIELAB, without relief or canvas."""
    return to_lab(render(strokes, strokes.px(long_px), Surface(0, 0)).astype(np.float32) / 255)


def light_kept(strokes, light, where):
    """Return how far painted light correlates somewhere with what is wanted, L (H, W)."""
    painted = resized(seen(strokes, 2 * max(light.shape)), light.shape)[..., 0]
    return float(np.corrcoef(painted[where].ravel(), light[where].ravel())[0, 1])


def agreeing(ways):
    """Return how far directions, (..., 2) x and y, agree, from 0, every way, to 1."""
    angle = 2 * np.arctan2(ways[..., 1], ways[..., 0])
    return float(np.hypot(np.cos(angle).mean(), np.sin(angle).mean()))
