"""Outlines at which strokes end are known between pixels, too."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.strokes.outline import FAR_PX, regions
from pipeline.stages.strokes.trace import BLUNT, HALF, Ground, Ways, at_place, side_at, trace
from tests.stages.strokes.motifs import nobody

SIZE = (90, 120)


def slanted(angle, off=0.0):
    """Return a person to the right of a slanted line through the middle, and how far it is, px."""
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] + 0.5
    away = (x - SIZE[1] / 2 - off) * np.cos(angle) + (y - SIZE[0] / 2) * np.sin(angle)
    person = np.clip(0.5 + away / 2, 0, 1).astype(np.float32)
    return replace(nobody(SIZE), person=person), away


@given(st.floats(0.0, 6.2), st.floats(-0.5, 0.5))
def test_the_way_to_an_outline_is_right_to_a_part_of_a_pixel(angle, off):
    subject, away = slanted(angle, off)
    sides, region, edge = regions(subject)[0]
    near = np.abs(away) < 12
    near[:8] = near[-8:] = near[:, :8] = near[:, -8:] = False
    assert np.abs(edge - np.abs(away))[near].max() < 0.9
    assert np.abs(edge - np.abs(away))[near].mean() < 0.35
    clear = near & (np.abs(away) > 0.5)
    assert (region[clear] == (away > 0)[clear]).all()
    assert sides.shape == (1, *SIZE)


@given(st.floats(0.0, 6.2), st.floats(20, 100), st.floats(20, 70))
def test_between_pixels_a_place_is_on_the_side_that_it_is_on(angle, x, y):
    sides, *_ = regions(slanted(angle)[0])[0]
    away = (x - SIZE[1] / 2) * np.cos(angle) + (y - SIZE[0] / 2) * np.sin(angle)
    if abs(away) > 0.2:
        assert side_at(sides, x, y) == (away > 0)


def test_hair_is_a_side_of_its_own():
    subject, _ = slanted(0.0)
    hair = np.where(np.arange(SIZE[0])[:, None] < 30, subject.person, 0).astype(np.float32)
    sides, region, _ = regions(replace(subject, hair=hair))[1]
    assert set(np.unique(region)) == {0, 1, 3}
    assert side_at(sides, 100.5, 10.5) == region[10, 100] == 3
    assert side_at(sides, 100.5, 60.5) == region[60, 100] == 1


def test_without_people_no_outline_is_near():
    _, region, edge = regions(nobody(SIZE))[1]
    assert not region.any()
    assert FAR_PX - 1 < edge.min() <= edge.max() <= FAR_PX


@pytest.mark.parametrize(("x", "y", "value"), [
    (0.5, 0.5, 1.0), (1.5, 0.5, 2.0), (1.0, 0.5, 1.5), (1.0, 1.0, 2.5), (-9.0, -9.0, 1.0),
    (99.0, 99.0, 4.0), (0.5, 99.0, 3.0),
])  # fmt: skip
def test_values_are_interpolated_between_the_middles_of_pixels(x, y, value):
    assert at_place(np.float32([[1, 2], [3, 4]]), x, y) == pytest.approx(value)


def test_a_plane_of_one_pixel_is_the_same_everywhere():
    assert at_place(np.float32([[5]]), 7.0, -3.0) == 5


@given(st.floats(0.0, 6.2), st.floats(0.0, 1.5), st.floats(6, 40))
def test_the_corners_of_a_strokes_ends_stay_within_its_outline(angle, turn, width):
    subject, away = slanted(angle)
    y, x = np.nonzero((away > 0.45 * width) & (away < 1.5 * width))
    seeds = np.stack([x, y], 1)[::37].astype(np.float32) + np.float32(0.5)
    n = len(seeds)
    way = np.float32([np.cos(angle + turn), np.sin(angle + turn)])
    field = np.broadcast_to(way, (*SIZE, 2)).copy()
    plain = np.zeros((*SIZE, 3), np.float32)
    shapes = np.float32([[width], [3 * width], [0], [0], [0], [0]]).repeat(n, 1)
    ground = Ground(field, plain, plain, *regions(subject)[0])
    spines, counts, _, fits = trace(seeds, Ways(*shapes), ground, 30.0)
    assert (fits <= width).all()
    for spine, count, fit in zip(spines, counts, fits, strict=True):
        for end, before in ((spine[0], spine[1]), (spine[count - 1], spine[count - 2])):
            ahead = (end - before) / np.linalg.norm(end - before)
            for aside in (HALF, -HALF):
                corner = end + fit * (BLUNT * ahead + aside * ahead[::-1] * (-1, 1))
                if not (0 < corner[0] < SIZE[1] and 0 < corner[1] < SIZE[0]):
                    continue
                past = (corner - (SIZE[1] / 2, SIZE[0] / 2)) @ (np.cos(angle), np.sin(angle))
                assert past > -1.5
