"""Face classes are kept within the reach of found faces."""

import numpy as np

from pipeline.stages.detect.from_parsing import Detections, limited
from pipeline.stages.detect.limit import limit, reached
from pipeline.stages.parse import FACE_PARTS, FaceParse, Part
from pipeline.types import Face

POINTS = np.float32([[80, 80], [120, 80], [85, 122], [115, 122]])
FACE_THERE = Face((60, 50, 140, 160), POINTS[:2], POINTS[2:], 0.9)
AS_IT_IS = np.array([[1.0, 0, 0], [0, 1, 0]])


def one_hot(labels: np.ndarray, classes: int = len(Part)) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[labels]


def test_beyond_every_found_face_a_faces_classes_become_the_persons():
    parts = one_hot(np.full((400, 200), Part.LIPS))
    out = limit(parts, (FACE_THERE,), AS_IT_IS)
    assert out[122, 100, Part.LIPS] == 1
    assert (out[300:, :, Part.PERSON] == 1).all()
    assert out[300:, :, list(FACE_PARTS)].max() == 0
    np.testing.assert_allclose(out.sum(2), 1)


def test_the_reach_holds_chin_and_forehead_and_turns_with_the_face():
    inside = reached((FACE_THERE,), (300, 300), AS_IT_IS)
    assert inside[122 + 38, 100]
    assert inside[80 - 45, 100]
    assert not inside[122 + 80, 100]
    turn = np.array([[0.0, 1, 0], [1, 0, 0]])
    assert (reached((FACE_THERE,), (300, 300), turn) == inside.T).all()


def test_a_network_that_knows_no_bodys_skin_is_left_as_it_is():
    parts = one_hot(np.full((40, 20), Part.LIPS), 12)
    seen = Detections(parts, (), (FaceParse(parts, AS_IT_IS),))
    assert limited(seen, (40, 20)) is seen


def test_without_a_face_a_newer_networks_look_has_no_faces_classes():
    seen = limited(Detections(one_hot(np.full((40, 20), Part.SKIN)), (), ()), (400, 200))
    assert (seen.whole.argmax(2) == Part.PERSON).all()
