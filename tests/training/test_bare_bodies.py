"""What of a portrait's bodies is bare, worn or hair, where that is sure."""

import numpy as np

from pipeline.stages.parse import Part
from training.bare_bodies import told
from training.labels import FACELESS, UNKNOWN

SKIN, BLUE, BEIGE = (0.8, 0.6, 0.5), (0.2, 0.3, 0.7), (0.78, 0.6, 0.5)


def portrait():
    """Return a photo, its labels and a parse: a face above an arm, a blue and a beige sleeve."""
    photo = np.full((80, 90, 3), SKIN, np.float32)
    photo[40:, 30:60], photo[40:, 60:] = BLUE, BEIGE
    labels = np.full((80, 90), FACELESS, np.uint8)
    labels[:30] = Part.SKIN
    parts = np.zeros((80, 90, 13), np.float32)
    parts[:40, :, Part.SKIN] = 1
    parts[40:, :30, Part.BODY_SKIN] = 1
    parts[40:, 30:, Part.PERSON] = 1
    return photo, labels, parts


def test_what_is_surely_bare_or_worn_is_labelled_so_and_cloth_like_skin_is_left_open():
    photo, labels, parts = portrait()
    found = told(photo, labels, parts)
    assert (found[50:, :30] == Part.BODY_SKIN).all()
    assert (found[50:, 40:52] == Part.PERSON).all()
    assert (found[50:, 70:] == FACELESS).all()
    np.testing.assert_array_equal(found[:30], labels[:30])


def test_what_is_surely_hair_is_labelled_so():
    photo, labels, parts = portrait()
    parts[40:, 60:, Part.PERSON] = 0
    parts[40:, 60:, Part.HAIR] = 1
    found = told(photo, labels, parts)
    assert (found[50:, 70:] == Part.HAIR).all()
    assert (found[50:, 40:52] == Part.PERSON).all()


def test_what_the_parse_doubts_and_what_has_a_label_stays():
    photo, labels, parts = portrait()
    labels[50:, :10] = UNKNOWN
    doubt = parts.copy()
    doubt[70:] = np.eye(13)[Part.HAIR]
    doubt[40:] *= 0.7
    np.testing.assert_array_equal(told(photo, labels, doubt)[40:], labels[40:])
    assert (told(photo, labels, parts)[50:, :10] == UNKNOWN).all()


def test_without_a_face_nothing_says_what_color_skin_has():
    photo, labels, parts = portrait()
    parts[:40] = 0
    np.testing.assert_array_equal(told(photo, labels, parts), labels)


def test_a_photo_without_color_tells_nothing():
    photo, labels, parts = portrait()
    gray = np.repeat(photo.mean(2, keepdims=True), 3, 2)
    np.testing.assert_array_equal(told(gray, labels, parts), labels)
