"""A kept person is printed within what is kept, each face at its own size."""

import numpy as np
import pytest

from pipeline.stages.stylize.printed_face import printed, where_features_are
from tests.faces import face_in
from tests.training_sets import points68

SIZE = (240, 420)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Return two people with pores, one near and one far, and the region that is kept."""
    rng = np.random.default_rng(0)
    picture = np.full((*SIZE, 3), (0.8, 0.6, 0.5), np.float32)
    picture += rng.normal(0, 0.02, (*SIZE, 1)).astype(np.float32)
    mask = np.zeros(SIZE, np.float32)
    mask[40:200, 40:160] = 1
    mask[90:150, 300:345] = 1
    return picture.clip(0, 1), mask


def test_pores_go_within_what_is_kept_and_far_from_it_nothing_changes():
    picture, mask = scene()
    faces = (face_in((100, 120), 160), face_in((322, 120), 60))
    made = printed(picture, mask, faces, mask, 0 * mask)
    for own in (np.s_[45:70, 60:140], np.s_[90:98, 308:338]):
        assert made[own].std((0, 1)).max() < 0.6 * picture[own].std((0, 1)).max()
    assert (made[:, 220:260] == picture[:, 220:260]).all()


def test_of_nobody_nothing_is_printed():
    picture, mask = scene()
    assert (printed(picture, 0 * mask, (), mask, mask) == picture).all()


def test_a_jaw_is_drawn_where_a_face_and_what_is_beside_it_meet():
    picture, mask = scene()
    skin = mask.copy()
    skin[190:] = 0
    made = printed(picture, mask, (face_in((100, 120), 160),), skin, mask - skin)
    jaw, forehead = made[189:191, 70:130].mean(), made[45:65, 70:130].mean()
    assert jaw < forehead - 0.1


def test_by_what_a_face_is_known_stays_until_it_is_asked_to_be_bolder():
    picture, mask = scene()
    faces = (face_in((100, 120), 160),)
    picture[98:104, 66:74] = 0.2
    usual, bold = (printed(picture, mask, faces, mask, 0 * mask, (), by) for by in (0.0, 1.0))
    pupil, lid = np.s_[100:102, 68:72], np.s_[88:94, 60:80]
    assert abs(usual[pupil].mean() - 0.2) < 0.03
    assert abs(bold[pupil].mean() - 0.2) > 2 * abs(usual[pupil].mean() - 0.2)
    assert usual[lid].std((0, 1)).max() < 0.7 * picture[lid].std((0, 1)).max(), "pores go"


def test_features_are_drawn_and_a_nose_the_blacker_the_bolder_faces_are():
    picture = np.full((320, 320, 3), (0.8, 0.6, 0.5), np.float32)
    picture[100:205, 172:186] *= 0.6  # one side of the nose
    mask = np.ones((320, 320), np.float32)
    faces, points = (face_in((160, 160), 300),), (points68(320),)
    plain, usual, bold = (
        printed(picture, mask, faces, mask, 0 * mask, at, by)
        for at, by in (((), 0.0), (points, 0.0), (points, 1.0))
    )
    lid, nose = np.s_[110:140, 70:130], np.s_[110:200, 130:195]
    assert usual[lid].min() < plain[lid].min() - 0.1
    assert bold[nose].min() < usual[nose].min() - 0.05
    np.testing.assert_allclose(usual[nose], plain[nose], atol=0.01)


@pytest.mark.parametrize("height", [40, 150])
def test_features_are_eyes_nose_and_mouth_of_each_face(height):
    faces = face_in((80, 80), height), face_in((240, 200), height)
    where = where_features_are(faces, (320, 320))
    for face in faces:
        x, y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
        for px, py in (*face.eyes, *face.mouth, (x, y)):
            assert where[int(py), int(px)] == 1
        assert where[int(face.box[3]) - 1, int(x)] == 0
        assert where[int(face.box[1]) + 1, int(x)] == 0
    assert where_features_are((), (320, 320)).max() == 0
