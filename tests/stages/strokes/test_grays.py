"""Grays take the colors that a painter sees in them, and lose the camera's."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.grays import aired, warmed, without_rose
from pipeline.stages.strokes.light import monet
from tests.stages.strokes.motifs import nobody

SIZE = (60, 80)


def plain(*lab):
    return np.broadcast_to(np.array(lab, np.float32), (*SIZE, 3)).copy()


@pytest.mark.parametrize("light", [30, 60, 85])
def test_a_street_that_the_camera_made_mauve_is_nearly_gray(light):
    out = without_rose(plain(light, 6, -1), nobody(SIZE))
    assert 0 < out[..., 1].min() <= out[..., 1].max() < 6 / 2
    assert (out[..., [0, 2]] == (light, -1)).all()


@pytest.mark.parametrize(
    ("a", "b"), [(4, 9), (3, -9), (-5, 2), (0, 0), (20, -10)], ids=str
)  # an evening, a haze, a green cast, none, a violet wall
def test_what_is_not_the_cameras_stays(a, b):
    lab = plain(50, a, b)
    np.testing.assert_allclose(without_rose(lab, nobody(SIZE)), lab, atol=0.6)


def test_one_mauve_thing_among_colors_keeps_its_own():
    lab = plain(50, -20, 25)
    lab[:, :12] = 50, 6, -1
    np.testing.assert_array_equal(without_rose(lab, nobody(SIZE)), lab)


def test_skin_and_hair_stay_as_rose_as_they_are():
    lab, skin = plain(60, 7, 1), np.zeros(SIZE, np.float32)
    skin[:, 60:] = 1
    out = without_rose(lab, replace(nobody(SIZE), skin=skin, person=skin))
    np.testing.assert_array_equal(out[:, 60:], lab[:, 60:])
    assert out[:, :60, 1].max() < 7 / 2


def test_grays_are_cooler_in_shadows_than_in_lights_and_of_every_hue():
    means = {}
    for light in (25, 85):
        made = [
            aired(plain(light, 0, 0), nobody(SIZE), monet(), np.random.default_rng(i), 0.5)[..., 1:]
            for i in range(12)
        ]
        colors = np.concatenate([each.reshape(-1, 2) for each in made])
        means[light] = colors.mean(0)
        share = np.array([(colors[:, 0] < 0).mean(), (colors[:, 1] < 0).mean()])
        assert (share > 0.1).all()
        assert (share < 0.98).all()
    assert means[25][1] < -2 < 1 < means[85][1]


def test_people_of_a_gray_photo_are_warm_in_the_middle_lights_and_what_is_far_is_not():
    size = (96, 192)
    lab = np.zeros((*size, 3), np.float32)
    lab[:32, :, 0], lab[32:64, :, 0], lab[64:, :, 0] = 46, 95, 5
    person, away = np.zeros(size, np.float32), np.full(size, 99, np.float32)
    person[:, :48] = 1
    subject = replace(nobody(size), person=person, away=away)
    change = warmed(lab, lab, subject) - lab
    assert change[8, 20, 2] == pytest.approx(13, abs=0.1)
    assert 0 < change[8, 60, 2] < 9  # an arm beside them may be theirs
    assert np.abs(change[:, -20:]).max() < 0.1
    assert np.abs(change[40:]).max() < 1
    assert not change[..., 0].any()
