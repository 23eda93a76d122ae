"""Features are drawn where the photo shows them, and not where something hides them."""

import cv2
import numpy as np

from pipeline.stages.stylize.drawn_face import drawn_faces
from tests.training_sets import points68

SIDE = 320
SKIN = np.ones((SIDE, SIDE), np.float32)
LIPS, NOSE, LIDS = np.s_[205:260, 110:210], np.s_[170:200, 120:200], np.s_[110:150, 70:250]


def plain():
    return np.full((SIDE, SIDE, 3), 0.7, np.float32)


def drawn(picture=None, skin=SKIN, nose=1.0, points=None):
    if picture is None:
        picture = plain()
    return drawn_faces(picture, skin, (points68(SIDE),) if points is None else points, nose)


def test_lids_and_lips_are_drawn_and_a_nose_where_it_is_asked_for():
    shaded = plain()
    shaded[100:205, 172:186] *= 0.6  # one side of the nose
    bold, without = drawn(shaded), drawn(shaded, nose=0.0)
    assert drawn()[NOSE].max() == 0, "where nothing shows one, none is drawn"
    for place in (LIPS, LIDS):
        assert without[place].max() > 0.3
    assert without[NOSE].max() == 0
    assert bold[NOSE].max() > 0.15
    assert bold.min() >= 0
    assert bold.max() <= 1


def test_a_line_is_blacker_where_the_photo_shows_one_and_moves_onto_it():
    picture = plain()
    at = points68(SIDE)
    lip = np.concatenate([at[[48]], at[61:64], at[[54]]]) + np.array((0, 3))
    cv2.polylines(picture, [lip.astype(np.int32)], False, (0.1, 0.1, 0.1), 3)
    made = drawn(picture)
    line = picture[..., 0] < 0.2
    assert made[LIPS].max() > drawn()[LIPS].max() + 0.1
    assert made[line].mean() > 2 * drawn()[line].mean()


def test_what_hides_a_face_hides_its_lines():
    skin = SKIN.copy()
    skin[190:] = 0
    made = drawn(skin=skin)
    assert made[LIPS].max() == 0
    assert made[LIDS].max() > 0.3


def test_a_mouth_is_a_hole_in_a_face_that_belongs_to_it():
    skin = SKIN.copy()
    skin[218:242, 125:195] = 0
    np.testing.assert_allclose(drawn(skin=skin)[LIPS], drawn()[LIPS], atol=0.05)


def test_a_hand_before_a_small_face_hides_its_mouth_beside_a_large_one():
    small = points68(130)
    skin = SKIN.copy()
    skin[75:115, 40:90] = 0
    alone, beside = (drawn(skin=skin, points=at) for at in ((small,), (small, points68(SIDE))))
    mouth = np.s_[85:105, 50:80]
    assert drawn(points=(small,))[mouth].max() > 0.2
    assert alone[mouth].max() == 0
    assert beside[mouth].max() == 0


def test_faces_that_are_small_or_outside_are_not_drawn():
    small = points68(20) + 100
    assert drawn(points=(small,)).max() == 0
    assert drawn(points=(points68(SIDE) + 5000,)).max() == 0
    assert drawn(points=()).max() == 0


def test_of_two_faces_both_are_drawn_each_as_alone():
    pair = points68(140), points68(140) + np.array((160, 20))
    both = drawn(points=pair)
    alone = np.maximum(*(drawn(points=(each,)) for each in pair))
    np.testing.assert_allclose(both, alone)
