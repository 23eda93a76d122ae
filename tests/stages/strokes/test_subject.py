"""Who is where: hair that is none, and the places of faces that are painted like the rest."""

import numpy as np

from pipeline.stages.parse import Part
from pipeline.stages.strokes.subject import around_faces, subject_of
from pipeline.stages.strokes.widths import layer_widths
from tests.faces import drawn_parts, face_in

SIZE = (300, 240)


def test_a_dark_collar_below_a_chin_is_no_hair_and_hair_is():
    parts = drawn_parts(SIZE, [(120, 110)], 90, 0.0, hair=True)
    collar = np.s_[190:215, 100:140]
    parts[collar] = np.eye(12, dtype=np.float32)[Part.HAIR]
    subject = subject_of(parts, (face_in((120, 110), 90),), SIZE)
    assert subject.hair[collar].max() < 0.1
    assert subject.hair[58:63, 112:128].min() > 0.5
    unseen = subject_of(parts, (), SIZE)
    assert unseen.hair[collar].min() > 0.5, "without a face nobody knows"


def test_only_the_place_of_a_face_that_does_not_stay_is_marked():
    faces = face_in((60, 100), 60), face_in((180, 100), 60)
    marked = around_faces(faces, (True, False), (300, 240), (150, 120))
    assert marked[50, 30] == 1
    assert marked[50, 90] == 0
    assert marked[140].max() == 0
    assert not around_faces(faces, (False, False), (300, 240), (150, 120)).any()


def test_a_face_that_is_painted_like_the_rest_gets_a_broader_brush():
    parts = drawn_parts(SIZE, [(120, 110)], 90, 0.0)
    subject = subject_of(parts, (face_in((120, 110), 90),), SIZE)
    none = np.zeros(SIZE, np.float32)
    marked = around_faces((face_in((120, 110), 90),), (True,), SIZE, SIZE)
    fine, broad = (
        layer_widths(subject, none, none, face_detail=each)[2] for each in (1 - none, 1 - marked)
    )
    assert broad[110, 120] > 1.8 * fine[110, 120]
    assert broad[290, 10] == fine[290, 10]


def test_a_glint_in_somebodys_helmet_is_theirs_and_a_gap_between_arms_is_what_it_was():
    parts = drawn_parts(SIZE, [(120, 80)], 90, 0.0)
    body, glint, gap = np.s_[140:300, 20:220], np.s_[160:180, 60:80], np.s_[190:280, 120:180]
    of = np.eye(12, dtype=np.float32)
    parts[body], parts[glint], parts[gap] = of[Part.PERSON], of[0], of[0]
    person = subject_of(parts, (face_in((120, 80), 90),), SIZE).person
    assert person[glint].min() == 1
    assert person[gap][5:-5, 5:-5].max() == 0
    assert person[:20].max() == 0
