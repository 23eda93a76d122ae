import numpy as np
import pytest

from pipeline.stages.strokes.underdrawing import underdrawing, underdrawn


def lined():
    """Return a gray photo with a dark line, which grows lighter from left to right."""
    photo = np.empty((64, 96, 3), np.float32)
    photo[:] = np.linspace(0.4, 0.6, 96)[None, :, None]
    photo[30:34] -= 0.3
    return photo


def test_a_flat_photo_has_no_drawing():
    drawing = underdrawing(np.full((40, 60, 3), 0.5, np.float32), (20, 30))
    assert drawing.shape == (20, 30)
    np.testing.assert_allclose(drawing, 0, atol=1e-5)


def test_a_line_is_drawn_and_broad_light_is_not():
    drawing = underdrawing(lined(), (64, 96))
    assert drawing[32].mean() < -0.08
    assert abs(drawing[8].mean()) < 0.01


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.0])
def test_a_drawing_shows_through_as_far_as_asked(amount):
    drawing = underdrawing(lined(), (64, 96))
    paint = np.full((64, 96, 3), 0.5, np.float32)
    shown = underdrawn(paint, drawing, amount)
    np.testing.assert_allclose(shown - paint, amount * drawing[..., None].repeat(3, 2), atol=1e-6)


def test_what_shows_is_a_picture():
    shown = underdrawn(np.zeros((64, 96, 3), np.float32), underdrawing(lined(), (64, 96)), 1.0)
    assert shown.min() == 0
    assert shown.max() <= 1
