"""Clothes, bare skin and hair told apart by the photo's own colors."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.stages.parse import Part, likeliest
from pipeline.stages.segment.part_colors import compare_part_colors

RNG = np.random.default_rng(0)
MOVED = [Part.PERSON, Part.BODY_SKIN, Part.HAIR, Part.HEADWEAR]
KEPT = [part for part in Part if part not in MOVED]


def somebody():
    """Return a photo of a face above blue clothes and a bare arm, and a parse torn about the arm.

    Beside the head hangs hair of which the parser doubts the lower half.
    """
    photo = np.full((200, 160, 3), 0.8, np.float32)
    parts = np.zeros((200, 160, 13), np.float32)
    parts[..., Part.BACKGROUND] = 1

    def put(where, color, **probabilities):
        photo[where], parts[where] = color, 0
        for name, value in probabilities.items():
            parts[where][..., Part[name]] = value

    skin, brown, blue = (0.8, 0.6, 0.5), (0.3, 0.2, 0.12), (0.2, 0.3, 0.6)
    put(np.s_[10:60, 60:100], skin, SKIN=1)
    put(np.s_[10:60, 45:60], brown, HAIR=0.95, PERSON=0.05)
    put(np.s_[60:90, 45:60], brown, HAIR=0.4, PERSON=0.6)
    put(np.s_[60:180, 60:110], blue, PERSON=0.95, BODY_SKIN=0.05)
    put(np.s_[80:150, 110:130], skin, PERSON=0.6, BODY_SKIN=0.4)
    photo += RNG.normal(0, 0.02, photo.shape).astype(np.float32)
    return photo.clip(0, 1), parts


def test_an_arm_has_the_face_s_color_and_is_skin():
    photo, parts = somebody()
    labels = likeliest(compare_part_colors(photo, parts))
    assert (likeliest(parts)[85:145, 114:126] == Part.PERSON).all()
    assert (labels[85:145, 114:126] == Part.BODY_SKIN).mean() > 0.95
    assert (labels[95:175, 65:105] == Part.PERSON).mean() > 0.99


def test_hair_on_the_shoulder_has_the_color_of_that_on_the_head():
    photo, parts = somebody()
    labels = likeliest(compare_part_colors(photo, parts))
    assert (likeliest(parts)[64:86, 48:57] == Part.PERSON).all()
    assert (labels[64:86, 48:57] == Part.HAIR).mean() > 0.95


def near_by():
    """Return a photo that one person fills, and a parse that is sure of one arm, not of the other.

    The unsure one is far from the sure one and from the face.
    """
    photo = np.full((240, 200, 3), (0.2, 0.3, 0.6), np.float32)
    parts = np.zeros((240, 200, 13), np.float32)
    parts[..., Part.PERSON], parts[..., Part.BODY_SKIN] = 0.95, 0.05
    photo[:70, 60:140], photo[100:, :30], photo[180:, 150:] = [(0.8, 0.6, 0.5)] * 3
    parts[:70, 60:140] = np.eye(13)[Part.SKIN]
    parts[100:, :30] = np.eye(13)[Part.BODY_SKIN]
    parts[180:, 150:, [Part.PERSON, Part.BODY_SKIN]] = 0.7, 0.3
    return photo + RNG.normal(0, 0.02, photo.shape).astype(np.float32), parts


def test_who_fills_the_photo_has_one_color_of_skin_from_arm_to_arm():
    photo, parts = near_by()
    labels = likeliest(compare_part_colors(photo, parts))
    assert (labels[190:, 160:] == Part.BODY_SKIN).mean() > 0.95
    assert (labels[90:170, 60:140] == Part.PERSON).mean() > 0.99
    # Many small people in a photo are compared place by place instead.
    crowd = likeliest(compare_part_colors(photo, parts, people=20))
    assert (crowd[190:, 160:] == Part.BODY_SKIN).mean() < 0.5


def test_where_all_is_of_one_color_the_parse_decides():
    _, parts = somebody()
    gray = np.full((200, 160, 3), 0.5, np.float32)
    labels, before = likeliest(compare_part_colors(gray, parts)), likeliest(parts)
    sure = parts.max(-1) > 0.9
    assert (labels[sure] == before[sure]).all()


def test_a_parse_that_knows_no_body_s_skin_stays_whole():
    photo, parts = somebody()
    np.testing.assert_array_equal(compare_part_colors(photo, parts[..., :12]), parts[..., :12])


@settings(max_examples=15)
@given(h=st.integers(1, 300), w=st.integers(1, 300))
def test_the_scene_and_the_face_stay_and_all_sums_to_one(h, w):
    parts = RNG.random((h, w, 13), np.float32)
    parts /= parts.sum(2, keepdims=True)
    found = compare_part_colors(RNG.random((h, w, 3), np.float32), parts)
    np.testing.assert_array_equal(found[..., KEPT], parts[..., KEPT])
    assert np.allclose(found.sum(2), 1, atol=1e-4)
    assert found.min() >= 0
