"""What a figure's parse is worth."""

import numpy as np
import pytest

from pipeline.stages.parse import Part
from training.face_finder import Found
from training.labels import NINE
from training.street_figures import clear_of_edges, counts, figures, reach_below, shown_of_face

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])
FOUND = Found(POINTS, 110.0)


def street() -> tuple[np.ndarray, np.ndarray]:
    """Return people_parts' labels of a figure, and a parse that is right."""
    truth = np.zeros((200, 100), np.uint8)
    truth[10:50, 30:70], truth[10:25, 30:70], truth[50:190, 20:80] = 2, 3, 1
    parse = np.array([0, Part.PERSON, Part.SKIN, Part.HAIR], np.uint8)[truth]
    return truth, parse


def test_a_right_parse_of_a_figure_has_no_clothes_called_a_face():
    truth, parse = street()
    found = figures([counts(truth, parse, NINE[parse])])
    assert found["clothes_face"] == 0
    assert found["street_person"] == found["street_skin"] == found["street_hair"] == 1


def test_clothes_called_a_face_are_counted_by_photo():
    truth, parse = street()
    wrong = parse.copy()
    wrong[50:120, 20:80] = Part.LIPS
    found = figures([counts(truth, p, NINE[p]) for p in (parse, wrong)])
    assert found["clothes_face_worst"] == pytest.approx(0.5)
    assert found["clothes_face"] == pytest.approx(0.25)


def test_people_whom_labels_pass_over_are_told_apart():
    truth, parse = street()
    parse[60:160, 85:98] = Part.PERSON
    parse[60:70, 85:98] = Part.BODY_SKIN
    strangers = np.zeros(truth.shape, np.bool_)
    strangers[55:165, 70:100] = True
    found = figures([counts(truth, parse, NINE[parse], strangers)])
    assert found["street_person"] < 0.9
    assert found["street_skin"] < 1
    assert found["labelled_person"] == found["labelled_skin"] == 1
    parse[100:120, 70:78] = 0  # the labelled person counts there, too
    assert figures([counts(truth, parse, NINE[parse], strangers)])["labelled_person"] < 1


def test_pixels_near_a_labelled_edge_do_not_count():
    truth, parse = street()
    shifted = np.roll(parse, 2, 1)
    found = figures([counts(truth, shifted, NINE[shifted])])
    assert found["street_person"] == found["street_hair"] == 1
    assert clear_of_edges(truth)[100, 50]
    assert not clear_of_edges(truth)[50, 50]


def test_a_face_reaches_as_far_below_the_mouth_as_it_is_seen():
    parse = np.zeros((300, 200), np.uint8)
    parse[60:160, 60:140] = Part.SKIN
    parse[118:126, 85:115] = Part.LIPS
    has_mouth, reach = shown_of_face(FOUND, parse)
    assert has_mouth
    assert reach == pytest.approx(38 / 42, abs=0.03)
    parse[115:] = Part.PERSON
    assert shown_of_face(FOUND, parse) == (False, 0.0)
    assert reach_below(parse > 0, POINTS[2:].mean(0), np.float32([0, 1]), 42.0) == 2.0
