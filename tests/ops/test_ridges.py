"""Thin lines are found where they are, as wide as they are, and edges are none."""

import cv2
import numpy as np
import pytest

from pipeline.ops.ridges import lines_of, ridges_of

SIGMAS = (1.0, 1.7, 2.8)


def drawn(*lines, size=(160, 240), ground=60.0, ink=20.0, width=3):
    """Return a picture's light with lines from one place to another."""
    light = np.full(size, ground, np.float32)
    for one, other in lines:
        cv2.line(light, one, other, ink, width, cv2.LINE_8)
    return cv2.GaussianBlur(light, (0, 0), 0.6)


@pytest.mark.parametrize("ink", [20.0, 95.0])
@pytest.mark.parametrize("end", [(200, 30), (200, 120), (60, 140), (200, 76)])
def test_a_line_is_followed_to_its_ends(ink, end):
    start = (30, 75)
    found = lines_of(ridges_of(drawn((start, end), ink=ink), SIGMAS), 5, 10, 20)
    assert len(found) == 1
    way = np.subtract(end, start)
    length, normal = np.hypot(*way), np.array([-way[1], way[0]]) / np.hypot(*way)
    off = (found[0] - start) @ normal
    assert np.abs(off).max() < 1.1
    assert len(found[0]) == pytest.approx(length + 5, abs=6)  # it ends softly


@pytest.mark.parametrize("width", [2, 3, 5])
def test_it_is_as_wide_as_it_is(width):
    ridges = ridges_of(drawn(((30, 75), (200, 90)), width=width), SIGMAS)
    (line,) = lines_of(ridges, 5, 10, 20)
    j, i = np.round(line).astype(int).T
    assert np.median(ridges.width[i, j]) == pytest.approx(width, abs=1.4)


def test_an_edge_is_no_line():
    light = np.full((160, 240), 30, np.float32)
    light[:, 120:] = 80
    light[80:, :] += 15
    assert lines_of(ridges_of(cv2.GaussianBlur(light, (0, 0), 1), SIGMAS), 5, 10, 20) == []


def test_lines_that_cross_are_both_found_and_none_twice():
    light = drawn(((20, 20), (220, 140)), ((20, 140), (220, 20)))
    found = lines_of(ridges_of(light, SIGMAS), 5, 10, 20)
    places = np.concatenate(found)
    assert len(places) == pytest.approx(2 * np.hypot(200, 120), rel=0.12)


def test_what_is_short_or_faint_is_left_out():
    light = drawn(((30, 40), (38, 40)))
    light += drawn(((30, 100), (200, 110)), ground=0, ink=-6)
    assert lines_of(ridges_of(light, SIGMAS), 5, 10, 20) == []


def test_a_picture_without_any_has_none():
    assert lines_of(ridges_of(np.full((16, 200), 50, np.float32), SIGMAS), 5, 10, 20) == []
