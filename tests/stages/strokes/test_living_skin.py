"""Skin that is nearly gray has a little of skin's color; other skin, and all else, is as it was."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.own_colors import living_skin
from tests.stages.strokes.motifs import nobody

SIZE = (120, 100)
FACE = np.s_[30:90, 25:75]


def seen(skin, ground=((60.0, -30.0, 25.0), (60.0, 15.0, -40.0))):
    """Return a photo of a face of one color, CIELAB, before a ground of two, and who is in it."""
    lab = np.full((*SIZE, 3), ground[0], np.float32)
    lab[:, 50:] = ground[1]
    lab[FACE] = skin
    mask = np.zeros(SIZE, np.float32)
    mask[FACE] = 1
    face = np.full(SIZE, 60, np.float32)
    return lab, replace(nobody(SIZE), person=mask, skin=mask, face=face)


def chroma(lab):
    return float(np.hypot(*lab[50:70, 40:60, 1:].mean((0, 1))))


@pytest.mark.parametrize("light", [28.0, 50.0, 78.0])
def test_gray_skin_of_every_tone_gets_some_color_and_keeps_its_light(light):
    photo, subject = seen((light, 2.0, 1.0))
    made = living_skin(photo, subject)
    assert 11 < chroma(made) < 15
    assert (made[..., 1:][50:70, 40:60] > 4).all(), "reddish and yellowish"
    assert (made[..., 0] == photo[..., 0]).all()


@pytest.mark.parametrize("skin", [(30.0, 14.0, 17.0), (55.0, 15.0, 20.0), (75.0, 10.0, 14.0)])
def test_skin_that_has_color_stays(skin):
    photo, subject = seen(skin)
    np.testing.assert_allclose(living_skin(photo, subject), photo, atol=0.1)


def test_nobody_and_what_is_no_skin_stays():
    photo, subject = seen((50.0, 2.0, 1.0))
    made = living_skin(photo, subject)
    far = np.s_[:10]
    np.testing.assert_allclose(made[far], photo[far], atol=0.5)
    assert (living_skin(photo, nobody(SIZE)) == photo).all()


def test_a_gray_shirt_beside_a_gray_face_stays_gray():
    photo, subject = seen((50.0, 2.0, 1.0))
    shirt = np.s_[90:, 20:80]
    photo[shirt] = (60.0, 0.0, 1.0)
    person = subject.person.copy()
    person[shirt] = 1
    made = living_skin(photo, replace(subject, person=person))
    np.testing.assert_allclose(made[95:, 20:80], photo[95:, 20:80], atol=0.2)
    assert chroma(made) > 11


def test_a_photo_without_color_is_colored_elsewhere():
    photo, subject = seen((50.0, 0.0, 0.0), ground=((70.0, 0.0, 0.0), (40.0, 0.0, 0.0)))
    assert (living_skin(photo, subject) == photo).all()


def test_a_face_keeps_how_its_color_varies():
    photo, subject = seen((50.0, 2.0, 1.0))
    photo[55:65, 45:55] += (0, 6, 2)
    made = living_skin(photo, subject)
    was = photo[60, 50, 1:] - photo[35, 30, 1:]
    np.testing.assert_allclose(made[60, 50, 1:] - made[35, 30, 1:], was, atol=1.5)
