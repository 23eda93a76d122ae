"""Along a field's lines values are averaged, across them blurred; edges say where they run."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from pipeline.ops.streamlines import across, along, edge_directions

RNG = np.random.default_rng(0)


def field_at(angle, size):
    """Return the field of one direction, in radians from the right downward."""
    return np.broadcast_to(np.float32([np.cos(angle), np.sin(angle)]), (*size, 2))


def stripes(angle, side=120):
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return (0.5 + np.sin((x * np.sin(angle) - y * np.cos(angle)) / 3) / 2).astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (40, 70)])
def test_what_is_alike_stays_as_it_is(size):
    field = field_at(RNG.uniform(0, 3), size)
    values = np.full((*size, 2), 0.3, np.float32)
    np.testing.assert_allclose(along(values, field, [2, 25]), values, atol=1e-6)
    for blurred in across(values[..., 0], field, (1.0, 7.0)):
        np.testing.assert_allclose(blurred, values[..., 0], atol=1e-6)


@pytest.mark.parametrize(("angle", "axis"), [(0.0, 1), (np.pi / 2, 0)])
def test_along_rows_and_columns_it_is_their_mean(angle, axis):
    values = RNG.standard_normal((90, 80, 2)).astype(np.float32)
    found = along(values, field_at(angle, (90, 80)), [3, 7])
    for channel, steps in enumerate((3, 7)):
        wanted = uniform_filter1d(values[..., channel], 2 * steps + 1, axis, mode="mirror")
        np.testing.assert_allclose(found[..., channel], wanted, atol=1e-4)


@pytest.mark.parametrize(("angle", "axis"), [(0.0, 0), (np.pi / 2, 1)])
def test_across_rows_and_columns_it_is_a_gaussian(angle, axis):
    plane = RNG.standard_normal((90, 80)).astype(np.float32)
    narrow, wide = across(plane, field_at(angle, plane.shape), (1.0, 2.0))
    for found, sigma in ((narrow, 1.0), (wide, 2.0)):
        wanted = gaussian_filter1d(plane, sigma, axis, mode="mirror", radius=5)
        np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_a_line_is_followed_whichever_way_its_directions_point():
    angle = 0.7
    field = field_at(angle, (120, 120)).copy()
    field[RNG.random((120, 120)) < 0.5] *= -1
    found = along(stripes(angle)[..., None], field, [12])[20:-20, 20:-20, 0]
    assert np.abs(found - stripes(angle)[20:-20, 20:-20]).max() < 0.1


@pytest.mark.parametrize("angle", [0.0, 0.6, 1.2, 2.0, 2.9])
def test_edges_say_where_lines_run_and_how_far_they_agree(angle):
    field, agree = edge_directions(stripes(angle), 3.0)
    np.testing.assert_allclose(np.linalg.norm(field, axis=-1), 1, atol=1e-5)
    along_it = np.abs(field[20:-20, 20:-20] @ np.float32([np.cos(angle), np.sin(angle)]))
    assert along_it.min() > 0.95
    assert agree[20:-20, 20:-20].min() > 0.8


def test_noise_agrees_in_no_direction_and_what_has_no_weight_is_not_asked():
    noise = RNG.standard_normal((120, 120)).astype(np.float32)
    assert np.median(edge_directions(noise, 6.0)[1]) < 0.3
    both = np.hstack([stripes(0.0), 5 * stripes(np.pi / 2)])
    weight = np.zeros(both.shape, np.float32)
    weight[:, :118] = 1
    field, _ = edge_directions(both, 3.0, weight)
    assert np.abs(field[20:-20, 20:130, 0]).min() > 0.9


def test_only_what_is_wanted_is_averaged():
    values = RNG.standard_normal((40, 50, 1)).astype(np.float32)
    where = np.zeros((40, 50), np.bool_)
    where[10:20] = True
    field = field_at(0.4, (40, 50))
    found, all_of = along(values, field, [5], where), along(values, field, [5])
    assert (found[where] == all_of[where]).all()
    assert (found[~where] == values[~where]).all()
