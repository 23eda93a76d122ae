"""Lines of a pen go through their points, to what is dark, and are as wide as is asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops.pen import COUNT, drawn, settled, swelling, through

SIZE = (80, 120)


def straight(y: float = 40.0):
    return through(np.array([(20, y), (50, y), (100, y)], np.float32))


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=7))
def test_a_line_begins_and_ends_at_its_points_and_is_finite(points):
    line = through(np.array(points, np.float32))
    assert line.shape == (COUNT, 2)
    assert np.isfinite(line).all()
    np.testing.assert_allclose(line[[0, -1]], np.array(points)[[0, -1]], atol=1e-3)


def test_a_line_passes_by_each_of_its_points():
    points = np.array([(10, 10), (30, 40), (60, 35), (80, 70)], np.float32)
    off = np.linalg.norm(through(points)[:, None] - points, axis=-1).min(0)
    assert off.max() < 1.0


def test_a_line_through_a_straight_row_of_points_is_straight():
    np.testing.assert_allclose(straight()[:, 1], 40, atol=1e-4)
    assert (np.diff(straight()[:, 0]) > 0).all()


@pytest.mark.parametrize("beside", [-4, 0, 3])
def test_a_line_settles_on_what_is_dark_beside_it(beside):
    dark = np.zeros(SIZE, np.float32)
    dark[39 + beside : 42 + beside] = 0.5
    dark[40 + beside] = 1
    line, seen = settled(straight(), dark, 6, 0.5)
    np.testing.assert_allclose(line[:, 1], 40 + beside, atol=0.6)
    assert seen > 0.8


def test_a_line_stays_where_nothing_is_dark_and_goes_no_farther_than_it_may():
    still, seen = settled(straight(), np.zeros(SIZE, np.float32), 6, 0.5)
    assert seen == 0
    assert np.abs(still[:, 1] - 40).max() <= 6
    far = np.zeros(SIZE, np.float32)
    far[60:] = 1
    assert np.abs(settled(straight(), far, 6, 0.5)[0][:, 1] - 40).max() <= 6


def test_a_stiff_line_does_not_follow_a_speck():
    dark = np.zeros(SIZE, np.float32)
    dark[40] = 0.2
    dark[44:47, 56:64] = 1
    free, stiff = (settled(straight(), dark, 6, by)[0][:, 1] for by in (0.01, 50.0))
    assert np.abs(stiff - 40).max() < 0.7 < np.abs(free - 40).max()


@given(st.floats(0.05, 0.95), st.floats(0.3, 2))
def test_a_stroke_swells_once_and_ends_in_points(peak, power):
    width = swelling(peak, power)
    assert len(width) == COUNT
    assert width.min() >= 0
    assert width.max() <= 1
    assert width[[0, -1]].max() < 1e-3
    top = int(width.argmax())
    assert (np.diff(width[: top + 1]) >= -1e-6).all()
    assert (np.diff(width[top:]) <= 1e-6).all()


def test_a_stroke_covers_what_its_width_says():
    width = np.full(COUNT, 6.0, np.float32)
    ink = drawn(SIZE, straight(), width)
    assert ink.shape == SIZE
    assert ink.max() == 1
    assert ink.sum() == pytest.approx(6 * 80, rel=0.2)
    assert ink[:30].max() == 0


def test_what_is_narrower_than_a_pixel_is_fainter():
    wide, fine = (drawn(SIZE, straight(), np.full(COUNT, by, np.float32)) for by in (1, 0.25))
    assert fine.sum() == pytest.approx(wide.sum() / 4, rel=0.01)
