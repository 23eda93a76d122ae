"""Broad strokes: where they lie, and where they do not."""

import numpy as np

from pipeline.ops.resample import resized
from training.broad_strokes import broad_change, calm

SIZE, SMALL, STROKE_PX = (240, 320), (96, 128), 8


def half_calm():
    """Return a photo whose left half is a wall and whose right half is fine stripes."""
    photo = np.full((*SIZE, 3), 0.6, np.float32)
    photo[:, 160::8] = 0.1
    photo[:, 161::8] = 0.1
    return photo


def dabbed(photo):
    """Return a picture with dabs of so many px that differ by 0.1."""
    h, w = photo.shape[:2]
    shape = h // STROKE_PX + 1, w // STROKE_PX + 1
    noise = np.random.default_rng(0).choice([-0.1, 0.1], shape).astype(np.float32)
    return photo + np.kron(noise, np.ones((STROKE_PX, STROKE_PX), np.float32))[:h, :w, None]


def change():
    photo = half_calm()
    broad = resized(dabbed(resized(photo, SMALL)), SIZE)
    return broad_change(photo, photo, broad, SMALL, stroke_px=STROKE_PX)


def test_a_wall_is_calm_and_stripes_are_not():
    quiet = calm(half_calm(), 12)
    assert quiet[:, :120].min() == 1
    assert quiet[:, 190:].max() == 0


def test_they_lie_on_the_wall_and_leave_stripes_alone():
    strokes = change()
    assert strokes[:, :110].std() > 0.03
    assert np.abs(strokes[:, 200:]).max() < 1e-3


def test_they_neither_lighten_nor_tint_a_wall():
    strokes = change()[:, :120]
    assert np.abs(strokes.mean((0, 1))).max() < 0.2 * strokes.std()
