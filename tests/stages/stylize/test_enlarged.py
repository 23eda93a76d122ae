"""A painting made smaller than the photo: its strokes keep their edges, its pixels do not show."""

import cv2
import numpy as np
import pytest

from pipeline.ops.resample import resized
from pipeline.stages.stylize.generator import enlarged


def two_strokes(h=60, w=80):
    """Return a dark stroke beside a light one."""
    picture = np.full((h, w, 3), 0.3, np.float32)
    picture[:, w // 2 :] = 0.7
    return picture


@pytest.mark.parametrize("scale", [2, 4])
def test_an_edge_is_steeper_than_a_cubic_filter_leaves_it_and_has_no_halo(scale):
    size = 60 * scale, 80 * scale
    ours, cubic = (made(two_strokes(), size) for made in (enlarged, resized))
    assert np.abs(np.diff(ours, axis=1)).max() > 1.5 * np.abs(np.diff(cubic, axis=1)).max()
    assert 0.29 < ours.min() < ours.max() < 0.71
    assert cubic.max() > 0.71


def test_a_pattern_of_single_pixels_is_no_stroke():
    picture = two_strokes()
    picture[:, ::2] += 0.05
    stripes = enlarged(picture, (180, 240))[:, :100]
    assert stripes.std() < 0.3 * resized(picture, (180, 240))[:, :100].std()


def test_strokes_stay_where_they_are():
    dabs = cv2.GaussianBlur(np.random.default_rng(0).random((60, 80, 3), np.float32), (0, 0), 2)
    dabs = (dabs - dabs.min()) / np.ptp(dabs)
    back = cv2.resize(enlarged(dabs, (240, 320)), (80, 60), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(back.ravel(), dabs.ravel())[0, 1] > 0.95
    assert abs(back.mean() - dabs.mean()) < 0.02


@pytest.mark.parametrize("size", [(60, 80), (66, 88), (30, 40)])
def test_what_is_hardly_enlarged_is_only_resized(size):
    np.testing.assert_array_equal(enlarged(two_strokes(), size), resized(two_strokes(), size))
