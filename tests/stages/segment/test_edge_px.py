"""How far a click may move an edge: as the face it is for."""

import numpy as np

from pipeline.stages.segment.region import EDGE, edge_px
from pipeline.types import Face


def face(x, y, height):
    points = np.zeros((2, 2), np.float32)
    return Face((x - height / 2, y - height / 2, x + height / 2, y + height / 2), points, points, 1)


def test_a_click_on_a_small_face_moves_its_edge_as_far_as_that_face_is_high():
    faces = face(100, 100, 40), face(600, 300, 500)
    assert edge_px(faces, (800, 1000), (110, 120)) == EDGE * 40
    assert edge_px(faces, (800, 1000), (700, 500)) == EDGE * 500


def test_without_a_face_the_photo_says_it():
    assert edge_px((), (800, 1000), (1, 2)) == EDGE / 4 * 800
