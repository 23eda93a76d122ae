"""Similarity transforms: identity, exactness, round trips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ops import align

POINTS = np.array([[40, 50], [80, 48], [45, 90], [78, 92]], np.float32)


def test_a_set_of_points_maps_onto_itself_by_the_identity():
    assert np.allclose(
        align.similarity(POINTS, POINTS.astype(float)), [[1, 0, 0], [0, 1, 0]], atol=1e-9
    )


@given(
    angle=st.floats(-3, 3), scale=st.floats(0.1, 10), x=st.floats(-500, 500), y=st.floats(-500, 500)
)
def test_a_similarity_is_recovered_exactly(angle, scale, x, y):
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    true = np.array([[c, -s, x], [s, c, y]])
    found = align.similarity(POINTS, POINTS @ true[:, :2].T + true[:, 2])
    assert np.allclose(found, true, atol=1e-4)
    assert align.scale_of(found) == pytest.approx(scale, rel=1e-6)


def test_points_return_from_the_crop_to_where_they_were():
    matrix = align.similarity(POINTS, align.template(320, 0.8))
    back = align.map_points(align.inverse(matrix), align.map_points(matrix, POINTS))
    assert np.allclose(back, POINTS, atol=1e-3)


def test_the_whole_template_is_the_published_one():
    assert np.allclose(align.template(512), align.FFHQ_512)


def test_a_smaller_share_leaves_more_room():
    near, far = align.template(512), align.template(512, 0.5)
    assert np.ptp(far[:, 0]) == pytest.approx(np.ptp(near[:, 0]) / 2)


def test_the_row_that_is_wanted_lies_in_a_crops_middle():
    points = align.template(256, 1.6, 312.0)
    above, below = points[:2, 1].mean(), points[2:, 1].mean()
    assert above + (below - above) * (312 - 240.57) / (371.28 - 240.57) == pytest.approx(
        127.5, abs=1.0
    )
    np.testing.assert_allclose(align.template(320, 0.8), align.template(320, 0.8, 256.0))


def test_what_lies_between_two_crops_leads_from_one_to_the_other():
    one, other = (
        align.similarity(POINTS, t) for t in (align.template(320), align.template(256, 1.6, 312.0))
    )
    through = align.map_points(align.between(one, other), align.map_points(one, POINTS))
    assert np.allclose(through, align.map_points(other, POINTS), atol=1e-3)


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_a_crop_pasted_back_is_the_photo_again(scale):
    y, x = np.mgrid[0:120, 0:150].astype(np.float32)
    photo = np.dstack([x / 150, y / 120, (x + y) / 270]).astype(np.float32)
    matrix = np.array([[scale, 0, -20 * scale], [0, scale, -15 * scale]])
    side = int(100 * scale)
    crop = align.crop(photo, matrix, side)
    window = align.window(matrix, side, photo.shape[:2])
    pasted = align.paste_into(window, crop, matrix)
    inner = (slice(10, -10), slice(10, -10))
    assert np.abs(pasted[inner] - photo[window][inner]).max() < 0.02


def test_twelve_channels_are_pasted_like_three():
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    crop = np.random.default_rng(0).random((32, 32, 12), np.float32)
    window = align.window(matrix, 32, (64, 64))
    assert np.allclose(align.paste_into(window, crop, matrix)[:31, :31], crop[:31, :31], atol=1e-5)


@pytest.mark.parametrize(("times", "sharper"), [(0.9, False), (2.0, True), (5.0, False)])
def test_what_is_enlarged_little_is_enlarged_sharply(times, sharper):
    picture = np.random.default_rng(0).random((60, 60, 3), np.float32)
    matrix = np.array([[times, 0, 4.0], [0, times, 4.0]])
    soft, sharp = (align.crop(picture, matrix, 48, sharply=each) for each in (False, True))
    slopes = [np.square(np.diff(each, axis=1)).mean() for each in (soft, sharp)]
    assert (slopes[1] > 1.2 * slopes[0]) == sharper
    assert np.array_equal(soft, sharp) != sharper
