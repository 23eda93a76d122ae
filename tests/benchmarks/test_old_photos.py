"""Drawn damage: the same for the same seed, of every kind, and where it says."""

import numpy as np

from benchmarks.old_photos import measure
from benchmarks.wear import SEEN, wear

WALL = np.full((300, 400, 3), 0.5, np.float32)


def test_damage_is_of_every_kind_and_where_it_is_said_to_be():
    worn = wear(WALL, 3)
    assert all(where.any() for where in worn.where.values())
    changed = np.abs(worn.picture - WALL).max(2)
    assert (changed[~worn.anywhere] <= 4 * SEEN).all()
    assert 0.002 < worn.anywhere.mean() < 0.15


def test_one_seed_draws_one_picture_and_another_another():
    np.testing.assert_array_equal(wear(WALL, 1).picture, wear(WALL, 1).picture)
    assert np.abs(wear(WALL, 1).picture - wear(WALL, 2).picture).max() > 0.1


def test_a_part_of_a_larger_photo_has_wider_lines():
    assert wear(WALL, 5, 1600).anywhere.mean() > wear(WALL, 5).anywhere.mean()


def test_figures_are_shares_and_a_repair_gains():
    figures, pictures = measure(WALL, 1)
    assert 0.5 < figures.lines <= 1
    assert figures.clean < 0.01
    assert figures.gain > 3
    assert len({picture.shape for picture in pictures}) == 1
