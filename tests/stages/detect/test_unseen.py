"""A face that no parse shows is drawn as a usual one at its points."""

import numpy as np
import pytest

from pipeline.ops import align
from pipeline.stages.detect.unseen import OVAL, UNSEEN, face_at, with_features, with_unseen
from pipeline.stages.parse import FaceParse, Part
from pipeline.types import Face

POINTS = np.float32([[40, 45], [60, 45], [43, 68], [57, 68]])
NOBODY = np.eye(len(Part), dtype=np.float32)[np.zeros((120, 100), np.int64)]


def face(score):
    return Face((30.0, 25.0, 70.0, 85.0), POINTS[:2], POINTS[2:], score)


def test_its_oval_goes_from_the_forehead_to_the_chin():
    skin = with_unseen(NOBODY, (face(UNSEEN),), 1.0)[..., Part.SKIN]
    assert skin[50:80, 50].min() == 1
    assert skin[[20, 105], 50].max() == 0
    assert skin[56, [20, 80]].max() == 0


def test_a_face_that_is_seen_stays_as_it_is():
    assert np.array_equal(with_unseen(NOBODY, (face(0.9),), 1.0), NOBODY)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_its_place_follows_the_size_of_the_parse(scale):
    size = round(120 * scale), round(100 * scale)
    whole = np.eye(len(Part), dtype=np.float32)[np.zeros(size, np.int64)]
    rows, columns = np.nonzero(with_unseen(whole, (face(UNSEEN),), scale)[..., Part.SKIN])
    _, above, below = OVAL
    assert abs((rows.mean() + 0.5) / scale - 0.5 - (45 + 23 * (1 + below - above) / 2)) < 1.5
    assert abs((columns.mean() + 0.5) / scale - 0.5 - 50) < 2


def test_eyes_and_mouth_lie_at_its_points_in_a_turned_crop():
    turned = np.array([[0.0, -1.0, 110.0], [1.0, 0.0, 0.0]])
    view = with_features(FaceParse(np.ascontiguousarray(NOBODY), turned), POINTS)
    labels = view.parts.argmax(-1)
    x, y = align.map_points(turned, POINTS).round().astype(int).T
    assert list(labels[y[:2], x[:2]]) == [Part.RIGHT_EYE, Part.LEFT_EYE]
    middle = align.map_points(turned, POINTS[2:].mean(0)[None])[0].round().astype(int)
    assert labels[middle[1], middle[0]] == Part.LIPS
    assert view.parts.sum(-1) == pytest.approx(1)


def test_a_profiles_mouth_is_not_too_small_to_be_seen():
    profile = np.float32([[48, 45], [50, 45], [48, 68], [50, 68]])
    view = with_features(FaceParse(np.ascontiguousarray(NOBODY), np.eye(3)[:2]), profile)
    rows, columns = np.nonzero(view.parts.argmax(-1) == Part.LIPS)
    assert np.ptp(columns) > 0.5 * 23
    assert np.ptp(rows) >= 2


@pytest.mark.parametrize(
    ("scale", "least", "found"), [(0.2, 10, True), (0.2, 16, False), (0.1, 10, False)]
)
def test_a_small_one_is_taken_down_to_the_height_that_is_asked_for(scale, least, found):
    shown = FaceParse(
        np.eye(len(Part), dtype=np.float32)[np.full((64, 64), Part.SKIN)], np.eye(3)[:2]
    )
    pair = face_at(POINTS * np.float32(scale), shown, least_px=least)
    assert (pair is not None) == found
    if pair is not None:
        assert 10 <= pair[0].height < 16
