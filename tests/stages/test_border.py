"""The border around a painting: its width, its color, the shape of the sheet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import FrameSettings
from pipeline.stages.border import PAPER, around, inside, lay, width_around
from pipeline.stages.frame import PAPERS, placed

SIDES = st.integers(16, 9000)


@given(SIDES, SIDES, st.floats(0, 20))
def test_inside_the_sheet_around_a_painting_is_that_painting(h, w, percent):
    assert inside(around((h, w), percent), percent) == (h, w)


@given(SIDES, SIDES, st.floats(0, 20))
def test_a_border_is_as_wide_as_asked_for(h, w, percent):
    sheet = around((h, w), percent)
    assert sheet[0] - h == sheet[1] - w
    assert abs((sheet[0] - h) / 2 - min(sheet) * percent / 100) <= 0.5
    width = width_around((h, w), percent)
    assert width == pytest.approx((min(h, w) + 2 * width) * percent / 100)


@pytest.mark.parametrize("paper", list(PAPERS)[1:])
@pytest.mark.parametrize("size", [(3000, 2000), (2000, 3500), (1500, 1500)])
def test_the_sheet_has_the_papers_shape(paper, size):
    _, painting = placed(size, FrameSettings(paper=paper, border=7.0))
    sheet = around(painting, 7.0)
    ratio = float(PAPERS[paper] or 0)
    assert abs(max(sheet) - ratio * min(sheet)) <= 2 * ratio


def test_the_picture_is_in_the_middle_and_the_rest_is_off_white():
    picture = np.random.default_rng(0).integers(0, 256, (30, 50, 3), np.uint8)
    laid = lay(picture, (36, 56))
    assert np.array_equal(laid[3:-3, 3:-3], picture)
    laid[3:-3, 3:-3] = PAPER
    assert (laid == np.array(PAPER)).all()


def test_without_a_border_the_picture_itself_comes_back():
    picture = np.zeros((30, 50, 3), np.uint8)
    assert lay(picture, around((30, 50), 0.0)) is picture
