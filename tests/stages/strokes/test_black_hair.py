"""Hair that is black is not: it has light, blue and locks."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.stages.strokes.own_colors import BLACK, dark_form, own_hair
from pipeline.stages.strokes.subject import nobody


def of(lab):
    """Return hair of one color in a painting's light that would have made it lighter, CIELAB."""
    photo = np.full((4, 4, 3), lab, np.float32)
    painted = np.full((4, 4, 3), (35, 0, 0), np.float32)
    return own_hair(photo, painted, np.ones((4, 4), np.float32))[0, 0]


def test_black_hair_is_lighter_than_black_and_blue():
    light, _, b = of((2, 0, 0))
    assert light > BLACK
    assert b < -2


@pytest.mark.parametrize("lab", [(30, 8, 14), (10, 6, 9)])
def test_brown_hair_keeps_its_hue(lab):
    _, a, b = of(lab)
    assert np.degrees(abs(np.arctan2(b, a) - np.arctan2(lab[2], lab[1]))) < 10


def test_locks_of_black_hair_are_seen():
    shine = np.arange(120) % 40 < 12  # they have three times the light, and yet hardly differ
    light = np.broadcast_to(np.where(shine[:, None], 6.0, 2.0), (120, 120)).astype(np.float32)
    photo = np.dstack([light, 0 * light, 0 * light])
    one, none = np.ones((120, 120), np.float32), np.zeros((120, 120), np.float32)
    painted = np.dstack([15 * one, none, none])
    subject = replace(nobody((120, 120)), person=one, hair=one)
    made = dark_form(photo, painted, subject)[40:80, :, 0]
    assert np.median(made[shine[40:80]]) > 5 + np.median(made[~shine[40:80]])
