import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from benchmarks.soak import BITS, MOST_VISITORS, VISITS, is_well, marked, number_in

WELL = {
    "paintings": 9, "errors": 0, "mixed_up": 0, "memory_off": 0.01, "stale_files": 0,
    "left_after_exit": 0, "tracebacks": 0,
}  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**BITS - 1))
def test_a_number_is_read_in_a_picture_as_soft_as_a_painting(number):
    gray = Image.fromarray(np.full((500, 400, 3), 128, np.uint8))
    soft = marked(gray, number).filter(ImageFilter.GaussianBlur(8)).point(lambda v: 60 + v // 2)
    assert number_in(soft) == number


def test_every_visitor_has_numbers_of_their_own():
    assert MOST_VISITORS * VISITS <= 2**BITS


@pytest.mark.parametrize("what", ["errors", "mixed_up", "stale_files", "left_after_exit"])
def test_what_is_wrong_fails(what):
    assert is_well(WELL)
    assert not is_well(WELL | {what: 1})
    assert not is_well(WELL | {"memory_off": 0.06})
    assert not is_well(WELL | {"paintings": 0})
