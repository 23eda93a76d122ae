"""A person's strokes over what is damaged: they count, wherever they are, and nothing else does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.stages.mend.corrected import corrected
from pipeline.types import ADDED, TAKEN, drawing_of

SIZE = (6, 8)
MARKS = arrays(np.uint8, SIZE, elements=st.sampled_from((0, ADDED, TAKEN)))


@given(arrays(np.bool_, SIZE), MARKS)
def test_each_place_is_what_was_drawn_there_or_else_what_was_found(damaged, marks):
    drawing = drawing_of(marks)
    if drawing is None:
        return
    expected = np.where(marks == 0, damaged, marks == ADDED)
    assert np.array_equal(corrected(damaged, drawing), expected)
    assert np.array_equal(corrected(corrected(damaged, drawing), drawing), expected)


@given(MARKS, st.integers(2, 5))
def test_a_drawing_of_another_size_means_the_same_places(marks, times):
    drawing = drawing_of(marks)
    if drawing is None:
        return
    large = corrected(np.zeros((SIZE[0] * times, SIZE[1] * times), bool), drawing)
    assert np.array_equal(large, np.kron(marks == ADDED, np.ones((times, times), bool)))
