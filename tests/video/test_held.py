"""What is added to a film's pictures is carried along, held still, and begun anew where unknown."""

import numpy as np
import pytest

from pipeline.video.held import HELD, Held
from tests.video.test_faces import moved_by

SIZE = (60, 80)
WINDOW = slice(10, 50), slice(20, 60)


def even(value):
    return np.full((40, 40, 3), value, np.float32)


def test_a_sudden_change_comes_little_by_little():
    held = Held()
    held(even(0.0), WINDOW, None)
    for number in range(1, 4):
        added = held(even(1.0), WINDOW, moved_by(SIZE, 0))
        np.testing.assert_allclose(added, 1 - HELD**number, atol=1e-5)


def test_it_moves_with_the_film():
    held, added = Held(), even(0.0)
    added[15:25, 15:25] = 1
    held(added, WINDOW, None)
    there = held(even(0.0), WINDOW, moved_by(SIZE, 5, -3))
    assert there[12:22, 20:30].mean() == pytest.approx(HELD, abs=1e-3)
    assert there.sum() == pytest.approx(HELD * added.sum(), rel=1e-3)


def test_what_was_outside_of_the_window_before_begins_anew():
    held = Held()
    held(even(0.0), WINDOW, None)
    wider = np.ones((50, 50, 3), np.float32)
    added = held(wider, (slice(5, 55), slice(15, 65)), moved_by(SIZE, 0))
    np.testing.assert_allclose(added[5:45, 5:45], 1 - HELD, atol=1e-5)
    added[5:45, 5:45] = 1
    np.testing.assert_array_equal(added, wider)


def test_a_cut_or_a_motion_without_trust_begins_anew():
    for moved in (moved_by(SIZE, 0, cut=True), None):
        held = Held()
        held(even(0.0), WINDOW, None)
        np.testing.assert_array_equal(held(even(1.0), WINDOW, moved), even(1.0))
