"""Whose face stays: laws of the choice, and of the cut between two people."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.segment.whose import who_stays, without_others
from pipeline.types import Face


def face(x, y, side):
    box = (float(x), float(y), float(x + side), float(y + side))
    eyes = np.array([[x + side * 0.3, y + side * 0.4], [x + side * 0.7, y + side * 0.4]])
    mouth = np.array([[x + side * 0.35, y + side * 0.8], [x + side * 0.65, y + side * 0.8]])
    return Face(box, eyes, mouth, 1.0)


PAIR = (face(20, 20, 20), face(60, 20, 24))


def test_all_stay_or_only_the_largest_and_a_click_says_otherwise():
    assert who_stays(PAIR, "all", ()) == (True, True)
    assert who_stays(PAIR, "largest", ()) == (False, True)
    assert who_stays(PAIR, "all", ((30, 30, False),)) == (False, True)
    assert who_stays(PAIR, "largest", ((30, 30, True), (72, 32, False))) == (True, False)
    assert who_stays(PAIR, "largest", ((30, 30, True), (30, 30, False))) == (False, True)
    assert who_stays((), "largest", ()) == ()


def test_two_people_in_one_region_are_cut_between_them():
    mask = np.zeros((100, 110), np.float32)
    mask[15:100, 15:90] = 1
    cut = without_others(mask, PAIR, (True, False))
    assert cut[20:40, 20:40].min() == 1
    assert cut[20:44, 60:84].max() == 0
    assert cut[60:, 20:40].min() == 1, "the body stays with its face"
    assert cut[60:, 62:84].max() == 0


def test_what_is_left_over_of_others_goes_too():
    mask = np.zeros((100, 110), np.float32)
    mask[20:40, 20:40] = mask[80:90, 2:8] = 1
    assert without_others(mask, PAIR, (True, False))[80:90, 2:8].max() == 0


@given(st.lists(st.booleans(), min_size=2, max_size=2))
def test_a_cut_never_adds_and_all_who_stay_change_nothing(stays):
    mask = np.random.default_rng(1).random((60, 100)).astype(np.float32)
    cut = without_others(mask, PAIR, tuple(stays))
    assert (cut <= mask).all()
    assert np.array_equal(cut, mask) == all(stays)
    assert any(stays) or cut.max() == 0
